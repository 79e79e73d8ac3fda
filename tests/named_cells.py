"""Rows of a dataset by column name, so that tests do not break when a table gets another column."""

from __future__ import annotations

from contract.datasets import Dataset


def cells_of(of: Dataset, /, **cells: str | None) -> tuple[str | None, ...]:
    """Return a row's cells in the order of its dataset's columns; null where nothing is said."""
    assert cells.keys() <= set(of.column_names)
    return tuple(cells.get(name) for name in of.column_names)
