"""How curated Parquet files are written: row groups are encoded side by side, then put one behind the other.

pyarrow encodes a file with one thread, and compressing is half of all the work. So each row group is encoded as a file
of its own, in memory; their pages are copied as they are, and the footers become one (glue_src.parquet_footer).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

import pyarrow as pa
from pyarrow import parquet

from glue_src.arrow_types import schema_of
from glue_src.parquet_footer import END_BYTES, MAGIC, JoinedFooter, footer_begins, read_footer
from glue_src.row_groups import PAGE_BYTES, PAGE_ROWS
from modules.contract.datasets import ColumnType

if TYPE_CHECKING:
    from modules.contract.datasets import Dataset

#: Sorted as their rows are, or nearly so, these are little apart: their differences take less room, and less time.
_NUMBERS: Final = frozenset({ColumnType.COUNT, ColumnType.INSTANT})
_COMPRESSION_LEVEL: Final = 3
#: By this key Spark knows that instants before 1582 stand as they are, in one calendar. Without it Spark refuses to
#: read a column that has one, and a typing error in the source is enough for that.
_SPARK_CALENDAR: Final = {"org.apache.spark.version": "3.0.0"}


def encode(batch: pa.RecordBatch, dataset: Dataset) -> pa.Buffer:
    """Return a whole Parquet file with a batch as its one row group, or with no row group if the batch is empty."""
    prose = {column.name for column in dataset.columns if column.is_prose}
    texts = {column.name for column in dataset.columns if column.type is ColumnType.TEXT}
    numbers = {column.name for column in dataset.columns if column.type in _NUMBERS}
    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(
        sink,
        schema_of(dataset),
        compression="zstd",
        compression_level=_COMPRESSION_LEVEL,
        use_dictionary=sorted(texts - prose),
        write_statistics=[name for name in dataset.column_names if name not in prose],
        column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
        write_page_index=True,
        data_page_size=PAGE_BYTES,
        max_rows_per_page=PAGE_ROWS,
        # Pages of the first version: the second one saves little, and not every reader has it.
        data_page_version="1.0",
        store_schema=False,
    ) as writer:
        writer.add_key_value_metadata(_SPARK_CALENDAR)
        if batch.num_rows:
            writer.write_batch(batch, row_group_size=batch.num_rows)
    return sink.getvalue()


@dataclass
class ParquetAssembly:
    """Puts encoded files together in ``file``, which is new; all are of one dataset and were made by :func:`encode`."""

    file: IO[bytes]
    _joined: JoinedFooter = field(default_factory=JoinedFooter)

    def __post_init__(self) -> None:
        self.file.write(MAGIC)

    def add(self, encoded: pa.Buffer) -> None:
        """Append the row group of an encoded file, if it has one."""
        content = memoryview(encoded)
        begins = footer_begins(bytes(content[-END_BYTES:]), len(content))
        footer = read_footer(bytes(content[begins:]), begins)
        indexes = bytes(content[footer.pages_end : begins])
        self._joined.add(footer, indexes, moved=self.file.tell() - len(MAGIC))
        self.file.write(content[len(MAGIC) : footer.pages_end])

    def finish(self) -> None:
        """Write the indexes and the footer, once all is added; at least one encoded file must have been."""
        self.file.write(self._joined.written(self.file.tell()))
