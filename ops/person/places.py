"""Every place that can hold a person: what a key of the bucket is for, and which states of a table name a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from contract.datasets import DataClass, Dataset
from contract.layout import ARTIFACTS_PREFIX, RUNS_FOLDER, parse_clean_key, quarantine_root, table_prefix
from glue_src.exceptions import TableError
from glue_src.maintenance import key_of
from ops.platform import Platform
from ops.versions import Version

if TYPE_CHECKING:
    from pyiceberg.table import Table


class Place(Enum):
    """What people's data lies in; the order is that in which places are shown."""

    SOURCE = "source table"
    CURRENT = "tables, now"
    EARLIER = "tables, earlier states"
    UNNAMED = "tables, files that no state names"
    PSEUDONYMOUS = "pseudonymous tables"
    METADATA = "tables, metadata"
    CLEAN = "clean days"
    QUARANTINE = "quarantine"
    SUMMARIES = "run summaries"
    RESULTS = "Athena's results"
    PROGRAMS = "programs"
    ELSEWHERE = "elsewhere in the bucket"


#: ``find`` does not read these: nobody's rows lie there. What a table's metadata says of its columns' least and
#: greatest values is of rows in data files; ``prove`` reads all.
NOT_ROWS: Final = frozenset({Place.METADATA, Place.PROGRAMS})


#: Rows of these belong to states of a table, which have their times.
OF_STATES: Final = frozenset({Place.CURRENT, Place.EARLIER})


@dataclass(frozen=True)
class Spot:
    """Where a version lies. ``table`` is empty where it is none's; ``is_old`` is for a noncurrent version."""

    place: Place
    table: str = ""
    is_old: bool = False


@dataclass
class States:
    """The states of a table that name a file: from the first to the last of them, and whether readers see it now."""

    first: datetime
    last: datetime
    is_current: bool = False

    def include(self, at: datetime, *, is_current: bool) -> None:
        """Take another state in."""
        self.first, self.last = min(self.first, at), max(self.last, at)
        self.is_current = self.is_current or is_current


@dataclass
class Places:
    """What the bucket's keys are for. ``unread`` are tables whose states cannot be told, with the reason."""

    platform: Platform
    files: dict[str, States] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        etl = self.platform.environment.etl
        self._clean = etl.clean_prefix
        #: What lies deeper comes first.
        self._folders = (
            *((quarantine_root(zone), Place.QUARANTINE) for zone in (etl.curated_prefix, etl.restricted_prefix)),
            (f"{etl.clean_prefix}{RUNS_FOLDER}/", Place.SUMMARIES),
            (etl.clean_prefix, Place.CLEAN),
            (etl.athena_results_prefix, Place.RESULTS),
            (ARTIFACTS_PREFIX, Place.PROGRAMS),
        )
        zones = (etl.curated_prefix, etl.restricted_prefix, etl.pseudonymous_prefix)
        self._tables = {
            table_prefix(zone, dataset): (dataset.name, zone == etl.pseudonymous_prefix)
            for zone in zones
            for dataset in self.platform.environment.contract.tables
        }

    def spot(self, version: Version) -> Spot:
        """Return where a version lies."""
        place, table = self._place(version.key)
        if place is Place.UNNAMED and version.is_latest and (states := self.files.get(version.key)):
            place = Place.CURRENT if states.is_current else Place.EARLIER
        return Spot(place, table, not version.is_latest)

    def _place(self, key: str) -> tuple[Place, str]:
        for prefix, (table, is_pseudonymous) in self._tables.items():
            if key.startswith(prefix):
                if key.startswith(f"{prefix}metadata/"):
                    return Place.METADATA, table
                return (Place.PSEUDONYMOUS if is_pseudonymous else Place.UNNAMED), table
        if key.startswith(self._clean) and (found := parse_clean_key(self._clean, key)):
            return Place.CLEAN, found.dataset
        return next((place for prefix, place in self._folders if key.startswith(prefix)), Place.ELSEWHERE), ""


def places_of(platform: Platform) -> Places:
    """Return what the bucket's keys are for, with the states of every table that can be read."""
    from ops.lake import open_table

    places = Places(platform)
    for dataset in platform.environment.contract.tables:
        if not holds_people(dataset):
            continue
        try:
            places.files.update(states_of(open_table(platform, dataset)))
        except TableError as error:
            places.unread[dataset.name] = str(error)
    return places


def holds_people(dataset: Dataset) -> bool:
    """Tell whether a table has columns about people."""
    return any(column.data_class in (DataClass.IDENTIFIER, DataClass.PERSONAL) for column in dataset.columns)


def states_of(table: Table) -> Mapping[str, States]:
    """Return the states of each data file that a table's snapshots name, by key; each manifest is read once.

    Raises:
        TableFileError: a manifest is missing or damaged.
    """
    from glue_src.arrow.catalog import named_files

    found: dict[str, States] = {}
    by_manifest: dict[str, list[str]] = {}
    with named_files(table):
        for snapshot in table.metadata.snapshots:
            at = datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC)
            is_current = snapshot.snapshot_id == table.metadata.current_snapshot_id
            for manifest in snapshot.manifests(table.io):
                if manifest.manifest_path not in by_manifest:
                    entries = manifest.fetch_manifest_entry(table.io, discard_deleted=True)
                    by_manifest[manifest.manifest_path] = [key_of(entry.data_file.file_path) for entry in entries]
                for key in by_manifest[manifest.manifest_path]:
                    found.setdefault(key, States(at, at)).include(at, is_current=is_current)
    return found
