"""A query's answer on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text

from contract.units import MIB
from ops.prices import GIGABYTE, LIST_PRICES
from ops.queries import NUMBERS
from ops.show.screen import shortened, table

if TYPE_CHECKING:
    from rich.console import Console

    from ops.queries import Column, Execution, Row

#: On a terminal a longer cell is cut; files hold all of it.
_LONGEST_CELL: Final = 200


def size(count: int) -> str:
    """Return bytes as people read them."""
    for unit, bytes_of in (("GB", GIGABYTE), ("MB", MIB), ("KB", 1024)):
        if count >= bytes_of:
            return f"{count / bytes_of:.1f} {unit}"
    return f"{count} bytes"


def show(columns: Sequence[Column], rows: Sequence[Row], console: Console, *, more: bool) -> None:
    """Print rows as a table, a null as a dim dash."""
    made = table()
    for column in columns:
        made.add_column(column.name, justify="right" if column.type in NUMBERS else "left", overflow="fold")
    for row in rows:
        cells = (Text("-", style="dim") if cell is None else Text(shortened(cell, _LONGEST_CELL)) for cell in row)
        made.add_row(*cells)
    console.print(made)
    if more:
        console.print(f"The first {len(rows):,} rows. All of them: --output FILE.csv or FILE.parquet; or --rows N.")


def show_execution(execution: Execution, console: Console) -> None:
    """Print what a query read and costs by list prices."""
    price = LIST_PRICES.athena(execution.scanned_bytes)
    console.print(
        f"{execution.seconds:.1f} s, {size(execution.scanned_bytes)} scanned: ${price:.5f} by list price "
        f"({LIST_PRICES.region}, {LIST_PRICES.looked_up}, {size(LIST_PRICES.athena_least_bytes)} at least)",
        soft_wrap=True,
        style="dim",
    )
