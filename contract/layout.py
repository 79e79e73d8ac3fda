"""Where things lie in the bucket. Prefixes end in ``/`` and come from the environment's configuration."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

from contract.datasets import DAY_FOLDER, Dataset
from contract.source import SourceContract
from contract.table_metadata import first_metadata_name
from contract.zones import zone

#: Code and the tables' first metadata: what deployments write.
ARTIFACTS_PREFIX = "artifacts/"
#: Who was erased, by hashes, and how far erasures have come: never who.
PRIVACY_PREFIX = "reports/privacy/"
TOMBSTONES_KEY = f"{PRIVACY_PREFIX}tombstones.json"
RUNS_FOLDER = "_runs"
QUARANTINE_FOLDER = "_quarantine"
CLEAN_SUFFIX = ".csv"
_JSON_SUFFIX = ".json"

_RUN_INSTANT_FORMAT = "%Y%m%dT%H%M%S.%fZ"
_RUN_ID = r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}"
_CLEAN_KEY = re.compile(
    rf"(?P<dataset>[a-z][a-z0-9_]*)/{DAY_FOLDER}=(?P<day>\d{{4}}-\d{{2}}-\d{{2}})/(?P=dataset)-(?P<run_id>{_RUN_ID})\.csv",
    re.ASCII,
)


@dataclass(frozen=True)
class CleanObject:
    """What the key of a clean object says: its dataset's name, its business day and its run."""

    dataset: str
    day: date
    run_id: str


def business_day(instant: datetime, time_zone: str) -> date:
    """Return the calendar day of ``instant`` (time-zone aware) in ``time_zone`` (an IANA name)."""
    return instant.astimezone(zone(time_zone)).date()


def new_run_id(instant: datetime) -> str:
    """Return a run id that sorts by ``instant`` (time-zone aware) and is unique among runs of the same microsecond."""
    return f"{instant.astimezone(UTC):{_RUN_INSTANT_FORMAT}}-{secrets.token_hex(4)}"


def run_instant(run_id: str) -> datetime:
    """Return when a run began, in UTC (time-zone aware); its id starts with that.

    Raises:
        ValueError: there is no such instant.
    """
    return datetime.strptime(run_id.partition("-")[0], _RUN_INSTANT_FORMAT).replace(tzinfo=UTC)


def parse_day(text: str) -> date:
    """Return the day written as ``YYYY-MM-DD``.

    Raises:
        ValueError: the text is not of that form, or no such day exists.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) is None:
        message = f"dt {text!r} is not a day: write it as YYYY-MM-DD, for example 2026-01-31."
        raise ValueError(message)
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"dt {text!r} is no day of the calendar."
        raise ValueError(message) from None


def partition(day: date) -> str:
    """Return the folder of a day in the clean zone, without a slash."""
    return f"{DAY_FOLDER}={day.isoformat()}"


def clean_folder(clean_prefix: str, dataset: Dataset) -> str:
    """Return the prefix of all CSV of one dataset."""
    return f"{clean_prefix}{dataset.name}/"


def clean_key(clean_prefix: str, dataset: Dataset, day: date, run_id: str) -> str:
    """Return the key of one dataset's CSV of one run."""
    return f"{clean_folder(clean_prefix, dataset)}{partition(day)}/{dataset.name}-{run_id}{CLEAN_SUFFIX}"


def parse_clean_key(clean_prefix: str, key: str) -> CleanObject | None:
    """Return what a clean object's key says, or None for a key that no run writes."""
    if not key.startswith(clean_prefix):
        return None
    match = _CLEAN_KEY.fullmatch(key[len(clean_prefix) :])
    if match is None:
        return None
    try:
        day = parse_day(match["day"])
        run_instant(match["run_id"])
    except ValueError:
        # Somebody's own object under a day or of an instant that no calendar has, such as dt=2026-02-30.
        return None
    return CleanObject(match["dataset"], day, match["run_id"])


def commit_marker_prefix(clean_prefix: str, contract: SourceContract) -> str:
    """Return the prefix of the objects whose arrival commits a run."""
    return clean_folder(clean_prefix, contract.last_dataset)


def run_summary_key(clean_prefix: str, day: date, run_id: str) -> str:
    """Return the key of a run's summary."""
    return f"{clean_prefix}{RUNS_FOLDER}/{partition(day)}/{run_id}{_JSON_SUFFIX}"


def table_prefix(zone: str, dataset: Dataset) -> str:
    """Return the prefix of a table in a zone; :class:`TableZones` says in which zone each table is."""
    return f"{zone}{dataset.name}/"


@dataclass(frozen=True)
class TableZones:
    """The prefixes of the zones that ETL-2 writes: which table lies in which."""

    curated: str
    restricted: str

    def table_prefix(self, dataset: Dataset) -> str:
        """Return the prefix of a table."""
        return table_prefix(self.restricted if dataset.is_restricted else self.curated, dataset)


def first_metadata_root() -> str:
    """Return the prefix of all tables' first metadata files."""
    return f"{ARTIFACTS_PREFIX}tables/"


def pseudonymous_family(environment: str) -> str:
    """Return the family of an environment's pseudonymous tables; that of its full tables is the environment's name.

    Ids and first metadata files are told apart by it.
    """
    return f"{environment}-pseudonymous"


def first_metadata_key(family: str, dataset: Dataset) -> str:
    """Return the key of a table's first metadata file.

    It lies outside the table's folder: Terraform owns it, while the table's own metadata files come and go.
    """
    return f"{first_metadata_root()}{dataset.name}/{first_metadata_name(family, dataset)}"


def erasures_prefix() -> str:
    """Return the prefix of the journals of erasures."""
    return f"{PRIVACY_PREFIX}erasures/"


def erasure_key(request_id: str) -> str:
    """Return the key of an erasure's journal."""
    return f"{erasures_prefix()}{request_id}{_JSON_SUFFIX}"


def schema_marker_prefix() -> str:
    """Return the prefix of the objects whose arrival tells ETL-2 that the contract's columns have changed."""
    return f"{ARTIFACTS_PREFIX}schemas/"


def quarantine_root(restricted_prefix: str) -> str:
    """Return the prefix of all runs that failed a check."""
    return f"{restricted_prefix}{QUARANTINE_FOLDER}/"


def quarantine_key(restricted_prefix: str, run_id: str) -> str:
    """Return the key of the object that keeps a run from being tried again: which checks it failed, and no data."""
    return f"{quarantine_root(restricted_prefix)}{run_id}{_JSON_SUFFIX}"
