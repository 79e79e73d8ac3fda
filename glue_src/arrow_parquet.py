"""How curated Parquet files are written: row groups are encoded side by side, then put one behind the other.

pyarrow encodes a file with one thread, and compressing is half of all the work. So each row group is encoded as a file
of its own, in memory; their pages are copied as they are, and the footers become one. A footer says where pages are,
counted from the beginning of the file: that is what has to change.

https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift has the numbers of the fields.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyarrow import parquet

from glue_src.arrow_thrift import STRUCT, Struct, read_struct, write_struct
from glue_src.arrow_types import schema_of
from glue_src.row_groups import PAGE_BYTES
from modules.contract.datasets import ColumnType

if TYPE_CHECKING:
    from modules.contract.datasets import Dataset

#: What people or programs wrote at length: no value comes twice, and its least and greatest help no reader to skip.
_FREE_TEXTS: Final = frozenset({"text", "comment", "item_json"})
_COMPRESSION_LEVEL: Final = 3
#: By this key Spark knows that instants before 1582 stand as they are, in one calendar. Without it Spark refuses to
#: read a column that has one, and a typing error in the source is enough for that.
_SPARK_CALENDAR: Final = {"org.apache.spark.version": "3.0.0"}

_MAGIC: Final = b"PAR1"
_LENGTH: Final = struct.Struct("<I")


class _File:
    """Field numbers of FileMetaData."""

    ROWS: Final = 3
    ROW_GROUPS: Final = 4


class _RowGroup:
    COLUMNS: Final = 1
    ROWS: Final = 3
    FILE_OFFSET: Final = 5


class _ColumnChunk:
    FILE_OFFSET: Final = 2
    META_DATA: Final = 3
    OFFSET_INDEX_OFFSET: Final = 4
    OFFSET_INDEX_LENGTH: Final = 5
    COLUMN_INDEX_OFFSET: Final = 6
    COLUMN_INDEX_LENGTH: Final = 7


class _ColumnMetaData:
    DATA_PAGE_OFFSET: Final = 9
    DICTIONARY_PAGE_OFFSET: Final = 11


_INDEX_OFFSETS: Final = (_ColumnChunk.OFFSET_INDEX_OFFSET, _ColumnChunk.COLUMN_INDEX_OFFSET)


class _OffsetIndex:
    PAGES: Final = 1


class _PageLocation:
    OFFSET: Final = 1


def encode(batch: pa.RecordBatch, dataset: Dataset) -> pa.Buffer:
    """Return a whole Parquet file with a batch as its one row group, or with no row group if the batch is empty."""
    texts = {column.name for column in dataset.columns if column.type is ColumnType.TEXT}
    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(
        sink,
        schema_of(dataset),
        compression="zstd",
        compression_level=_COMPRESSION_LEVEL,
        use_dictionary=sorted(texts - _FREE_TEXTS),
        write_statistics=[name for name in dataset.column_names if name not in _FREE_TEXTS],
        write_page_index=True,
        data_page_size=PAGE_BYTES,
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
    _footer: Struct = field(default_factory=dict)
    _row_groups: list[Struct] = field(default_factory=list)
    _column_indexes: list[_Index] = field(default_factory=list)
    _offset_indexes: list[_Index] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.file.write(_MAGIC)

    def add(self, encoded: pa.Buffer) -> None:
        """Append the row group of an encoded file, if it has one."""
        content = memoryview(encoded)
        footer_begins, footer = _footer_of(content)
        self._footer = self._footer or footer
        _, row_groups = footer[_File.ROW_GROUPS][1]
        for row_group in row_groups:
            self._append(content[:footer_begins], row_group)

    def finish(self) -> None:
        """Write the indexes and the footer, once all is added; at least one encoded file must have been."""
        for index in (*self._column_indexes, *self._offset_indexes):
            index.write(self.file)
        _set(self._footer, _File.ROWS, sum(_get(row_group, _RowGroup.ROWS) for row_group in self._row_groups))
        _set(self._footer, _File.ROW_GROUPS, (STRUCT, self._row_groups))
        footer = write_struct(self._footer)
        self.file.write(footer + _LENGTH.pack(len(footer)) + _MAGIC)

    def _append(self, content: memoryview, row_group: Struct) -> None:
        """Copy the pages of a row group, which is the only one in ``content``, and note where they are now."""
        _, chunks = _get(row_group, _RowGroup.COLUMNS)
        pages_end = min(
            (_get(chunk, number) for chunk in chunks for number in _INDEX_OFFSETS if number in chunk),
            default=len(content),
        )
        moved = self.file.tell() - len(_MAGIC)
        self.file.write(content[len(_MAGIC) : pages_end])
        for chunk in chunks:
            self._note_indexes(content, chunk, moved)
            _move(chunk, _ColumnChunk.FILE_OFFSET, moved)
            for offset in (_ColumnMetaData.DATA_PAGE_OFFSET, _ColumnMetaData.DICTIONARY_PAGE_OFFSET):
                _move(_get(chunk, _ColumnChunk.META_DATA), offset, moved)
        _move(row_group, _RowGroup.FILE_OFFSET, moved)
        self._row_groups.append(row_group)

    def _note_indexes(self, content: memoryview, chunk: Struct, moved: int) -> None:
        if _ColumnChunk.COLUMN_INDEX_OFFSET in chunk:
            numbers = (_ColumnChunk.COLUMN_INDEX_OFFSET, _ColumnChunk.COLUMN_INDEX_LENGTH)
            self._column_indexes.append(_Index(chunk, *numbers, _cut(content, chunk, *numbers)))
        if _ColumnChunk.OFFSET_INDEX_OFFSET in chunk:
            numbers = (_ColumnChunk.OFFSET_INDEX_OFFSET, _ColumnChunk.OFFSET_INDEX_LENGTH)
            index = read_struct(_cut(content, chunk, *numbers))
            for page in _get(index, _OffsetIndex.PAGES)[1]:
                _move(page, _PageLocation.OFFSET, moved)
            self._offset_indexes.append(_Index(chunk, *numbers, write_struct(index)))


@dataclass(frozen=True)
class _Index:
    """An index of a column chunk's pages, and the numbers of the chunk's fields that say where it is."""

    chunk: Struct
    offset: int
    length: int
    content: bytes

    def write(self, file: IO[bytes]) -> None:
        """Write it where ``file`` is now, and let the chunk say so."""
        _set(self.chunk, self.offset, file.tell())
        _set(self.chunk, self.length, len(self.content))
        file.write(self.content)


def _footer_of(content: memoryview) -> tuple[int, Struct]:
    """Return where the footer of a file begins, and what it says."""
    end = len(content) - len(_MAGIC) - _LENGTH.size
    (length,) = _LENGTH.unpack_from(content, end)
    return end - length, read_struct(bytes(content[end - length : end]))


def _cut(content: memoryview, chunk: Struct, offset: int, length: int) -> bytes:
    begin = _get(chunk, offset)
    return bytes(content[begin : begin + _get(chunk, length)])


def _get(fields: Struct, number: int) -> Any:
    return fields[number][1]


def _set(fields: Struct, number: int, value: Any) -> None:
    fields[number] = (fields[number][0], value)


def _move(fields: Struct, number: int, distance: int) -> None:
    """Add to an offset; 0, or none, means that there is nothing."""
    if number in fields and _get(fields, number):
        _set(fields, number, _get(fields, number) + distance)
