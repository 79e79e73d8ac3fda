"""Snapshots of tables, and the rows of ``runs``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from ops.history import PastState
from ops.lake import RecordedRow
from ops.show.queries import size
from ops.show.screen import instant
from ops.show.tables import print_table, table


def show(name: str, states: Sequence[PastState], console: Console) -> None:
    """Print a table's snapshots, newest first, and how to ask for one."""
    console.print(Text(name, style="bold"))
    if not states:
        console.print("nothing was ever committed to it")
        return
    made = table("snapshot", "committed (UTC)", "run of", "rows", "", numbers=("snapshot", "rows"), folds=("",))
    for state in states:
        by = state.business_day or "another program"
        when = instant(state.committed_at)
        made.add_row(str(state.snapshot_id), when, by, f"{state.rows:,}", _standing(state))
    print_table(made, console)
    earlier = [state for state in states if state.by_time and not state.is_current]
    for clause in (earlier[0].by_version, earlier[0].by_time) if earlier else ():
        console.print(f"SELECT * FROM {name} {clause}", soft_wrap=True, style="dim")  # noqa: S608 shown, not run


def _standing(state: PastState) -> Text:
    if state.is_current:
        return Text("current", style="green")
    if not state.is_available:
        return Text("gone", style="dim")
    return Text(f"branch {', '.join(state.branches)}", style="yellow") if state.branches else Text("")


def show_runs(rows: Sequence[RecordedRow], console: Console) -> None:
    """Print what each run did to each table, newest run first: a table for each run, so that 80 columns hold it."""
    for _, of_run in groupby(rows, key=lambda row: row.run_id):
        _show_run(list(of_run), console)
    console.print("partitions: written and gone; bytes: of the files that were added", style="dim")


def _show_run(rows: Sequence[RecordedRow], console: Console) -> None:
    first, seconds = rows[0], max(row.seconds for row in rows)
    console.print(Text(f"run of {first.business_day}, recorded {instant(first.committed_at)} UTC, {seconds:.1f} s"))
    numbers = ("rows", "before", "partitions", "bytes", "snapshot")
    made = table("table", *numbers, numbers=numbers)
    for row in rows:
        snapshot = "-" if row.snapshot_id is None else str(row.snapshot_id)
        made.add_row(
            row.dataset,
            f"{row.rows_now:,}",
            f"{row.rows_before:,}",
            f"{row.partitions_rewritten}, {row.partitions_gone}",
            size(row.bytes_written),
            Text("gone", style="dim") if row.snapshot_expired_at else snapshot,
        )
    print_table(made, console)
