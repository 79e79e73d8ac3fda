"""A query's answer on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract.units import MIB
from ops.prices import GIGABYTE, LIST_PRICES
from ops.queries import NUMBERS, Column, Execution, Row
from ops.show.screen import shortened, written_out
from ops.show.tables import add_column, fits, print_records, table
from ops.typed import option

#: In a table a longer cell is cut, and marked with an ellipsis; records and files hold all of it.
_LONGEST_CELL: Final = 200
#: A text is no longer that nobody wants to see in two parts: an id, a key, an instant.
_LONGEST_WORD: Final = 40
#: A null, apart from an empty text, which is blank, and from a text of these letters, which is in quotes.
_NULL: Final = Text("NULL", style="dim")
_LIKE_NULL: Final = re.compile(r"\s*'*\s*NULL\s*'*\s*")

TABLE, RECORDS = "table", "records"


def size(count: int) -> str:
    """Return bytes as people read them."""
    for unit, bytes_of in (("GB", GIGABYTE), ("MB", MIB), ("KB", 1024)):
        if count >= bytes_of:
            return f"{count / bytes_of:.1f} {unit}"
    return f"{count} bytes"


def show(columns: Sequence[Column], rows: Sequence[Row], console: Console, *, more: bool, form: str = "") -> None:
    """Print rows as a table or, where that is asked for or one would be too narrow to read, record by record."""
    made = _table(columns, rows)
    is_readable = fits(made, console.width)
    if form == TABLE or (not form and is_readable):
        for column in made.columns:
            # Of a table that was asked for however narrow, everything folds before anything is cut.
            column.no_wrap = column.no_wrap and is_readable
        console.print(made)
    else:
        whole = [[_cell(cell, written_out) for cell in row] for row in rows]
        print_records([column.name for column in columns], whole, console)
    if not rows:
        console.print("(no rows)")
    if more:
        more_rows, file = option("rows", "N"), option("output", "FILE.csv")
        console.print(f"The first {len(rows):,} rows. More: {more_rows}; all: {file}, .json or .parquet.")


def _table(columns: Sequence[Column], rows: Sequence[Row]) -> Table:
    made = table()
    for place, column in enumerate(columns):
        folds = not _is_whole(column, [row[place] or "" for row in rows])
        add_column(made, column.name, right=column.type in NUMBERS, folds=folds)
    for row in rows:
        made.add_row(*(_cell(cell, lambda text: shortened(text, _LONGEST_CELL)) for cell in row))
    return made


def _cell(cell: str | None, shown: Callable[[str], str]) -> Text:
    if cell is None:
        return _NULL
    return Text(shown(f"'{cell}'" if _LIKE_NULL.fullmatch(cell) else cell))


def _is_whole(column: Column, cells: Sequence[str]) -> bool:
    """Tell whether a column's cells are one word each, or an instant: nobody can read or copy these in two parts."""
    is_instant = column.type.startswith("timestamp")
    return all(len(cell) <= _LONGEST_WORD and (is_instant or len(cell.split()) <= 1) for cell in cells)


def show_execution(execution: Execution, console: Console) -> None:
    """Print what a query read and costs by list prices."""
    price = LIST_PRICES.athena(execution.scanned_bytes)
    console.print(
        f"{execution.seconds:.1f} s, {size(execution.scanned_bytes)} scanned: ${price:.5f} by list price "
        f"({LIST_PRICES.region}, {LIST_PRICES.looked_up}, {size(LIST_PRICES.athena_least_bytes)} at least)",
        soft_wrap=True,
        style="dim",
    )
