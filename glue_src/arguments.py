"""What ETL-2 is told: the Glue job's arguments, or the function's environment variables, typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contract.datasets import Dataset
from contract.items import timestamps
from contract.settings import NEVER, NO_TABLES, TRANSFORM_ARGUMENTS, TRANSFORM_VARIABLES, TransformArgument
from contract.source import ContractError, SourceContract
from contract.sources import contract_named
from glue_src.exceptions import ArgumentsError

#: The value of REBUILD that means every table of the contract.
ALL_TABLES: Final = "all"


@dataclass(frozen=True)
class Pseudonymous:
    """Where the everyday analysts' tables are, and the name of SSM's parameter with the key of their pseudonyms."""

    database: str
    key_parameter: str


@dataclass(frozen=True)
class Arguments:
    """Where ETL-2 reads and writes, and by which rules it publishes; prefixes end in ``/``.

    ``rebuild`` names the contract's datasets that this run writes anew, whatever their tables hold. ``pseudonymous`` is
    None where the environment has no pseudonymous tables. With ``forget_before`` the tables then keep nothing but what
    they hold, and of files that no snapshot names those since.
    """

    bucket: str
    clean_prefix: str
    curated_prefix: str
    restricted_prefix: str
    database: str
    environment: str
    max_rejected_ratio: float
    max_removed_ratio: float
    history_days: int
    rejected_days: int
    metrics_namespace: str
    contract: SourceContract
    rebuild: frozenset[str] = field(default_factory=frozenset)
    pseudonymous: Pseudonymous | None = None
    forget_before: datetime | None = None

    def days_kept(self, dataset: Dataset) -> int:
        """Return for how many days earlier states of a table can be asked for."""
        return dataset.days_kept(self.history_days, self.rejected_days)


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Return the arguments that Glue passed to the script (``argv`` as in ``sys.argv``).

    Raises:
        awsglue.utils.GlueArgumentError: an argument is missing.
        ArgumentsError: one has a value that it may not have.
    """
    from awsglue.utils import getResolvedOptions  # noqa: PLC0415 - Glue has it, the function has not

    options = getResolvedOptions(list(argv), list(TRANSFORM_ARGUMENTS))
    return _arguments(options, {name: f"--{name}" for name in TRANSFORM_ARGUMENTS})


def read_variables(variables: Mapping[str, str], asked: Mapping[str, str] | None = None) -> Arguments:
    """Return what the function's environment says; what this run is ``asked`` for takes its place.

    Raises:
        ArgumentsError: a variable is missing, or has a value that it may not have.
    """
    missing = [variable for variable in TRANSFORM_VARIABLES.values() if variable not in variables]
    if missing:
        message = f"environment variables are missing: {', '.join(missing)}. Deploy the stack again."
        raise ArgumentsError(message)
    values = {name: variables[variable] for name, variable in TRANSFORM_VARIABLES.items()}
    return _arguments({**values, **(asked or {})}, TRANSFORM_VARIABLES)


def _arguments(values: Mapping[str, str], shown: Mapping[str, str]) -> Arguments:
    """Return what ``values`` says; ``shown`` has the names by which errors call them."""
    contract = _contract(shown[TransformArgument.CONTRACT], values[TransformArgument.CONTRACT])
    return Arguments(
        bucket=values[TransformArgument.BUCKET],
        clean_prefix=_prefix(shown[TransformArgument.CLEAN_PREFIX], values[TransformArgument.CLEAN_PREFIX]),
        curated_prefix=_prefix(shown[TransformArgument.CURATED_PREFIX], values[TransformArgument.CURATED_PREFIX]),
        restricted_prefix=_prefix(
            shown[TransformArgument.RESTRICTED_PREFIX], values[TransformArgument.RESTRICTED_PREFIX]
        ),
        database=values[TransformArgument.DATABASE],
        environment=values[TransformArgument.ENVIRONMENT],
        max_rejected_ratio=_ratio(
            shown[TransformArgument.MAX_REJECTED_RATIO], values[TransformArgument.MAX_REJECTED_RATIO]
        ),
        max_removed_ratio=_ratio(
            shown[TransformArgument.MAX_REMOVED_RATIO], values[TransformArgument.MAX_REMOVED_RATIO]
        ),
        history_days=_days(shown[TransformArgument.HISTORY_DAYS], values[TransformArgument.HISTORY_DAYS]),
        rejected_days=_days(shown[TransformArgument.REJECTED_DAYS], values[TransformArgument.REJECTED_DAYS]),
        metrics_namespace=values[TransformArgument.METRICS_NAMESPACE],
        contract=contract,
        rebuild=_tables(shown[TransformArgument.REBUILD], values[TransformArgument.REBUILD], contract),
        pseudonymous=_pseudonymous(
            values[TransformArgument.PSEUDONYMOUS_DATABASE], values[TransformArgument.PSEUDONYM_KEY]
        ),
        forget_before=_instant(shown[TransformArgument.FORGET_BEFORE], values[TransformArgument.FORGET_BEFORE]),
    )


def _pseudonymous(database: str, key_parameter: str) -> Pseudonymous | None:
    return None if database == NO_TABLES else Pseudonymous(database, key_parameter)


def _prefix(name: str, text: str) -> str:
    if not text.endswith("/"):
        message = f"{name} is {text!r}: a prefix ends in '/'. Write {text + '/'!r}."
        raise ArgumentsError(message)
    return text


def _ratio(name: str, text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = -1.0
    if not 0 <= ratio <= 1:
        message = f"{name} is {text!r}: a ratio is a number from 0 to 1. Write 0.05 for five of a hundred."
        raise ArgumentsError(message)
    return ratio


def _days(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        message = f"{name} is {text!r}: write a whole number of days, 1 or more."
        raise ArgumentsError(message)
    return int(text)


def _instant(name: str, text: str) -> datetime | None:
    if text == NEVER:
        return None
    try:
        return timestamps.parse(text)
    except ValueError as error:
        message = f"{name} is {text!r}: it {error}. Write such an instant, or {NEVER!r}."
        raise ArgumentsError(message) from error


def _tables(name: str, text: str, contract: SourceContract) -> frozenset[str]:
    known = {dataset.name for dataset in contract.datasets}
    if text in ("", NO_TABLES):
        return frozenset()
    named = known if text == ALL_TABLES else {part.strip() for part in text.split(",")}
    if named - known:
        message = (
            f"{name} is {text!r}: the contract has no {', '.join(sorted(named - known))}. Write some of "
            f"{', '.join(sorted(known))} with commas between them, {ALL_TABLES!r} or {NO_TABLES!r}."
        )
        raise ArgumentsError(message)
    return frozenset(named)


def _contract(name: str, text: str) -> SourceContract:
    try:
        return contract_named(text)
    except ContractError as error:
        message = f"{name} is {text!r}. Correct the environment's contract_name and deploy it: {error}"
        raise ArgumentsError(message) from error
