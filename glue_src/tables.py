"""What a curated table holds, read from the Data Catalog and the table's metadata file: no engine takes part.

ETL-2 plans from it and ``ops`` shows it. Format: https://iceberg.apache.org/spec/#table-metadata-fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from contract.partition_sums import PartitionSums, from_document, rows_in
from contract.snapshots import NO_SNAPSHOT, SnapshotProperty
from glue_src.exceptions import TableMetadataError
from glue_src.metadata_files import content_of, parameters_of

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

#: The branch that readers see.
MAIN: Final = "main"
#: The operation of a snapshot that has the same rows as its parent, in other files: a compaction.
_REPLACE: Final = "replace"


@dataclass(frozen=True)
class Field:
    """A column of the table's current schema; ``type`` is Iceberg's name of it."""

    id: int
    name: str
    type: str
    required: bool
    doc: str


@dataclass(frozen=True)
class PartitionField:
    """One field of the table's current partition spec, such as ``truncate[20]`` of a column."""

    source_id: int
    transform: str
    name: str


@dataclass(frozen=True)
class Snapshot:
    """One state that the table has or had. ``committed_at`` is in UTC, with its zone."""

    id: int
    parent_id: int | None
    operation: str
    committed_at: datetime
    summary: Mapping[str, str]

    @property
    def run_id(self) -> str | None:
        """The run of ETL-1 whose state this is, or None if ETL-2 did not write it."""
        return self.summary.get(SnapshotProperty.RUN_ID)

    @property
    def business_day(self) -> str | None:
        """That run's business day, as YYYY-MM-DD."""
        return self.summary.get(SnapshotProperty.BUSINESS_DAY)

    @property
    def rows(self) -> int:
        """The table's rows in this state."""
        return int(self.summary.get("total-records", 0)) - int(self.summary.get("total-position-deletes", 0))

    @property
    def data_bytes(self) -> int:
        """Bytes of the data files of this state."""
        return int(self.summary.get("total-files-size", 0))


@dataclass(frozen=True)
class LogEntry:
    """Since when a snapshot was the one that readers see."""

    since: datetime
    snapshot_id: int


@dataclass(frozen=True)
class TrustedSums:
    """The sums of all partitions, by a commit that nobody's came between. ``version`` is None for an empty table."""

    version: str | None
    partitions: PartitionSums


@dataclass(frozen=True)
class TableState:
    """One table at one moment.

    ``snapshots`` are in the order in which they were committed, ``references`` are the snapshots of branches and tags
    by name, and ``log`` says which snapshot readers saw when, oldest first. ``former_fields`` are columns of earlier
    schemas that the current one has no more.
    """

    name: str
    uuid: str
    location: str
    metadata_location: str
    fields: tuple[Field, ...]
    former_fields: tuple[Field, ...]
    last_field_id: int
    partition_fields: tuple[PartitionField, ...]
    sort_field_ids: tuple[int, ...]
    properties: Mapping[str, str]
    snapshots: tuple[Snapshot, ...]
    current_snapshot_id: int | None
    references: Mapping[str, int]
    log: tuple[LogEntry, ...]

    def snapshot(self, snapshot_id: int) -> Snapshot | None:
        """Return the snapshot of that id, or None if there is none any more."""
        return next((snapshot for snapshot in self.snapshots if snapshot.id == snapshot_id), None)

    @property
    def current(self) -> Snapshot | None:
        """What readers see, or None for a table that nothing was ever committed to."""
        return None if self.current_snapshot_id is None else self.snapshot(self.current_snapshot_id)

    def ancestors(self, snapshot_id: int) -> Iterator[Snapshot]:
        """Yield a snapshot, its parent, and so on, as far as they still exist."""
        following: int | None = snapshot_id
        while following is not None and (snapshot := self.snapshot(following)) is not None:
            yield snapshot
            following = snapshot.parent_id

    @property
    def contents(self) -> Snapshot | None:
        """The snapshot that wrote the current rows: the current one, or what a compaction wrote anew."""
        if self.current_snapshot_id is None:
            return None
        return next((each for each in self.ancestors(self.current_snapshot_id) if each.operation != _REPLACE), None)

    @property
    def trusted_sums(self) -> TrustedSums | None:
        """The sums of what readers see, or None if a commit of somebody else's may have changed it.

        ETL-2 records the sums with the snapshot that it planned on. If that is not the parent, another commit came
        between; if there are none, another program wrote the current rows.
        """
        if self.current_snapshot_id is None:
            return TrustedSums(None, {})
        found = self.contents
        if found is None or not {SnapshotProperty.SUMS, SnapshotProperty.SUMS_VERSION} <= found.summary.keys():
            return None
        if not self._is_on_its_base(found):
            return None
        try:
            sums = from_document(json.loads(found.summary[SnapshotProperty.SUMS]))
        except ValueError:
            return None
        return TrustedSums(found.summary[SnapshotProperty.SUMS_VERSION], sums)

    def _is_on_its_base(self, snapshot: Snapshot) -> bool:
        """Return whether a snapshot of ours stands on the one that it was planned on."""
        base = snapshot.summary.get(SnapshotProperty.BASE_SNAPSHOT_ID)
        if snapshot.parent_id is not None:
            return base == str(snapshot.parent_id)
        # PyIceberg forgets a parent with its expiry; a base that is still there never was the parent.
        return base is not None and (base == NO_SNAPSHOT or str(base) not in {str(each.id) for each in self.snapshots})

    @property
    def rows(self) -> int:
        """The rows that readers see."""
        trusted = self.trusted_sums
        if trusted is not None:
            return rows_in(trusted.partitions)
        return self.current.rows if self.current else 0

    @property
    def run_id(self) -> str | None:
        """The run of ETL-1 whose rows readers see, or None if the table is empty or another program wrote it."""
        return self.contents.run_id if self.contents else None

    @property
    def business_day(self) -> str | None:
        """That run's business day, as YYYY-MM-DD."""
        return self.contents.business_day if self.contents else None


def read_table(glue: GlueClient, s3: S3Client, database: str, name: str) -> TableState:
    """Return a table's present state, by two requests.

    Raises:
        TableMissingError: the catalog has no Iceberg table of that name.
        TableMetadataError: its metadata file is missing or damaged.
        botocore.exceptions.ClientError: any other failure of a request.
    """
    parameters = parameters_of(glue, database, name)
    return read_state(s3, name, parameters["metadata_location"])


def read_state(s3: S3Client, name: str, location: str) -> TableState:
    """Return the state that a table's metadata file describes.

    Raises:
        TableMetadataError: it is missing or damaged.
        botocore.exceptions.ClientError: any other failure of the request.
    """
    content = content_of(s3, name, location)
    try:
        return _state(name, location, json.loads(content))
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        fault = f"is damaged ({type(error).__name__}: it cannot be read as Iceberg's table metadata)"
        raise TableMetadataError(name, location, fault) from error


def _state(name: str, location: str, document: dict[str, Any]) -> TableState:
    schema = next(each for each in document["schemas"] if each["schema-id"] == document["current-schema-id"])
    present = {entry["id"] for entry in schema["fields"]}
    former = {
        entry["id"]: entry for each in document["schemas"] for entry in each["fields"] if entry["id"] not in present
    }
    spec = next(each for each in document["partition-specs"] if each["spec-id"] == document["default-spec-id"])
    order = next(each for each in document["sort-orders"] if each["order-id"] == document["default-sort-order-id"])
    current = document.get("current-snapshot-id")
    return TableState(
        name=name,
        uuid=document["table-uuid"],
        location=document["location"].rstrip("/"),
        metadata_location=location,
        fields=tuple(map(_field, schema["fields"])),
        former_fields=tuple(map(_field, former.values())),
        last_field_id=document["last-column-id"],
        partition_fields=tuple(
            PartitionField(each["source-id"], each["transform"], each["name"])
            for each in spec["fields"]
            if each["transform"] != "void"
        ),
        sort_field_ids=tuple(each["source-id"] for each in order["fields"]),
        properties=document.get("properties", {}),
        snapshots=tuple(sorted(map(_snapshot, document.get("snapshots", [])), key=lambda each: each.committed_at)),
        # Java's writers say -1 where there is none.
        current_snapshot_id=None if current in (None, -1) else current,
        references={reference: each["snapshot-id"] for reference, each in document.get("refs", {}).items()},
        log=tuple(
            LogEntry(_instant(each["timestamp-ms"]), each["snapshot-id"]) for each in document.get("snapshot-log", [])
        ),
    )


def _field(entry: Mapping[str, Any]) -> Field:
    # Types with parts, such as a struct, are objects: none of the contract's.
    kind = entry["type"] if isinstance(entry["type"], str) else entry["type"]["type"]
    return Field(entry["id"], entry["name"], kind, entry["required"], entry.get("doc", ""))


def _snapshot(entry: Mapping[str, Any]) -> Snapshot:
    summary = entry.get("summary", {})
    committed_at = _instant(entry["timestamp-ms"])
    parent = entry.get("parent-snapshot-id")
    return Snapshot(entry["snapshot-id"], parent, summary.get("operation", ""), committed_at, summary)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
