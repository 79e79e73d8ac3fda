"""Planned tables on their way: files that no snapshot names yet, what is in them, and their one commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
from pyiceberg.manifest import DataFile, ManifestFile
from pyiceberg.table import Table

from contract.datasets import Dataset
from contract.snapshots import NO_SNAPSHOT, SnapshotProperty
from contract.source import Relation
from glue_src.arrow import relations
from glue_src.arrow.catalog import LakeCatalog, current_snapshot_id, moved, named_files
from glue_src.arrow.current import CurrentTable, Mapped, Replaced, partition_of
from glue_src.arrow.pipeline import in_order
from glue_src.arrow.types import plain_schema
from glue_src.arrow.uploads import Uploads
from glue_src.engine import Published, RelationFacts, TableFacts, TablePlan
from glue_src.exceptions import TableMovedError


@dataclass(frozen=True)
class StagedFile:
    """One partition's file, uploaded and still at hand, with what was found while it was written."""

    partition: str
    path: Path
    file: DataFile


@dataclass(frozen=True)
class PartitionFacts:
    """What was found in one partition's rows, and the file that has them."""

    partition: str
    rows: int
    nulls: Mapping[str, int]
    duplicate_keys: int
    file: StagedFile


@dataclass
class StagedTable:
    """One plan, written."""

    plan: TablePlan
    current: CurrentTable
    partitions: dict[str, PartitionFacts] = field(default_factory=dict)
    #: Keys that come in several partitions, where a key does not say which one it is in.
    duplicate_keys_across: int = 0

    @property
    def replaced(self) -> Replaced:
        """What of the table goes."""
        return Replaced(frozenset(self.plan.changed) | frozenset(self.plan.gone), self.plan.replaces_all)

    def find_duplicates_across(self) -> None:
        """Count keys that come again in other partitions, where a key does not say which partition it is in.

        Partitions that stay as they are count, too.
        """
        dataset = self.plan.dataset
        if not dataset.key or dataset.partition is None or dataset.partition.column in dataset.key:
            return
        keys = pa.concat_tables(
            [*self.read(dataset.key, None), plain_schema(dataset).empty_table().select(dataset.key)]
        )
        groups = keys.group_by(list(dataset.key), use_threads=False).aggregate([])
        within = sum(each.duplicate_keys for each in self.partitions.values())
        self.duplicate_keys_across = keys.num_rows - groups.num_rows - within

    def facts(self) -> TableFacts:
        """Return what was found in all its rows."""
        nulls: Counter[str] = Counter()
        for partition in self.partitions.values():
            nulls.update(partition.nulls)
        return TableFacts(
            rows={name: partition.rows for name, partition in sorted(self.partitions.items())},
            nulls=dict(nulls),
            duplicate_keys=self.duplicate_keys_across + sum(each.duplicate_keys for each in self.partitions.values()),
        )

    def read(self, columns: Sequence[str], partition: str | None, mapped: Mapped = map) -> Iterator[pa.Table]:
        """Yield the rows of one partition, or of all, as they would be, file by file; see CurrentTable.read."""
        yield from self._own(columns, partition)
        yield from self.current.read(columns, self.replaced, partition, mapped)

    def _own(self, columns: Sequence[str], partition: str | None) -> Iterator[pa.Table]:
        for name, facts in self.partitions.items():
            if partition in (None, name):
                rows = parquet.read_table(facts.file.path, columns=list(columns), use_threads=False, partitioning=None)
                yield rows.cast(pa.schema([(each.name, each.type) for each in rows.schema]))


@dataclass
class ArrowStagedTables:
    """All plans of a run, written; see ``glue_src.engine.StagedTables``."""

    catalog: LakeCatalog
    tables: Mapping[str, StagedTable]
    uploads: Uploads
    workers: Executor
    ahead: int

    def facts(self) -> Mapping[str, TableFacts]:
        """Return what was found in each plan's rows, by the dataset's name."""
        return {name: table.facts() for name, table in self.tables.items()}

    def relate(self, wanted: Sequence[Relation]) -> Mapping[Relation, RelationFacts]:
        """Return what is found of relations between tables as they would be."""
        names = {side.name for relation in wanted for side in (relation.child, relation.parent)}
        unstaged = {name: CurrentTable(self.catalog.table(name)) for name in names if name not in self.tables}
        return {relation: self._relate(relation, unstaged) for relation in wanted}

    def _relate(self, relation: Relation, unstaged: Mapping[str, CurrentTable]) -> RelationFacts:
        def facts_of(partition: str | None) -> RelationFacts:
            return relations.relate(
                relation,
                self._read(relation.child, relations.columns_of(relation, of_parent=False), partition, unstaged),
                self._read(relation.parent, relations.columns_of(relation, of_parent=True), partition, unstaged),
            )

        both = [self._current(side, unstaged) for side in (relation.child, relation.parent)]
        if not relations.is_local(relation) or not all(each.is_uniform for each in both):
            return facts_of(None)
        affected = self._affected(relation)
        return relations.total(in_order(self.workers, facts_of, sorted(affected), self.ahead))

    def _current(self, dataset: Dataset, unstaged: Mapping[str, CurrentTable]) -> CurrentTable:
        table = self.tables.get(dataset.name)
        return unstaged[dataset.name] if table is None else table.current

    def _affected(self, relation: Relation) -> set[str]:
        affected: set[str] = set()
        for side in (relation.child, relation.parent):
            table = self.tables.get(side.name)
            if table is not None:
                affected |= {*table.partitions, *table.plan.gone, *table.plan.changed}
                affected |= table.current.partitions() if table.plan.replaces_all else set()
        return affected

    def _read(
        self, dataset: Dataset, columns: Sequence[str], partition: str | None, unstaged: Mapping[str, CurrentTable]
    ) -> Iterator[pa.Table]:
        table = self.tables.get(dataset.name)
        # One partition is looked at by one of the workers, which must not wait for others of them.
        mapped: Mapped = partial(in_order, self.workers, ahead=self.ahead) if partition is None else map
        if table is not None:
            return table.read(columns, partition, mapped)
        return unstaged[dataset.name].read(columns, partition=partition, mapped=mapped)

    def publish(self, dataset: Dataset) -> Published:
        """Make a staged table the one that readers see, in one atomic commit.

        Raises:
            TableMovedError: somebody else committed to the table since it was planned; it stays as it is.
        """
        staged = self.tables[dataset.name]
        table, replaced = staged.current.table, staged.replaced
        added = [each.file.file for each in staged.partitions.values()]
        removed = [task.file for task in staged.current.tasks if replaced.has(partition_of(task.file))]
        with self.uploads.committing(dataset.name):
            if staged.current.readable:
                snapshot_id = commit(table, added, removed, staged.plan.properties)
            else:
                snapshot_id = commit_alone(table, added, staged.plan.properties)
        return Published(snapshot_id, sum(file.file_size_in_bytes for file in added))


def commit(table: Table, added: Sequence[DataFile], removed: Sequence[DataFile], properties: Mapping[str, str]) -> int:
    """Make one snapshot without some data files and with others, and return its id.

    Raises:
        TableMovedError: the table's current snapshot is another one by now.
    """
    transaction = table.transaction()
    with (
        named_files(table),
        transaction.update_snapshot(snapshot_properties=dict(properties)).overwrite() as overwrite,
    ):
        useful = partial(_useful, overwrite.snapshot_id)
        overwrite._process_manifests = useful  # type: ignore[method-assign]  # noqa: SLF001 - there is no other way
        for file in removed:
            overwrite.delete_data_file(file)
        for file in added:
            overwrite.append_data_file(file)
    with moved(table):
        transaction.commit_transaction()
    return overwrite.snapshot_id


def _useful(snapshot_id: int, manifests: Sequence[ManifestFile]) -> list[ManifestFile]:
    """Return the manifests without those that only say what earlier snapshots took away.

    PyIceberg carries them from snapshot to snapshot, one more each night, and reads them all; Java's writers do not.
    """
    return [
        manifest
        for manifest in manifests
        if manifest.has_added_files() or manifest.has_existing_files() or manifest.added_snapshot_id == snapshot_id
    ]


def commit_alone(table: Table, added: Sequence[DataFile], properties: Mapping[str, str]) -> int:
    """Make one snapshot of some data files and no others, without looking at those that are there; return its id.

    It has no parent, for the files of one that cannot be read can neither stay nor be told gone.

    Raises:
        TableMovedError: the table's current snapshot is another one by now.
    """
    transaction = table.transaction()
    told = {**properties, SnapshotProperty.BASE_SNAPSHOT_ID: NO_SNAPSHOT}
    with transaction.update_snapshot(snapshot_properties=told).fast_append() as append:
        append._parent_snapshot_id = None  # noqa: SLF001 - PyIceberg has no other way
        for file in added:
            append.append_data_file(file)
    with moved(table):
        transaction.commit_transaction()
    return append.snapshot_id


def check_base(table: Table, base_snapshot_id: int | None) -> None:
    """Raise TableMovedError if a table's current snapshot is not ``base_snapshot_id``."""
    if current_snapshot_id(table) != base_snapshot_id:
        raise TableMovedError(table.name()[-1], base_snapshot_id)
