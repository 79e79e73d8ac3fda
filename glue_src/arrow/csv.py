"""Pieces of a clean CSV to typed record batches, as strict as the contract."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from contract.datasets import WHOLE_TABLE, Column, ColumnType, Dataset
from glue_src.arrow.escapes import TEXT_BYTES, UnknownEscapeError, restore
from glue_src.arrow.pieces import Piece
from glue_src.arrow.types import ARROW_TYPES, INSTANT, plain_schema
from glue_src.engine import Source
from glue_src.exceptions import MalformedDataError

_INSTANT_LENGTH: Final = len("2026-01-31T09:00:00.000001Z")
_DATE_LENGTH: Final = len("2026-01-31")
_FIRST_INSTANT: Final = pa.scalar(datetime(1, 1, 1), INSTANT)  # noqa: DTZ001 - in UTC, as all are
_LINE_FEED_PATTERN: Final = r"\n"
_CARRIAGE_RETURN_PATTERN: Final = r"\r"
_EMPTY_LINE: Final = re.compile(rb"(?:\A|\n)\n")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class _CellError(ValueError):
    """A cell is not what its column's type allows; the message says what that is, and not what the cell holds."""


def parse(piece: Piece, source: Source, wanted: pa.Array | None = None) -> pa.RecordBatch:
    """Return a piece's rows, in the contract's types and column order; columns that the header lacks are null.

    With ``wanted``, only rows of these partitions are returned, and those without one. The cells of the others are not
    looked at.

    Raises:
        MalformedDataError: a record or a cell is not as the contract has it.
    """
    if piece.start == piece.end:
        return pa.RecordBatch.from_pylist([], schema=plain_schema(source.dataset))
    texts = _texts(piece, source)
    kept = texts if wanted is None else _of_partitions(texts, wanted, piece, source)
    is_utf8 = _is_utf8(piece.buffer()) if kept.num_rows == texts.num_rows else _are_utf8(kept)
    if not is_utf8:
        raise _malformed(source, piece, "a text is not valid UTF-8")
    columns = [_column(kept, column, piece, source) for column in source.dataset.columns]
    return pa.RecordBatch.from_arrays(columns, schema=plain_schema(source.dataset))


def partitions_of(keys: pa.Array, dataset: Dataset) -> pa.Array:
    """Return the partition of each row, by its restored cell in the partition's column; null for a null."""
    if dataset.partition is None:
        return pa.repeat(pa.scalar(WHOLE_TABLE), len(keys))
    return pc.utf8_slice_codeunits(keys, 0, dataset.partition.width)


def _of_partitions(texts: pa.Table, wanted: pa.Array, piece: Piece, source: Source) -> pa.Table:
    if source.dataset.partition is None:
        return texts
    column = source.dataset.column(source.dataset.partition.column)
    keys = _column(texts, column, piece, source)
    try:
        partitions = partitions_of(keys, source.dataset)
    except pa.ArrowInvalid:
        raise _malformed(source, piece, "a text is not valid UTF-8") from None
    return texts.filter(pc.or_(pc.is_in(partitions, wanted), pc.is_null(partitions)))


def _texts(piece: Piece, source: Source) -> pa.Table:
    """Return the cells as the bytes of texts, still escaped."""
    names = [column.name for column in source.columns]
    records = content = piece.buffer()
    if _holds(records, _CARRIAGE_RETURN_PATTERN):
        raise _malformed(source, piece, "it holds a bare carriage return, which ETL-1 escapes")
    if piece.content.startswith(_BYTE_ORDER_MARK, piece.start, piece.end):
        # pyarrow drops the mark at the beginning of what it reads, where it is a cell's first character. An empty
        # header line before it keeps it.
        content = pa.py_buffer(b"\n" + content.to_pybytes())
    odd_records: list[Any] = []
    try:
        table = _read(content, names, piece, odd_records)
    except pa.ArrowInvalid:
        raise _malformed(source, piece, _fault(odd_records)) from None
    if any(_holds_line_feed(column) for column in table.columns):
        raise _malformed(source, piece, "a quoted cell does not end on its line")
    if _has_empty_line(table, records):
        raise _malformed(source, piece, "a line is empty")
    return table


def _read(content: pa.Buffer, names: list[str], piece: Piece, odd_records: list[Any]) -> pa.Table:
    def note(record: Any) -> str:
        odd_records.append(record)
        return "error"

    return csv.read_csv(
        pa.BufferReader(content),
        read_options=csv.ReadOptions(
            use_threads=False,
            # One block: a record may be longer than any block that is smaller.
            block_size=content.size + 1,
            column_names=names,
            skip_rows=int(content.size > piece.end - piece.start),
        ),
        parse_options=csv.ParseOptions(
            escape_char=False,
            newlines_in_values=False,
            # A record of nulls then; where there is one column, that is what it is.
            ignore_empty_lines=False,
            invalid_row_handler=note,
        ),
        convert_options=csv.ConvertOptions(
            # As bytes: that they are UTF-8 is found in half the time where all cells are looked at together.
            column_types=dict.fromkeys(names, pa.binary()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _is_utf8(content: pa.Buffer) -> bool:
    try:
        _one_cell(content).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _are_utf8(texts: pa.Table) -> bool:
    try:
        for column in texts.columns:
            column.cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _holds(content: pa.Buffer, pattern: str) -> bool:
    # A pattern of one byte is searched for at the speed of memory, without a copy, and without Python's lock.
    return bool(pc.match_substring_regex(_one_cell(content), pattern)[0])


def _one_cell(content: pa.Buffer) -> pa.Array:
    """Return an array with all bytes in one cell: what is asked of them is asked once, not cell by cell."""
    ends = pa.array([0, content.size], pa.int64()).buffers()[1]
    return pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, content])


def _holds_line_feed(cells: pa.ChunkedArray) -> bool:
    texts = (chunk.buffers()[TEXT_BYTES] for chunk in cells.chunks)
    return any(_holds(text, _LINE_FEED_PATTERN) for text in texts if text is not None)


def _has_empty_line(table: pa.Table, content: pa.Buffer) -> bool:
    """Return whether records of several columns have an empty line among them: looked for if nulls suggest one."""
    if table.num_columns == 1 or not all(column.null_count for column in table.columns):
        return False
    return _EMPTY_LINE.search(content) is not None


def _fault(odd_records: list[Any]) -> str:
    """Return what is wrong, without what users wrote: pyarrow's own message quotes the record."""
    if odd_records:
        return f"a record has {odd_records[0].actual_columns} cells, its header {odd_records[0].expected_columns}"
    return "it cannot be read as CSV"


def _column(texts: pa.Table, column: Column, piece: Piece, source: Source) -> pa.Array:
    if column.name not in texts.column_names:
        return pa.nulls(texts.num_rows, ARROW_TYPES[column.type])
    cells = texts[column.name].combine_chunks().view(pa.string())
    try:
        return _CONVERTERS[column.type](cells)
    except UnknownEscapeError:
        detail = f"{source.dataset.name}.{column.name} holds a backslash that begins no escape of the contract"
    except _CellError as error:
        detail = f"{source.dataset.name}.{column.name} holds a cell that is not {error}"
    raise _malformed(source, piece, detail)


def _count(cells: pa.Array) -> pa.Array:
    """Return whole numbers. Only the one way in which Python writes each is taken: no +5, 05 or 0x5."""
    counts = _cast(cells, pa.int64(), "a whole number of 64 bits")
    _require(pc.equal(counts.cast(pa.string()), cells), "a whole number as ETL-1 writes it")
    return counts


def _instant(cells: pa.Array) -> pa.Array:
    """Return instants. What pyarrow takes too and the contract has not, is longer or shorter or ends in no Z."""
    form = "an instant such as 2026-01-31T09:00:00.000001Z"
    _require(pc.equal(pc.binary_length(cells), _INSTANT_LENGTH), form)
    _require(pc.and_(_has_at(cells, _INSTANT_LENGTH - 1, "Z"), _has_at(cells, _DATE_LENGTH, "T")), form)
    # Read as UTC; then the zone is dropped, and the microseconds stay.
    instants = _cast(cells, pa.timestamp("us", tz="UTC"), form).view(INSTANT)
    _require(pc.greater_equal(instants, _FIRST_INSTANT), form)
    return instants


def _has_at(cells: pa.Array, index: int, letter: str) -> pa.Array:
    return pc.equal(pc.binary_slice(cells.view(pa.binary()), index, index + 1), letter.encode())


def _double(cells: pa.Array) -> pa.Array:
    return _cast(cells, pa.float64(), "a number")


def _cast(cells: pa.Array, to: pa.DataType, form: str) -> pa.Array:
    try:
        return cells.cast(to)
    except pa.ArrowInvalid:
        # pyarrow's own message quotes the cell.
        raise _CellError(form) from None


def _require(right: pa.Array, form: str) -> None:
    """Raise if a cell is not right; nulls are."""
    if not pc.all(right, min_count=0).as_py():
        raise _CellError(form)


def _malformed(source: Source, piece: Piece, detail: str) -> MalformedDataError:
    where = f"between its bytes {piece.offset} and {piece.offset + piece.end - piece.start} "
    return MalformedDataError(source.dataset.name, source.key, f"{where}{detail}.")


_CONVERTERS: Final[dict[ColumnType, Callable[[pa.Array], pa.Array]]] = {
    ColumnType.TEXT: restore,
    ColumnType.COUNT: _count,
    ColumnType.INSTANT: _instant,
    ColumnType.DOUBLE: _double,
}
