"""What a reader has to fetch of a Parquet file that knows the index of its pages, as Athena and Spark do.

Such a reader skips the pages whose least and greatest values say that no row of theirs is wanted, and of the other
columns the pages that have none of the rows that are left. The indexes stand before the footer:
https://github.com/apache/parquet-format/blob/master/PageIndex.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from glue_src.parquet_footer import (
    END_BYTES,
    ColumnChunkFields,
    ColumnIndexFields,
    ColumnMetaDataFields,
    FileFields,
    OffsetIndexFields,
    PageLocationFields,
    RowGroupFields,
    footer_begins,
)
from glue_src.thrift import Struct, read_struct

#: Rows of a row group, from the first to before the last.
Rows: TypeAlias = tuple[int, int]

_BEGIN_OF_TIME: Final = datetime(1970, 1, 1)  # noqa: DTZ001 all instants are UTC

#: Where a chunk says that its indexes begin, and how long they are.
_OFFSET_INDEX: Final = (ColumnChunkFields.OFFSET_INDEX_OFFSET, ColumnChunkFields.OFFSET_INDEX_LENGTH)
_COLUMN_INDEX: Final = (ColumnChunkFields.COLUMN_INDEX_OFFSET, ColumnChunkFields.COLUMN_INDEX_LENGTH)
#: Of each page whether it has nulls only, and its least and greatest value.
_LIMITS: Final = (ColumnIndexFields.NULL_PAGES, ColumnIndexFields.LEAST, ColumnIndexFields.GREATEST)
#: A boolean in a list.
_TRUE: Final = 1


@dataclass(frozen=True)
class _Page:
    rows: Rows
    bytes: int


@dataclass(frozen=True)
class _Chunk:
    """A column's part of a row group; ``limits`` are each page's least and greatest value, None if all are null."""

    pages: Sequence[_Page]
    dictionary_bytes: int
    limits: Sequence[tuple[bytes, bytes] | None] | None


class PageIndex:
    """The index of all pages of one file."""

    def __init__(self, path: Path) -> None:
        """Read the file's indexes."""
        content = path.read_bytes()
        footer = read_struct(content[footer_begins(content[-END_BYTES:], len(content)) :])
        self._row_groups = [dict(_chunks(content, group)) for group in footer[FileFields.ROW_GROUPS][1][1]]

    def to_fetch(self, columns: Sequence[str], sought: str, first: Any, last: Any) -> int:
        """Return the bytes of the pages that may hold cells of ``columns`` where ``sought`` is from first to last."""
        return sum(
            _bytes_of(group[name], wanted)
            for group in self._row_groups
            if (wanted := list(_candidates(group[sought], first, last)))
            for name in columns
        )


def _chunks(content: bytes, group: Struct) -> Iterator[tuple[str, _Chunk]]:
    rows = group[RowGroupFields.ROWS][1]
    for chunk in group[RowGroupFields.COLUMNS][1][1]:
        about = chunk[ColumnChunkFields.META_DATA][1]
        places = _index(content, chunk, _OFFSET_INDEX)[OffsetIndexFields.PAGES][1][1]
        firsts = [place[PageLocationFields.FIRST_ROW][1] for place in places]
        ends = [*firsts[1:], rows]
        pages = [
            _Page((begin, end), place[PageLocationFields.BYTES][1])
            for begin, end, place in zip(firsts, ends, places, strict=True)
        ]
        data, dictionary_page = ColumnMetaDataFields.DATA_PAGE_OFFSET, ColumnMetaDataFields.DICTIONARY_PAGE_OFFSET
        dictionary = about[data][1] - about[dictionary_page][1] if dictionary_page in about else 0
        yield about[ColumnMetaDataFields.PATH][1][1][0].decode(), _Chunk(pages, dictionary, _limits(content, chunk))


def _index(content: bytes, chunk: Struct, numbers: tuple[int, int]) -> Struct:
    begin, length = (chunk[number][1] for number in numbers)
    return read_struct(content[begin : begin + length])


def _limits(content: bytes, chunk: Struct) -> list[tuple[bytes, bytes] | None] | None:
    if _COLUMN_INDEX[0] not in chunk:
        return None
    index = _index(content, chunk, _COLUMN_INDEX)
    empty, least, greatest = (index[number][1][1] for number in _LIMITS)
    values = zip(empty, least, greatest, strict=True)
    return [None if null == _TRUE else (smallest, largest) for null, smallest, largest in values]


def _candidates(chunk: _Chunk, first: Any, last: Any) -> Iterator[Rows]:
    """Yield the rows of the pages that may hold a value from first to last."""
    for number, page in enumerate(chunk.pages):
        if chunk.limits is None:
            yield page.rows
        elif (limits := chunk.limits[number]) is not None:
            least, greatest = limits
            if _ranked(least, last) <= _rank(last) and _ranked(greatest, first) >= _rank(first):
                yield page.rows


def _rank(value: Any) -> int | bytes:
    if isinstance(value, datetime):
        return (value - _BEGIN_OF_TIME) // timedelta(microseconds=1)
    return str(value).encode()


def _ranked(stored: bytes, like: Any) -> Any:
    """Return a stored value so that it can be compared with the rank of one like it."""
    return int.from_bytes(stored, "little", signed=True) if isinstance(like, datetime) else stored


def _bytes_of(chunk: _Chunk, wanted: Sequence[Rows]) -> int:
    pages = (page for page in chunk.pages if any(page.rows[0] < end and begin < page.rows[1] for begin, end in wanted))
    return chunk.dictionary_bytes + sum(page.bytes for page in pages)
