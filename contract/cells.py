r"""CSV cells: one record per physical line, null and empty text told apart, every text restored exactly.

Text is escaped first (backslash, line feed, carriage return and NUL become ``\\``, ``\n``, ``\r`` and ``\0``), then
quoted by RFC 4180. A null is an empty unquoted cell; an empty text is ``""``. NUL is escaped because several CSV
readers take it for the end of a cell. Spark undoes the escapes with column expressions; :func:`restore` is their
reference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_BYTE_ORDER_MARK = "\ufeff"
_ORIGINALS = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\0": "\0"}
_ESCAPE_SEQUENCE = re.compile(r"\\(?:[\\nr0]|(?P<unknown>.?))", re.DOTALL)


def escape(text: str) -> str:
    """Return ``text`` without line breaks, NUL or ambiguous backslashes."""
    # Searches for one character, one after the other, take a third of the time of a pattern. Backslashes come first:
    # the other replacements make new ones.
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    if "\0" in text:
        text = text.replace("\0", "\\0")
    return text


def restore(escaped: str) -> str:
    r"""Undo :func:`escape`.

    Raises:
        ValueError: a backslash is followed by anything but ``\\``, ``n``, ``r`` or ``0``.
    """
    return _ESCAPE_SEQUENCE.sub(_restore_one, escaped)


def _restore_one(match: re.Match[str]) -> str:
    if match["unknown"] is not None:
        message = f"{match.group()!r} is no escape of this contract; known are {sorted(_ORIGINALS)}."
        raise ValueError(message)
    return _ORIGINALS[match.group()]


def cell(text: str | None) -> str:
    """Return one CSV cell for ``text``: empty for None, quoted where RFC 4180 asks for it or the text is empty."""
    return "" if text is None else quoted(escape(text))


def quoted(escaped: str) -> str:
    """Return the cell of a text that is escaped already, and no null."""
    if '"' in escaped:
        return '"' + escaped.replace('"', '""') + '"'
    return f'"{escaped}"' if "," in escaped or not escaped else escaped


def first_cell(text: str | None) -> str:
    """Return the first cell of a record.

    Spark drops a byte order mark at the beginning of every part of a file that it reads, so one is put in quotes.
    """
    return with_mark_quoted(cell(text))


def with_mark_quoted(first: str) -> str:
    """Return a record's first cell with quotes around a byte order mark that it begins with."""
    return f'"{first}"' if first.startswith(_BYTE_ORDER_MARK) else first


def record(cells: Sequence[str | None]) -> str:
    """Return one CSV record, line feed included, of text cells in column order."""
    return ",".join([first_cell(cells[0]), *map(cell, cells[1:])]) + "\n"


def escaped_record(cells: Sequence[str | None]) -> str:
    """Return the same record of cells that are escaped already."""
    written = ["" if cell is None else quoted(cell) for cell in cells]
    return ",".join([with_mark_quoted(written[0]), *written[1:]]) + "\n"
