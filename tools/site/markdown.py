"""Tables in Markdown, as GitHub reads it: of docs/, of the benchmarks' results, of what is said of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, with an empty one behind it; a cell may hold anything but a line break."""
    yield row(headers)
    yield row(["---"] * len(headers))
    yield from map(row, rows)
    yield ""


def row(cells: Sequence[str]) -> str:
    """Return one line of a table."""
    # GitHub reads cells before code: in code, too, it shows the bar alone. The site would not (site_hooks.py).
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def lines(rows: Iterable[Sequence[str]]) -> str:
    """Return the rows of a table whose headers are there already, each with its line break."""
    return "".join(f"{row(cells)}\n" for cells in rows)


def code(text: str) -> str:
    """Return ``text`` as code, nothing for nothing."""
    return f"`{text}`" if text else ""
