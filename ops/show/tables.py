"""Tables for a terminal: words fold; ids, instants and numbers stay whole; what is too wide is shown as records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

#: A column that may fold is readable at this width.
_READABLE: Final = 12
_GAP: Final = 2

Cell = str | Text


def table(*columns: str, title: str = "", numbers: tuple[str, ...] = (), folds: tuple[str, ...] = ()) -> Table:
    """Return an empty table; columns among ``numbers`` are set flush right, and only those of ``folds`` fold."""
    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=None,
        padding=(0, _GAP, 0, 0),
        pad_edge=False,
    )
    for name in columns:
        add_column(made, name, right=name in numbers, folds=name in folds)
    return made


def add_column(made: Table, name: str, *, right: bool, folds: bool) -> None:
    """Give a table one more column."""
    # Without "fold" rich cuts a line that its wide characters and the blank at its end make too long.
    made.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=not folds)


def fits(made: Table, width: int) -> bool:
    """Tell whether a table is readable in so many columns: those that fold may have to."""
    return sum(map(_least, made.columns)) + _GAP * (len(made.columns) - 1) <= width


def _least(column: Column) -> int:
    header = cell_len(str(column.header))
    widest = max((cell_len(str(cell)) for cell in column.cells), default=0)
    return max(header, widest if column.no_wrap else min(widest, _READABLE))


def print_table(made: Table, console: Console) -> None:
    """Print a table, or record by record what is too wide: no cell is ever cut."""
    if fits(made, console.width):
        console.print(made)
        return
    if made.title:
        console.print(Text(str(made.title), style="bold"))
    names = [str(column.header) for column in made.columns]
    rows = zip(*(column.cells for column in made.columns), strict=True)
    print_records(names, [[cell if isinstance(cell, Text) else str(cell) for cell in row] for row in rows], console)


def print_records(names: Sequence[str], rows: Sequence[Iterable[Cell]], console: Console) -> None:
    """Print each row as lines of a name and a whole value; a value's own lines stay lines."""
    for number, row in enumerate(rows, 1):
        console.print(Text(f"-- {number} of {len(rows)}", style="dim"))
        made = table()
        made.show_header = False
        add_column(made, "", right=False, folds=False)
        add_column(made, "", right=False, folds=True)
        for name, cell in zip(names, row, strict=True):
            made.add_row(Text(name, style="dim"), cell)
        console.print(made)
