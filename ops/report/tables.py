"""A curated table for a report: one state of it, of which only what is asked for is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from glue_src.arrow.catalog import named_files
from glue_src.exceptions import TableError
from ops.lake import batches


@dataclass(frozen=True)
class CuratedTable:
    """The state that a table had when it was opened, whatever is committed to it since."""

    table: Table
    #: What went wrong while a reader was being read: whoever reads Arrow's streams hides it behind an error of its own.
    failures: list[TableError] = field(default_factory=list)

    @cached_property
    def _files(self) -> tuple[DataFile, ...]:
        with named_files(self.table):
            return tuple(task.file for task in self.table.scan().plan_files())

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(file.record_count for file in self._files)

    def reader(self, columns: Sequence[str], row_filter: str = "") -> pa.RecordBatchReader:
        """Return the rows of some columns, of those that ``row_filter`` (PyIceberg's) lets pass.

        Files and row groups without such rows are not read; no more than one file's columns are in memory.
        """
        schema = schema_to_pyarrow(self.table.schema().select(*columns))
        return pa.RecordBatchReader.from_batches(schema, self._batches(columns, row_filter)).cast(schema)

    def _batches(self, columns: Sequence[str], row_filter: str) -> Iterator[pa.RecordBatch]:
        try:
            yield from batches(self.table, columns, row_filter)
        except TableError as error:
            self.failures.append(error)
            raise

    def nulls(self, column: str) -> int | None:
        """Return how many rows have nothing in a column, by the files' own statistics; None where one has none."""
        field_id = self.table.schema().find_field(column).field_id
        found = [(file.null_value_counts or {}).get(field_id) for file in self._files]
        return None if None in found else sum(filter(None, found))
