"""Damaged records of messages.csv and measures.csv, each with the code that both engines refuse it with."""

from __future__ import annotations

from typing import Final

from contract.cells import record
from glue_src.csv_faults import FaultCode
from tests.shop import MEASURED, MEASURES

#: What no message may quote; it stands in every damaged record.
SECRET: Final = b"geheim"
KEY: Final = b"CONVERSATION#2026-02-01T09:00:00.000001Z"
_AT: Final = b"2026-02-01T09:00:00.000001Z"


def line(text: bytes = SECRET, position: bytes = b"1", sent_at: bytes = _AT, user: bytes = b"u0") -> bytes:
    return b",".join([user, KEY, position, b"user", text, sent_at]) + b"\n"


DAMAGED: Final[dict[str, tuple[bytes, FaultCode]]] = {
    "too few cells": (b"u0," + KEY + b",1," + SECRET + b"\n", FaultCode.CELL_COUNT),
    "too many cells": (line(SECRET + b"," + SECRET), FaultCode.CELL_COUNT),
    "very many cells": (line(SECRET + b"," * 30_000), FaultCode.CELL_COUNT),
    "an empty line": (b"\n" + line(), FaultCode.CELL_COUNT),
    "a blank line": (b" \n" + line(), FaultCode.CELL_COUNT),
    "quotes that are not needed": (line(b'"' + SECRET + b'"'), FaultCode.QUOTING),
    "a quote in a cell without quotes": (line(SECRET + b'"'), FaultCode.QUOTING),
    "a quote in a quoted cell": (line(b'"' + SECRET + b'" x, "'), FaultCode.QUOTING),
    "a text behind its second quote": (line(b'"a,b"' + SECRET), FaultCode.QUOTING),
    "a quote that is never closed": (line(b'"' + SECRET), FaultCode.QUOTING),
    "a quoted line break": (line(b'"' + SECRET + b"\n" + SECRET + b'"'), FaultCode.QUOTING),
    "quotes around a null": (line(sent_at=b'""', text=SECRET), FaultCode.INSTANT),
    "an escaped quote as in C": (line(b'"' + SECRET + b'\\",x"'), FaultCode.QUOTING),
    "an end of line as in Windows": (line()[:-1] + b"\r\n", FaultCode.QUOTING),
    "a bare carriage return": (line(SECRET + b"\r"), FaultCode.QUOTING),
    "a NUL": (line(SECRET + b"\0"), FaultCode.QUOTING),
    "a byte order mark": (line(user=b"\xef\xbb\xbf" + SECRET), FaultCode.QUOTING),
    "half a character": (line(SECRET + b"\xc3"), FaultCode.ENCODING),
    "a byte of Latin-1": (line(SECRET + b"\xf1"), FaultCode.ENCODING),
    "a surrogate": (line(SECRET + b"\xed\xa0\x80"), FaultCode.ENCODING),
    "bytes of UTF-16": (line(SECRET.decode().encode("utf-16")), FaultCode.ENCODING),
    "an unknown escape": (line(SECRET + b"\\x"), FaultCode.ESCAPE),
    "a backslash at the end": (line(SECRET + b"\\\\\\"), FaultCode.ESCAPE),
    "no number": (line(position=SECRET), FaultCode.COUNT),
    "half a number": (line(position=b"1.5"), FaultCode.COUNT),
    "a number with a blank": (line(position=b" 1"), FaultCode.COUNT),
    "a number with a sign": (line(position=b"+1"), FaultCode.COUNT),
    "a number with a zero before it": (line(position=b"01"), FaultCode.COUNT),
    "minus zero": (line(position=b"-0"), FaultCode.COUNT),
    "a number of 65 bits": (line(position=b"9223372036854775808"), FaultCode.COUNT),
    "digits of another script": (line(position="\u0661".encode()), FaultCode.COUNT),
    "no instant": (line(sent_at=b"gestern " + SECRET), FaultCode.INSTANT),
    "no such day": (line(sent_at=b"2026-02-30T00:00:00.000000Z"), FaultCode.INSTANT),
    "no such hour": (line(sent_at=b"2026-02-01T24:00:00.000000Z"), FaultCode.INSTANT),
    "a leap second": (line(sent_at=b"2026-02-01T23:59:60.000000Z"), FaultCode.INSTANT),
    "the year 0": (line(sent_at=b"0000-01-01T00:00:00.000000Z"), FaultCode.INSTANT),
    "an instant without microseconds": (line(sent_at=b"2026-02-01T09:00:00Z"), FaultCode.INSTANT),
    "an instant with a blank for the T": (line(sent_at=b"2026-02-01 09:00:00.000001Z"), FaultCode.INSTANT),
    "an instant in small letters": (line(sent_at=b"2026-02-01t09:00:00.000001z"), FaultCode.INSTANT),
    "an instant with an offset": (line(sent_at=b"2026-02-01T09:00:00.00+00:0"), FaultCode.INSTANT),
    "no user": (line(user=b""), FaultCode.NULL),
    "no conversation": (line().replace(KEY, b""), FaultCode.NULL),
    "no position": (line(position=b""), FaultCode.NULL),
    "cut in a cell": (line()[:-12], FaultCode.CUT_OFF),
    "cut before its line feed": (line()[:-1], FaultCode.CUT_OFF),
}


def measure(column: str, cell: str) -> bytes:
    """A record of measures.csv with one cell as it is given, commas aside."""
    cells = dict(zip(MEASURES.column_names, MEASURED[2], strict=True))
    written = record([*{**cells, column: "@"}.values()])
    return written.replace("@", f'"{cell}"' if "," in cell else cell).encode()


#: Cells that are nearly of their column's type; the last of each column is the one that Spark comes nearest to taking.
MISFITS: Final[dict[str, tuple[bytes, FaultCode]]] = {
    f"{column} {cell}": (measure(column, cell), code)
    for column, cells, code in (
        ("number", ("9" * 39, "1.0", "007", "+1", "1,"), FaultCode.NUMBER),
        ("small", ("1.2", "1e2", ".50", "1.500", "1000.00"), FaultCode.NUMBER),
        ("large", ("1.0", "0." + "9" * 39), FaultCode.NUMBER),
        ("about", ("NaN", "Infinity", "1d", "1.5,"), FaultCode.NUMBER),
        ("taken_on", ("2023-02-29", "2026-1-31", "2026-01-31,", "1582-13-01", "0000-01-01"), FaultCode.DATE),
        ("is_right", ("TRUE", "1", "t", "true,"), FaultCode.BOOLEAN),
        ("taken_at", ("2026-01-31T00:00:00.000000Z,",), FaultCode.INSTANT),
        ("tags", ("[\\x]",), FaultCode.ESCAPE),
    )
    for cell in cells
} | {"number none": (measure("number", ""), FaultCode.NULL)}
