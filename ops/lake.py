"""The curated tables' files, read and rolled back by PyIceberg: what the metadata file alone does not tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contract.datasets import RUNS, Dataset
from glue_src.exceptions import TableMovedError
from glue_src.maintenance import key_of
from glue_src.tables import TableState
from ops.databases import Database
from ops.exits import usage
from ops.platform import Platform

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.table import Table


@dataclass(frozen=True)
class RecordedRow:
    """A row of the table ``runs``: what one run did to one table. Instants are in UTC, with their zone."""

    run_id: str
    business_day: str
    dataset: str
    committed_at: datetime
    snapshot_id: int | None
    rows_now: int
    rows_before: int
    partitions_rewritten: int
    partitions_gone: int
    bytes_written: int
    seconds: float
    snapshot_expired_at: datetime | None


@dataclass(frozen=True)
class Unnamed:
    """Of the ``total`` bytes in a table's folder, those that no snapshot names."""

    bytes: int
    total: int


def open_table(platform: Platform, dataset: Dataset, database: str = "") -> Table:
    """Return a table as PyIceberg knows it: a full one, or that of another database.

    Raises:
        OpsError: PyIceberg is not installed.
        TableError: the table is not there, or its metadata cannot be read.
    """
    try:
        # Here, for it takes longer to import than most commands take.
        from glue_src.arrow.catalog import lake_catalog
    except ImportError as error:
        message = f"Reading tables needs the package pyiceberg: {error}."
        raise usage(message, "python -m pip install -r ops/requirements.txt -c constraints.txt") from error
    name = database or platform.environment.etl.catalog.database_name
    return lake_catalog(platform.glue, platform.s3, name).table(dataset.name)


def batches(table: Table, columns: Sequence[str], row_filter: str = "") -> Iterator[pa.RecordBatch]:
    """Yield the current rows of some columns, file by file; only one file's are in memory.

    ``row_filter`` is PyIceberg's: files and row groups whose statistics rule it out are not read.

    Raises:
        TableFileError: a file that the table names is missing or damaged.
    """
    from pyiceberg.expressions import AlwaysTrue
    from pyiceberg.io.pyarrow import ArrowScan

    from glue_src.arrow.catalog import named_files

    with named_files(table):
        scan = table.scan(row_filter or AlwaysTrue(), tuple(columns))
        reader = ArrowScan(scan.table_metadata, scan.io, scan.projection(), scan.row_filter)
        for task in scan.plan_files():
            yield from reader.to_record_batches([task])


def rows(table: Table, columns: Sequence[str], row_filter: str = "") -> Iterator[dict[str, Any]]:
    """Yield rows as :func:`batches` does, one by one; instants are without a zone, in UTC."""
    for batch in batches(table, columns, row_filter):
        yield from batch.to_pylist()


def recorded_rows(platform: Platform) -> tuple[RecordedRow, ...]:
    """Return the rows of ``runs``, newest run first.

    Raises:
        TableError: the table, or a file that it names, cannot be read.
    """
    table = open_table(platform, RUNS)
    found = [RecordedRow(**_with_zones(row)) for row in rows(table, RUNS.column_names)]
    return tuple(sorted(found, key=lambda row: (row.run_id, row.dataset), reverse=True))


def _with_zones(row: dict[str, Any]) -> dict[str, Any]:
    instants = ("committed_at", "snapshot_expired_at")
    return {name: cell.replace(tzinfo=UTC) if name in instants and cell else cell for name, cell in row.items()}


def unnamed_objects(platform: Platform, dataset: Dataset, older_than: datetime) -> Unnamed:
    """Return how much of a table's folder no snapshot and no metadata log names, of what is older than that.

    Raises:
        TableError: the table, or a manifest, cannot be read.
    """
    from glue_src.arrow.maintenance import files_named

    named = {key_of(address) for address in files_named(open_table(platform, dataset))}
    total = unnamed = 0
    prefix = platform.environment.etl.table_zones.table_prefix(dataset)
    for page in platform.s3.get_paginator("list_objects_v2").paginate(Bucket=platform.bucket.name, Prefix=prefix):
        for stored in page.get("Contents", []):
            total += stored["Size"]
            if stored["Key"] not in named and stored["LastModified"] < older_than:
                unnamed += stored["Size"]
    return Unnamed(unnamed, total)


def files_needed(platform: Platform, database: Database, dataset: Dataset) -> Iterator[tuple[str, int | None]]:
    """Yield the keys of the files of a table's present state, each with the size that it has to have, if one is told.

    Each comes before what it names: where reading fails, the last one is what cannot be read.

    Raises:
        TableError: the table, or a manifest, cannot be read.
    """
    from glue_src.arrow.catalog import named_files

    table = open_table(platform, dataset, database.name)
    yield key_of(table.metadata_location), None
    snapshot = table.current_snapshot()
    if snapshot:
        yield key_of(snapshot.manifest_list), None
        with named_files(table):
            for manifest in snapshot.manifests(table.io):
                yield key_of(manifest.manifest_path), manifest.manifest_length
                for entry in manifest.fetch_manifest_entry(table.io):
                    yield key_of(entry.data_file.file_path), entry.data_file.file_size_in_bytes


def set_current_snapshot(platform: Platform, dataset: Dataset, state: TableState, snapshot_id: int) -> None:
    """Make an earlier snapshot the one that readers see, if the table is still as ``state`` says.

    Raises:
        TableError: somebody else committed to the table meanwhile, or it cannot be read.
    """
    table = open_table(platform, dataset)
    if table.metadata.current_snapshot_id != state.current_snapshot_id:
        raise TableMovedError(dataset.name, state.current_snapshot_id)
    from glue_src.arrow.catalog import moved

    with moved(table), table.manage_snapshots() as snapshots:
        snapshots.set_current_snapshot(snapshot_id)
