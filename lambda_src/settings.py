"""The function's environment variables, typed and checked; all faults are told together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contract.settings import AUTO, UNLIMITED, LambdaVariable
from contract.source import SourceContract
from contract.sources import contract_named
from contract.zones import zone
from lambda_src.exceptions import SettingsError
from lambda_src.exclusions import ExclusionError, ExclusionRule, Exclusions, parse_rules

#: DynamoDB's own limit for TotalSegments.
_MOST_SEGMENTS: Final = 1_000_000
_DECIMAL: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
_METRICS_NAMESPACE: Final = re.compile(r"(?!AWS/)[A-Za-z0-9._/#:-]{1,255}")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment variables of the function say."""

    bucket: str
    table: str
    project_id: str
    environment: str
    client: str
    clean_prefix: str
    time_zone: str
    exclusion_rules: tuple[ExclusionRule, ...]
    scan_segments: int | None
    max_read_capacity_units: float | None
    metrics_namespace: str
    contract: SourceContract
    tombstone_key: str

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Settings:
        """Read the settings from ``variables``, such as ``os.environ``.

        Raises:
            SettingsError: one or more are missing or wrong; all of them are listed.
        """
        values: dict[str, Any] = {}
        faults = []
        for field, (variable, parse) in _VARIABLES.items():
            if variable not in variables:
                faults.append(f"{variable} is not set: every variable is required, so deploy the function again.")
                continue
            try:
                values[field] = parse(variables[variable])
            except ValueError as error:
                faults.append(f"{variable} is {variables[variable]!r}: {error}")
        if "contract" in values and "exclusion_rules" in values:
            faults += _exclusion_faults(values["contract"], values["exclusion_rules"])
        if faults:
            raise SettingsError(faults)
        return cls(**values)


def _exclusion_faults(contract: SourceContract, rules: tuple[ExclusionRule, ...]) -> list[str]:
    try:
        Exclusions(contract, rules)
    except ExclusionError as error:
        return [f"{LambdaVariable.EXCLUSION_RULES}: {error}."]
    return []


def _words(text: str) -> str:
    if not text.strip():
        message = "it must not be empty."
        raise ValueError(message)
    return text


def _prefix(text: str) -> str:
    if not text.endswith("/") or text.startswith("/") or "//" in text:
        message = "a prefix ends in one slash and starts with none, for example reports/etl-process1/."
        raise ValueError(message)
    return text


def _time_zone(text: str) -> str:
    try:
        zone(text)
    except (ImportError, OSError, ValueError) as error:
        message = "no such time zone: use an IANA name such as America/Bogota, and keep tzdata in the layer."
        raise ValueError(message) from error
    return text


def _segments(text: str) -> int | None:
    if text == AUTO:
        return None
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= _MOST_SEGMENTS:
        message = f"it must be a whole number from 1 to {_MOST_SEGMENTS}, or {AUTO}: chosen by the table's size."
        raise ValueError(message)
    return int(text)


def _read_capacity(text: str) -> float | None:
    if text == UNLIMITED:
        return None
    if not _DECIMAL.fullmatch(text) or not float(text):
        message = f"it must be a number of read units per second above 0, such as 500 or 0.5, or {UNLIMITED}."
        raise ValueError(message)
    return float(text)


def _namespace(text: str) -> str:
    if not _METRICS_NAMESPACE.fullmatch(text):
        message = "a CloudWatch namespace has 1 to 255 letters, digits or ._/#:- and does not start with AWS/."
        raise ValueError(message)
    return text


_VARIABLES: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "bucket": (LambdaVariable.S3_BUCKET_NAME, _words),
    "table": (LambdaVariable.DYNAMODB_TABLE_NAME, _words),
    "project_id": (LambdaVariable.PROJECT_ID, _words),
    "environment": (LambdaVariable.ENVIRONMENT, _words),
    "client": (LambdaVariable.CLIENT, _words),
    "clean_prefix": (LambdaVariable.CLEAN_PREFIX, _prefix),
    "time_zone": (LambdaVariable.TIME_ZONE, _time_zone),
    "exclusion_rules": (LambdaVariable.EXCLUSION_RULES, parse_rules),
    "scan_segments": (LambdaVariable.SCAN_SEGMENTS, _segments),
    "max_read_capacity_units": (LambdaVariable.MAX_READ_CAPACITY_UNITS, _read_capacity),
    "metrics_namespace": (LambdaVariable.METRICS_NAMESPACE, _namespace),
    "contract": (LambdaVariable.CONTRACT, contract_named),
    "tombstone_key": (LambdaVariable.TOMBSTONE_KEY, _words),
}
