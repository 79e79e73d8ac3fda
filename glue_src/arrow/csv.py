"""Chunks of a clean CSV to typed record batches, as strict as the contract.

That something is wrong is found here, by patterns over all bytes and by comparisons of whole columns; what it is,
``glue_src.csv_faults`` finds out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from contract.column_types import ColumnType, Kind
from contract.datasets import WHOLE_TABLE, Column, Dataset
from glue_src.arrow.csv_chunks import CsvChunk
from glue_src.arrow.escapes import UnknownEscapeError, restore
from glue_src.arrow.types import INSTANT, arrow_type, plain_schema
from glue_src.engine import Source
from glue_src.exceptions import SuspectCsvError

_INSTANT_LENGTH: Final = len("2026-01-31T09:00:00.000001Z")
_DATE_LENGTH: Final = len("2026-01-31")
_FIRST_INSTANT: Final = pa.scalar(datetime(1, 1, 1), INSTANT)  # noqa: DTZ001 - in UTC, as all are
_FIRST_DAY: Final = pa.scalar(date(1, 1, 1), pa.date32())
#: Cells as ``contract.cells.cell`` writes them, by bytes: in quotes only what has a comma or quotes in it, or is empty.
_UNQUOTED: Final = r'[^",\n\r\x00]*'
_IN_QUOTES: Final = r'(?:[^"\n\r\x00]|"")*'
_QUOTED: Final = rf'"(?:{_UNQUOTED}(?:,|""){_IN_QUOTES})?"'
_CELL: Final = rf"(?:{_UNQUOTED}|{_QUOTED})"
#: The first one also, and always, where it begins with a byte order mark.
_FIRST_CELL: Final = rf'(?:{_CELL}|"\xef\xbb\xbf{_IN_QUOTES}")'
_MARK_WITHOUT_QUOTES: Final = r"(?:\A|\n)\xef\xbb\xbf"


class _CellError(ValueError):
    """A cell is not what its column's type allows."""


def parse(chunk: CsvChunk, source: Source, wanted: pa.Array | None = None) -> pa.RecordBatch:
    """Return a chunk's rows, in the contract's types and column order; columns that the header lacks are null.

    With ``wanted``, only rows of these partitions are returned. The cells of the others are not looked at.

    Raises:
        SuspectCsvError: a record or a cell is not as the contract has it.
    """
    if chunk.start == chunk.end:
        return pa.RecordBatch.from_pylist([], schema=plain_schema(source.dataset))
    try:
        texts = _texts(chunk, source)
        kept = texts if wanted is None else _of_partitions(texts, wanted, source)
        columns = [_column(kept, column, source) for column in source.dataset.columns]
    except (_CellError, UnknownEscapeError, pa.ArrowInvalid):
        # What pyarrow says quotes records.
        raise SuspectCsvError(source.dataset.name, source.key) from None
    return pa.RecordBatch.from_arrays(columns, schema=plain_schema(source.dataset))


def partitions_of(keys: pa.Array, dataset: Dataset) -> pa.Array:
    """Return the partition of each row, by its restored cell in the partition's column; null for a null."""
    if dataset.partition is None:
        return pa.repeat(pa.scalar(WHOLE_TABLE), len(keys))
    return pc.utf8_slice_codeunits(keys, 0, dataset.partition.width)


def _of_partitions(texts: pa.Table, wanted: pa.Array, source: Source) -> pa.Table:
    if source.dataset.partition is None:
        return texts
    keys = _column(texts, source.dataset.column(source.dataset.partition.column), source)
    return texts.filter(pc.is_in(partitions_of(keys, source.dataset), wanted))


def _texts(chunk: CsvChunk, source: Source) -> pa.Table:
    """Return the cells, still escaped."""
    content = chunk.buffer()
    _require(_matches(content, _records_pattern(len(source.columns))))
    _require(pc.invert(_matches(content, _MARK_WITHOUT_QUOTES)))
    # That bytes are UTF-8 is found in half the time where all cells are looked at together.
    _one_cell(content).cast(pa.large_string())
    return _read(content, [column.name for column in source.columns])


@cache
def _records_pattern(cells: int) -> str:
    return rf"\A(?:{_FIRST_CELL}(?:,{_CELL}){{{cells - 1}}}\n)*\z"


def _read(content: pa.Buffer, names: list[str]) -> pa.Table:
    return csv.read_csv(
        pa.BufferReader(content),
        read_options=csv.ReadOptions(
            use_threads=False,
            # One block: a record may be longer than any block that is smaller.
            block_size=content.size + 1,
            column_names=names,
        ),
        parse_options=csv.ParseOptions(
            escape_char=False,
            newlines_in_values=False,
            # A record of nulls then; where there is one column, that is what it is.
            ignore_empty_lines=False,
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _matches(content: pa.Buffer, pattern: str) -> pa.Array:
    # An automaton that goes through all bytes once, without Python's lock, in a fraction of the time of parsing.
    return pc.match_substring_regex(_one_cell(content), pattern)


def _one_cell(content: pa.Buffer) -> pa.Array:
    """Return an array with all bytes in one cell: what is asked of them is asked once, not cell by cell."""
    ends = pa.array([0, content.size], pa.int64()).buffers()[1]
    return pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, content])


def _column(texts: pa.Table, column: Column, source: Source) -> pa.Array:
    if column.name not in texts.column_names:
        return pa.nulls(texts.num_rows, arrow_type(column.type))
    cells = texts[column.name].combine_chunks().view(pa.string())
    if cells.null_count and column.name in source.dataset.required_names:
        raise _CellError
    return _CONVERTERS[column.type.kind](cells, column.type)


def _integer(cells: pa.Array, _: ColumnType) -> pa.Array:
    """Return whole numbers. Only the one way in which Python writes each is taken: no +5, 05 or 0x5."""
    integers = cells.cast(pa.int64())
    _require(pc.equal(integers.cast(pa.string()), cells))
    return integers


def _instant(cells: pa.Array, _: ColumnType) -> pa.Array:
    """Return instants. What pyarrow takes too and the contract has not, is longer or shorter or ends in no Z."""
    _require(pc.equal(pc.binary_length(cells), _INSTANT_LENGTH))
    _require(pc.and_(_has_at(cells, _INSTANT_LENGTH - 1, "Z"), _has_at(cells, _DATE_LENGTH, "T")))
    # Read as UTC; then the zone is dropped, and the microseconds stay.
    instants = cells.cast(pa.timestamp("us", tz="UTC")).view(INSTANT)
    _require(pc.greater_equal(instants, _FIRST_INSTANT))
    return instants


def _has_at(cells: pa.Array, index: int, letter: str) -> pa.Array:
    return pc.equal(pc.binary_slice(cells.view(pa.binary()), index, index + 1), letter.encode())


def _day(cells: pa.Array, kind: ColumnType) -> pa.Array:
    days = _matching(cells, kind)
    _require(pc.greater_equal(days, _FIRST_DAY))
    return days


def _matching(cells: pa.Array, kind: ColumnType) -> pa.Array:
    """Return the values of cells of a type whose pattern says all, or nearly."""
    _require(pc.match_substring_regex(cells, rf"\A(?:{kind.pattern})\z"))
    return cells.cast(arrow_type(kind))


def _require(right: pa.Array) -> None:
    """Raise if one is not right; nulls are."""
    if not pc.all(right, min_count=0).as_py():
        raise _CellError


def _text(cells: pa.Array, _: ColumnType) -> pa.Array:
    return restore(cells)


_CONVERTERS: Final[dict[Kind, Callable[[pa.Array, ColumnType], pa.Array]]] = {
    Kind.TEXT: _text,
    Kind.JSON: _text,
    Kind.INTEGER: _integer,
    Kind.INSTANT: _instant,
    Kind.DOUBLE: _matching,
    Kind.DECIMAL: _matching,
    Kind.BOOLEAN: _matching,
    Kind.DATE: _day,
}
