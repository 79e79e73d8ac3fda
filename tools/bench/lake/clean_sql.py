"""The clean zone's CSV in DuckDB's SQL: typed rows with every text as it was in the source."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from contract.column_types import ColumnType
from contract.datasets import Column, Dataset

_TYPES: Final = {ColumnType.TEXT: "VARCHAR", ColumnType.INTEGER: "BIGINT", ColumnType.INSTANT: "TIMESTAMP"}
_LONGEST_LINE: Final = 20_000_000
_QUOTED_IS_NOT_NULL: Final = "allow_quoted_nulls = false"
"""Otherwise empty texts become nulls."""


def strictly_read(csv: Path, dataset: Dataset) -> str:
    """Return a table function that has nothing to guess: types, dialect and longest line are given."""
    options = (
        f"auto_detect = false, header = true, columns = {_types(dataset)}, delim = ',', quote = '\"', escape = '\"', "
        f"new_line = '\\n', timestampformat = '%Y-%m-%dT%H:%M:%S.%fZ', max_line_size = {_LONGEST_LINE}"
    )
    return f"read_csv('{csv}', {options}, {_QUOTED_IS_NOT_NULL})"


def rows_of(dataset: Dataset, read: str) -> str:
    """Return a query for a dataset's rows, their escapes undone."""
    return f"SELECT {', '.join(map(_cell, dataset.columns))} FROM {read}"


def _types(dataset: Dataset) -> str:
    return "{" + ", ".join(f"'{column.name}': '{_TYPES[column.type]}'" for column in dataset.columns) + "}"


def _cell(column: Column) -> str:
    r"""Return a column's expression.

    An escaped cell holds no line feed, so a line feed can stand for ``\\`` until the other escapes are undone, and be
    exchanged with the backslash at last.
    """
    if column.type != ColumnType.TEXT:
        return column.name
    replaced = column.name
    for escape, original in ((r"\\", "chr(10)"), (r"\0", "chr(0)"), (r"\r", "chr(13)"), (r"\n", r"'\'")):
        replaced = f"replace({replaced}, '{escape}', {original})"
    exchanged = rf"translate({replaced}, '\' || chr(10), chr(10) || '\')"
    return rf"CASE WHEN contains({column.name}, '\') THEN {exchanged} ELSE {column.name} END AS {column.name}"
