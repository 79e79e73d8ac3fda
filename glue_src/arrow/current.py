"""A table as readers see it: its data files by partition, and the rows in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask, Table

from contract.datasets import WHOLE_TABLE
from glue_src.arrow.catalog import named_files
from glue_src.exceptions import TableFileError


@dataclass(frozen=True)
class Replaced:
    """The partitions that a plan takes away from a table, whether it writes them anew or not."""

    partitions: Collection[str] = ()
    all: bool = False

    def has(self, partition: str) -> bool:
        """Return whether a partition is one of them."""
        return self.all or partition in self.partitions


NOTHING: Final = Replaced()

Mapped = Callable[[Callable[[FileScanTask], pa.Table], Iterable[FileScanTask]], Iterable[pa.Table]]


@dataclass
class CurrentTable:
    """A table as readers see it: its data files by partition; none where it is not ``readable``."""

    table: Table
    readable: bool = True

    def __post_init__(self) -> None:
        with named_files(self.table):
            tasks = self.table.scan().plan_files() if self.readable and self.table.current_snapshot() else []
            self.tasks = list(tasks)

    @classmethod
    def to_be_replaced(cls, table: Table) -> CurrentTable:
        """Return a table of which nothing will stay: even if what says which files it has is missing or damaged."""
        try:
            return cls(table)
        except TableFileError:
            return cls(table, readable=False)

    def check_spec(self) -> None:
        """Raise TableFileError if files are not divided as the table's next ones: they may hold several partitions."""
        spec = self.table.metadata.default_spec_id
        foreign = sum(task.file.spec_id != spec for task in self.tasks)
        if foreign:
            fault = f"{foreign} of its data files are divided by an earlier partitioning."
            raise TableFileError(self.table.name()[-1], fault)

    @property
    def is_uniform(self) -> bool:
        """Whether all files are divided as the table's next ones are."""
        return self.readable and all(task.file.spec_id == self.table.metadata.default_spec_id for task in self.tasks)

    def partitions(self) -> set[str]:
        """Return the partitions that have files."""
        return {partition_of(task.file) for task in self.tasks}

    def read(
        self,
        columns: Sequence[str],
        replaced: Replaced = NOTHING,
        partition: str | None = None,
        mapped: Mapped = map,
    ) -> Iterator[pa.Table]:
        """Yield the rows of one partition, or of all, but for those that are replaced, file by file.

        ``mapped`` applies a function to each item and yields the results in order, as ``map`` does. It may do so side
        by side: reading a file is mostly waiting.
        """
        metadata = self.table.metadata
        scan = ArrowScan(metadata, self.table.io, metadata.schema().select(*columns), AlwaysTrue())

        def rows_of(task: FileScanTask) -> pa.Table:
            with named_files(self.table):
                rows = scan.to_table([task])
            return rows.cast(pa.schema([(each.name, _plain(each.type)) for each in rows.schema]))

        yield from mapped(
            rows_of,
            [
                task
                for task in self.tasks
                if partition in (None, partition_of(task.file)) and not replaced.has(partition_of(task.file))
            ],
        )


def partition_of(file: DataFile) -> str:
    """Return the partition of a data file: its value, or WHOLE_TABLE where files are not divided."""
    return file.partition[0] if len(file.partition) else WHOLE_TABLE


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(kind) else kind
