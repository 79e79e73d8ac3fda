"""What is wrong with a clean CSV: one judge for both engines.

An engine only notices that something is wrong; this module finds out what. A record is right if it is, byte for byte,
what ``contract.cells.record`` writes of its cells, each cell is of its column's type, and no column that files are
divided or sorted by is null. What is found never quotes the record.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contract import cells
from contract.column_types import Kind
from contract.datasets import Column
from glue_src.engine import Source
from glue_src.exceptions import MalformedDataError, SuspectCsvError
from glue_src.storage import Bucket

#: One cell of RFC 4180. Possessive: of a text without its second quote, nothing is tried twice.
_CELL: Final = re.compile(r'"((?:[^"]++|"")*+)"|([^",]*+)')
_HASH_DIGITS: Final = 16


class FaultCode(StrEnum):
    """Why a CSV is refused, whichever engine reads it. Alerts and people's notes quote these: they never change."""

    CUT_OFF = "cut_off"
    ENCODING = "encoding"
    QUOTING = "quoting"
    CELL_COUNT = "cell_count"
    NULL = "null"
    ESCAPE = "escape"
    COUNT = "count"
    INSTANT = "instant"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    VANISHED = "vanished"
    #: The engine refused a CSV in which this module finds no fault: one of the two has a defect.
    UNEXPLAINED = "unexplained"


_RULES: Final = {
    FaultCode.CUT_OFF: "the last record does not end in a line feed",
    FaultCode.ENCODING: "a text is not valid UTF-8",
    FaultCode.QUOTING: "quotes, line ends or control characters are not as ETL-1 writes them",
    FaultCode.CELL_COUNT: "a record has more or fewer cells than the header",
    FaultCode.NULL: "a column that the table is divided or sorted by holds a null",
    FaultCode.ESCAPE: "a backslash begins no escape of the contract",
    FaultCode.COUNT: "a cell is not a whole number of 64 bits as ETL-1 writes it",
    FaultCode.INSTANT: "a cell is not an instant such as 2026-01-31T09:00:00.000001Z",
    FaultCode.NUMBER: "a cell is not a number, or has more digits than its column",
    FaultCode.BOOLEAN: "a cell is neither true nor false",
    FaultCode.DATE: "a cell is not a day such as 2026-01-31",
    FaultCode.VANISHED: "it was there when the run began, and is gone",
    FaultCode.UNEXPLAINED: "an engine cannot read it, and no record breaks a rule: report this as a defect",
}


@dataclass(frozen=True)
class CsvFault:
    """The first fault of a CSV; ``line`` is from 1, the header's; ``record`` is the line, of which nothing is told."""

    code: FaultCode
    line: int = 0
    record: bytes = b""
    column: str | None = None

    def __str__(self) -> str:
        """Return what is wrong and where; a hash tells whether two faults are of the same record."""
        told = f"[{self.code}] {_RULES[self.code]}"
        if not self.line:
            return f"{told}."
        column = f", column {self.column}" if self.column else ""
        digest = hashlib.sha256(self.record).hexdigest()[:_HASH_DIGITS]
        return f"{told}: line {self.line}{column}; the line has {len(self.record)} bytes, SHA-256 {digest}…."


@contextmanager
def explained(bucket: Bucket, sources: Iterable[Source]) -> Iterator[None]:
    """Say of a CSV that an engine suspects inside which record breaks which rule.

    Raises:
        MalformedDataError: an engine raised SuspectCsvError.
    """
    by_key = {source.key: source for source in sources}
    try:
        yield
    except SuspectCsvError as suspicion:
        source = by_key[suspicion.key]
        fault = first_fault(bucket.lines(source.key), source)
    else:
        return
    raise MalformedDataError(source.dataset.name, source.key, str(fault))


def first_fault(lines: Iterable[bytes], source: Source) -> CsvFault:
    """Return the first fault of a CSV, which is given with its header and with the lines' own ends."""
    required = source.dataset.required_names
    for number, line in enumerate(lines, start=1):
        record = line.removesuffix(b"\n")
        if record == line:
            return CsvFault(FaultCode.CUT_OFF, number, record)
        found = _fault_in(record, source.columns, required) if number > 1 else None
        if found:
            return CsvFault(found[0], number, record, found[1])
    return CsvFault(FaultCode.UNEXPLAINED)


def _fault_in(
    record: bytes, columns: Sequence[Column], required: frozenset[str]
) -> tuple[FaultCode, str | None] | None:
    """Return the code, and the column where there is one, of what is wrong with a record; None if it is right."""
    try:
        text = record.decode()
    except UnicodeDecodeError:
        return FaultCode.ENCODING, None
    found = _cells(text)
    if found is None or "\r" in text or "\0" in text:
        return FaultCode.QUOTING, None
    if len(found) != len(columns):
        return FaultCode.CELL_COUNT, None
    if f"{text}\n" != cells.escaped_record(found):
        return FaultCode.QUOTING, None
    for column, cell in zip(columns, found, strict=True):
        code = _fault_of(cell, column, required)
        if code:
            return code, column.name
    return None


def _cells(record: str) -> list[str | None] | None:
    """Return a record's cells, still escaped and None for null; None if quotes are where none may be."""
    found: list[str | None] = []
    place = 0
    while True:
        match = _CELL.match(record, place)
        if match is None:  # pragma: no cover - the pattern takes nothing, too
            return None
        found.append((match[2] or None) if match[1] is None else match[1].replace('""', '"'))
        place = match.end()
        if place == len(record):
            return found
        if record[place] != ",":
            return None
        place += 1


def _fault_of(cell: str | None, column: Column, required: frozenset[str]) -> FaultCode | None:
    if cell is None:
        return FaultCode.NULL if column.name in required else None
    is_right = _is_escaped(cell) if column.type.is_text else column.type.fits(cell)
    return None if is_right else _CODES[column.type.kind]


def _is_escaped(cell: str) -> bool:
    try:
        cells.restore(cell)
    except ValueError:
        return False
    return True


_CODES: Final = {
    Kind.TEXT: FaultCode.ESCAPE,
    Kind.JSON: FaultCode.ESCAPE,
    Kind.INTEGER: FaultCode.COUNT,
    Kind.INSTANT: FaultCode.INSTANT,
    Kind.DOUBLE: FaultCode.NUMBER,
    Kind.DECIMAL: FaultCode.NUMBER,
    Kind.BOOLEAN: FaultCode.BOOLEAN,
    Kind.DATE: FaultCode.DATE,
}
