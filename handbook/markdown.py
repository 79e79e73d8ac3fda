"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, with an empty one behind it; a cell may hold anything but a line break."""
    yield _line(headers)
    yield _line(["---"] * len(headers))
    yield from map(_line, rows)
    yield ""


def code(text: str) -> str:
    """Return ``text`` as code, nothing for nothing."""
    return f"`{text}`" if text else ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
