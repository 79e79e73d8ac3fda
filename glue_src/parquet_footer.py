"""The footers of Parquet files: those of several files become the footer of one that has all their row groups.

The pages of the files are put one behind the other as they are. A footer says where pages are, counted from the
beginning of the file, and so do the indexes of pages: that is what has to change. Nothing is decoded.

https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift has the numbers of the fields.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, Final

from glue_src.thrift import STRUCT, Struct, read_struct, write_struct

MAGIC: Final = b"PAR1"
_LENGTH: Final = struct.Struct("<I")
#: What a file ends with, in bytes: the length of its footer, and the magic.
END_BYTES: Final = _LENGTH.size + len(MAGIC)
#: A row group's number in its file has two bytes, and may be left out.
_MOST_ORDINALS: Final = 2**15


class FileFields:
    """Field numbers of FileMetaData."""

    SCHEMA: Final = 2
    ROWS: Final = 3
    ROW_GROUPS: Final = 4


class RowGroupFields:
    """Field numbers of RowGroup."""

    COLUMNS: Final = 1
    ROWS: Final = 3
    FILE_OFFSET: Final = 5
    ORDINAL: Final = 7


class ColumnChunkFields:
    """Field numbers of ColumnChunk."""

    FILE_OFFSET: Final = 2
    META_DATA: Final = 3
    OFFSET_INDEX_OFFSET: Final = 4
    OFFSET_INDEX_LENGTH: Final = 5
    COLUMN_INDEX_OFFSET: Final = 6
    COLUMN_INDEX_LENGTH: Final = 7


class ColumnMetaDataFields:
    """Field numbers of ColumnMetaData."""

    PATH: Final = 3
    DATA_PAGE_OFFSET: Final = 9
    DICTIONARY_PAGE_OFFSET: Final = 11
    BLOOM_FILTER_OFFSET: Final = 14


_INDEX_OFFSETS: Final = (ColumnChunkFields.OFFSET_INDEX_OFFSET, ColumnChunkFields.COLUMN_INDEX_OFFSET)


class OffsetIndexFields:
    """Field numbers of OffsetIndex."""

    PAGES: Final = 1


class PageLocationFields:
    """Field numbers of PageLocation."""

    OFFSET: Final = 1
    BYTES: Final = 2
    FIRST_ROW: Final = 3


class ColumnIndexFields:
    """Field numbers of ColumnIndex."""

    NULL_PAGES: Final = 1
    LEAST: Final = 2
    GREATEST: Final = 3


@dataclass(frozen=True)
class Footer:
    """What a file's footer says, and where its pages end; between them and the footer are the indexes of its pages."""

    metadata: Struct
    pages_end: int
    begins: int


def footer_begins(end: bytes, size: int) -> int:
    """Return where the footer begins of a file of ``size`` bytes, of which ``end`` has the last END_BYTES.

    Raises:
        ValueError: it is no Parquet file, or an encrypted one.
    """
    if end[_LENGTH.size :] != MAGIC:
        message = f"a Parquet file ends with {MAGIC!r}, and not with {end!r}"
        raise ValueError(message)
    return int(size - END_BYTES - _LENGTH.unpack_from(end)[0])


def read_footer(content: bytes, begins: int) -> Footer:
    """Return the footer that ``content`` begins with and that begins at that place in its file.

    Raises:
        ValueError: the file has bloom filters, which would have to move too.
    """
    metadata = read_struct(content)
    chunks = [chunk for group in _row_groups(metadata) for chunk in _get(group, RowGroupFields.COLUMNS)[1]]
    if any(ColumnMetaDataFields.BLOOM_FILTER_OFFSET in _get(chunk, ColumnChunkFields.META_DATA) for chunk in chunks):
        message = "files with bloom filters cannot be joined: write them without."
        raise ValueError(message)
    indexes = [_get(chunk, number) for chunk in chunks for number in _INDEX_OFFSETS if number in chunk]
    return Footer(metadata, min(indexes, default=begins), begins)


@dataclass
class JoinedFooter:
    """Makes the footer of a file from those of files whose pages it has, all of one schema.

    What else a footer says, such as who wrote the file, is taken from the first.
    """

    _metadata: Struct = field(default_factory=dict)
    _row_groups: list[Struct] = field(default_factory=list)
    _column_indexes: list[_Index] = field(default_factory=list)
    _offset_indexes: list[_Index] = field(default_factory=list)

    def add(self, footer: Footer, indexes: bytes, moved: int) -> None:
        """Take in the row groups of the next file.

        ``indexes`` is what the file has between its pages and its footer; ``moved`` says how many bytes further from
        the beginning its pages now are.

        Raises:
            ValueError: the file has another schema than the first.
        """
        self._metadata = self._metadata or footer.metadata
        if footer.metadata[FileFields.SCHEMA] != self._metadata[FileFields.SCHEMA]:
            message = "files of different schemas cannot be joined."
            raise ValueError(message)
        for row_group in _row_groups(footer.metadata):
            self._add(row_group, _Indexes(indexes, footer.pages_end), moved)

    def written(self, place: int) -> bytes:
        """Return what comes behind the last page, at that place in the file; at least one file must have been added."""
        content = bytearray()
        for index in (*self._column_indexes, *self._offset_indexes):
            index.write(content, place)
        _set(
            self._metadata, FileFields.ROWS, sum(_get(row_group, RowGroupFields.ROWS) for row_group in self._row_groups)
        )
        _set(self._metadata, FileFields.ROW_GROUPS, (STRUCT, self._row_groups))
        footer = write_struct(self._metadata)
        return bytes(content) + footer + _LENGTH.pack(len(footer)) + MAGIC

    def _add(self, row_group: Struct, indexes: _Indexes, moved: int) -> None:
        for chunk in _get(row_group, RowGroupFields.COLUMNS)[1]:
            self._note_indexes(chunk, indexes, moved)
            _move(chunk, ColumnChunkFields.FILE_OFFSET, moved)
            for offset in (ColumnMetaDataFields.DATA_PAGE_OFFSET, ColumnMetaDataFields.DICTIONARY_PAGE_OFFSET):
                _move(_get(chunk, ColumnChunkFields.META_DATA), offset, moved)
        _move(row_group, RowGroupFields.FILE_OFFSET, moved)
        if RowGroupFields.ORDINAL in row_group:
            self._number(row_group)
        self._row_groups.append(row_group)

    def _number(self, row_group: Struct) -> None:
        if len(self._row_groups) < _MOST_ORDINALS:
            _set(row_group, RowGroupFields.ORDINAL, len(self._row_groups))
        else:
            del row_group[RowGroupFields.ORDINAL]

    def _note_indexes(self, chunk: Struct, indexes: _Indexes, moved: int) -> None:
        if ColumnChunkFields.COLUMN_INDEX_OFFSET in chunk:
            numbers = (ColumnChunkFields.COLUMN_INDEX_OFFSET, ColumnChunkFields.COLUMN_INDEX_LENGTH)
            self._column_indexes.append(_Index(chunk, *numbers, indexes.of(chunk, *numbers)))
        if ColumnChunkFields.OFFSET_INDEX_OFFSET in chunk:
            numbers = (ColumnChunkFields.OFFSET_INDEX_OFFSET, ColumnChunkFields.OFFSET_INDEX_LENGTH)
            index = read_struct(indexes.of(chunk, *numbers))
            for page in _get(index, OffsetIndexFields.PAGES)[1]:
                _move(page, PageLocationFields.OFFSET, moved)
            self._offset_indexes.append(_Index(chunk, *numbers, write_struct(index)))


@dataclass(frozen=True)
class _Indexes:
    """The bytes of a file that have its indexes, and where they begin."""

    content: bytes
    begins: int

    def of(self, chunk: Struct, offset: int, length: int) -> bytes:
        begin = _get(chunk, offset) - self.begins
        return self.content[begin : begin + _get(chunk, length)]


@dataclass(frozen=True)
class _Index:
    """An index of a column chunk's pages, and the numbers of the chunk's fields that say where it is."""

    chunk: Struct
    offset: int
    length: int
    content: bytes

    def write(self, written: bytearray, place: int) -> None:
        """Append it to what is written from that place of the file on, and let the chunk say where it is."""
        _set(self.chunk, self.offset, place + len(written))
        _set(self.chunk, self.length, len(self.content))
        written += self.content


def _row_groups(metadata: Struct) -> list[Struct]:
    row_groups: list[Struct] = _get(metadata, FileFields.ROW_GROUPS)[1]
    return row_groups


def _get(fields: Struct, number: int) -> Any:
    return fields[number][1]


def _set(fields: Struct, number: int, value: Any) -> None:
    fields[number] = (fields[number][0], value)


def _move(fields: Struct, number: int, distance: int) -> None:
    """Add to an offset; 0, or none, means that there is nothing."""
    if number in fields and _get(fields, number):
        _set(fields, number, _get(fields, number) + distance)
