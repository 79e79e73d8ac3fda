"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bench.targets import Verdict


def row(*cells: str) -> str:
    """Return a table's row."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table_head(*titles: str) -> Sequence[str]:
    """Return a table's first two lines."""
    return (row(*titles), row(*("---" for _ in titles)))


def promises(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the table of what was promised."""
    yield from table_head("promised", "measured", "holds")
    for verdict in verdicts:
        yield row(verdict.promise, verdict.measured, "yes" if verdict.holds else "**no**")
    yield ""
