"""What ETL-2 asks of an engine: to write what a plan says, unseen; to tell what is in it; to publish or discard it.

Two engines answer: Spark on a cluster (``glue_src/spark``), pyarrow and PyIceberg in one process (``glue_src/arrow``).
What a table holds before is read from its metadata file by ``glue_src.tables``, without an engine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from contract.datasets import Column, Dataset
from contract.masking import Mask
from contract.source import Relation


@dataclass(frozen=True)
class Source:
    """One clean CSV of a run with its size in bytes.

    ``columns`` are those of its header, in that order: columns of the contract, maybe not all of them. The missing ones
    may be null, and are.
    """

    dataset: Dataset
    key: str
    bytes: int
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class TablePlan:
    """What one run does to one table: the rows of ``changed`` partitions replace theirs, those of ``gone`` vanish.

    Partitions are values of the partition's column truncated to its width (WHOLE_TABLE for a table that is not
    divided). ``replaces_all`` makes the CSV the whole table, whatever partitions it holds now: for tables that nobody
    can tell the state of, and whose partitioning changed. ``changed`` then has all partitions of the CSV.
    ``properties`` go into the snapshot's summary; an engine that puts the snapshot on one of its own, which readers
    never see, says that one's id in BASE_SNAPSHOT_ID. ``base_snapshot_id`` is the table's current snapshot when it was
    planned: a table that has another one by then is not written. ``kept`` are the partitions that stay as they are, or
    None if nobody knows them: an engine that describes changed partitions by ranges of keys must leave them out.
    """

    source: Source
    base_snapshot_id: int | None
    changed: Collection[str]
    gone: Collection[str]
    replaces_all: bool
    properties: Mapping[str, str]
    kept: Collection[str] | None = None

    @property
    def dataset(self) -> Dataset:
        """The table."""
        return self.source.dataset

    @property
    def needs_csv(self) -> bool:
        """Whether rows are written. Where partitions only vanish, no CSV is read."""
        return self.replaces_all or bool(self.changed)


@dataclass(frozen=True)
class TableFacts:
    """What was found in the rows that a plan wrote.

    ``rows`` is by partition; ``nulls`` has the number of null rows of each column that may hold none and does;
    ``duplicate_keys`` counts the rows beyond the first of each key, and is 0 for a dataset without a key. Where the key
    does not say which partition a row is in, those of partitions that stay as they are count, too.
    """

    rows: Mapping[str, int]
    nulls: Mapping[str, int]
    duplicate_keys: int


@dataclass(frozen=True)
class RelationFacts:
    """What was found of one relation between tables as they would be. As in SQL, a null is equal to nothing.

    ``children`` and ``parents`` are the rows looked at. ``without_parent`` counts the child's rows that have no parent,
    ``miscounted`` the parent's whose ``counted_in`` is not the number of their children; 0 for a relation without.
    """

    children: int
    parents: int
    without_parent: int
    miscounted: int = 0


@dataclass(frozen=True)
class Published:
    """What a table became: its current snapshot, and the bytes of the data files that were added."""

    snapshot_id: int
    bytes_written: int


class StagedTables(Protocol):
    """Planned tables, written where no reader sees them."""

    def facts(self) -> Mapping[str, TableFacts]:
        """Return what was found in each plan's rows, by the dataset's name."""

    def relate(self, relations: Sequence[Relation]) -> Mapping[Relation, RelationFacts]:
        """Return what is found of relations of which one side or both are staged; the other is as readers see it.

        If both tables are partitioned in the same way by one of the relation's columns, unchanged partitions are not
        looked at again: they were when they were written.
        """

    def publish(self, dataset: Dataset) -> Published:
        """Make a staged table the one that readers see, in one atomic commit.

        Raises:
            TableMovedError: somebody else committed to the table since it was planned; it stays as it is.
        """


class LakeEngine(Protocol):
    """Writes Iceberg tables of one database."""

    def masked(self, database: str, mask: Mask) -> LakeEngine:
        """Return an engine for another database, which writes what a mask makes of the CSVs' rows."""

    def stage(self, plans: Sequence[TablePlan]) -> AbstractContextManager[StagedTables]:
        """Write what ``plans`` say where no reader sees it; leaving the context removes what was not published.

        Raises:
            SuspectCsvError: a CSV holds a record that is not as ETL-1 writes it, a cell that is not of its column's
                type, or a null in a column that files are divided or sorted by.
            TableMovedError: a table is no longer as it was planned on.
            PartitionTooLargeError: the engine cannot hold a partition; nothing was written.
        """

    def evolve(self, dataset: Dataset, properties: Mapping[str, str]) -> None:
        """Bring a table's columns (by field id), their order, types and comments, and properties to the contract's.

        Columns that the contract has no more are dropped: earlier snapshots still have them.
        """

    def repartition(self, dataset: Dataset) -> None:
        """Make the contract's partitioning the one by which the table's next files are divided."""

    def rows_of(self, dataset: Dataset) -> list[tuple[object, ...]]:
        """Return all rows of a small table, cells in the contract's column order; instants without a zone, in UTC."""

    def replace_rows(
        self,
        dataset: Dataset,
        rows: Sequence[tuple[object, ...]],
        base_snapshot_id: int | None,
        properties: Mapping[str, str],
    ) -> int:
        """Make ``rows`` all that a small table holds, in one file and one commit, and return the snapshot's id.

        Raises:
            TableMovedError: its current snapshot is not ``base_snapshot_id``; it stays as it is.
        """

    def restate(self, dataset: Dataset, base_snapshot_id: int, properties: Mapping[str, str]) -> int:
        """Make a snapshot without a parent of the rows that a table holds, and return its id.

        It names the same data files, and nothing of what earlier snapshots took away.

        Raises:
            TableMovedError: the table's current snapshot is not ``base_snapshot_id``; it stays as it is.
        """

    def expire(self, dataset: Dataset, snapshot_ids: Collection[int]) -> None:
        """Forget snapshots, and delete the files that only they named."""

    def files_named(self, dataset: Dataset) -> frozenset[str]:
        """Return the addresses of all files that any snapshot or the metadata log of a table names."""
