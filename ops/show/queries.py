"""A query's answer on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract.units import MIB
from ops.prices import GIGABYTE, LIST_PRICES
from ops.queries import NUMBERS, Column, Execution, Row
from ops.show.screen import shortened, table, written_out

#: In a table a longer cell is cut, and marked with an ellipsis; records and files hold all of it.
_LONGEST_CELL: Final = 200
#: A column is readable at this width: longer cells fold. What does not fit so many a line is shown as records.
_READABLE: Final = 12
_GAP: Final = 2
#: A null, apart from an empty text, which is blank, and from a text, which is not dim.
_NULL: Final = Text("NULL", style="dim")

TABLE, RECORDS = "table", "records"


def size(count: int) -> str:
    """Return bytes as people read them."""
    for unit, bytes_of in (("GB", GIGABYTE), ("MB", MIB), ("KB", 1024)):
        if count >= bytes_of:
            return f"{count / bytes_of:.1f} {unit}"
    return f"{count} bytes"


def show(columns: Sequence[Column], rows: Sequence[Row], console: Console, *, more: bool, form: str = "") -> None:
    """Print rows as a table or, where that is asked for or one would be too narrow to read, record by record."""
    if not form:
        form = TABLE if _fits(columns, rows, console.width) else RECORDS
    if form == TABLE:
        console.print(_table(columns, rows))
    else:
        _print_records(columns, rows, console)
    if not rows:
        console.print("(no rows)")
    if more:
        console.print(f"The first {len(rows):,} rows. More: --rows N; all: --output FILE.csv, .json or .parquet.")


def _fits(columns: Sequence[Column], rows: Sequence[Row], width: int) -> bool:
    widest = (
        max([len(column.name), *(min(len(row[place] or ""), _READABLE) for row in rows)])
        for place, column in enumerate(columns)
    )
    return sum(each + _GAP for each in widest) <= width


def _table(columns: Sequence[Column], rows: Sequence[Row]) -> Table:
    made = table()
    for column in columns:
        made.add_column(column.name, justify="right" if column.type in NUMBERS else "left", overflow="fold")
    for row in rows:
        made.add_row(*(_NULL if cell is None else Text(shortened(cell, _LONGEST_CELL)) for cell in row))
    return made


def _print_records(columns: Sequence[Column], rows: Sequence[Row], console: Console) -> None:
    """Print each row as lines of a name and a whole value; a value's own lines stay lines."""
    for number, row in enumerate(rows, 1):
        console.print(Text(f"-- {number} of {len(rows)}", style="dim"))
        made = table()
        made.show_header = False
        # Without "fold" rich cuts a line that its wide characters and the blank at its end make too long.
        made.add_column(no_wrap=True)
        made.add_column(overflow="fold")
        for column, cell in zip(columns, row, strict=True):
            made.add_row(Text(column.name, style="dim"), _NULL if cell is None else Text(written_out(cell)))
        console.print(made)


def show_execution(execution: Execution, console: Console) -> None:
    """Print what a query read and costs by list prices."""
    price = LIST_PRICES.athena(execution.scanned_bytes)
    console.print(
        f"{execution.seconds:.1f} s, {size(execution.scanned_bytes)} scanned: ${price:.5f} by list price "
        f"({LIST_PRICES.region}, {LIST_PRICES.looked_up}, {size(LIST_PRICES.athena_least_bytes)} at least)",
        soft_wrap=True,
        style="dim",
    )
