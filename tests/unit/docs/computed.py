"""A document whose tables and sentences follow from figures in its first table, or from what is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.snapshots import ADVICE, is_update

DOCS = Path(__file__).parents[3] / "docs"

Figures = dict[str, float]


@dataclass(frozen=True)
class ComputedDocument:
    """A file in docs/."""

    name: str

    @property
    def path(self) -> Path:
        return DOCS / self.name

    @property
    def advice(self) -> str:
        return f"a figure of {self.name} has changed: {ADVICE}"

    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def given(self) -> Figures:
        """Return what the document takes for granted: its first table."""
        rows = self._table(self.text(), "figure")["rows"].splitlines()
        return {name: float(value) for name, value, _ in map(_cells, rows)}

    def check_tables(self, rows_by_first_header: Mapping[str, str]) -> None:
        """Check the tables, each found by its first header, or write them where that is asked for."""
        for first_header, rows in rows_by_first_header.items():
            text = self.text()
            found = self._table(text, first_header)
            if is_update():
                self.path.write_text(text[: found.start("rows")] + rows + text[found.end("rows") :], encoding="utf-8")
                found = self._table(self.text(), first_header)
            assert found["rows"] == rows, self.advice

    def check_sentences(self, sentences: Iterable[str]) -> None:
        words = self.words()
        for sentence in sentences:
            assert sentence in words, f"{self.advice}; by hand: {sentence}"

    def words(self) -> str:
        """Return the text without its line breaks."""
        return " ".join(self.text().split())

    def _table(self, text: str, first_header: str) -> re.Match[str]:
        """Find a table by its first header; group ``rows`` is what stands below its rule."""
        match = re.search(
            rf"^\| {re.escape(first_header)} \|.*\n\|[-|]+\|\n(?P<rows>(?:\|.*\|\n)*)", text, re.MULTILINE
        )
        assert match, f"{self.name} has no table that begins with {first_header!r}"
        return match


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]
