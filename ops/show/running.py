"""A run and its reconciliation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ops.show.screen import table

if TYPE_CHECKING:
    from rich.console import Console

    from modules.contract.runs import RunSummary
    from ops.running import DayRun


def sum_of(summary: RunSummary) -> str:
    """Return where the scanned items of a run went, as a sum."""
    items = summary.items
    return f"{items.scanned:,} scanned = {items.terms}"


def show(run: DayRun, console: Console) -> None:
    """Print what a run did, and whether the tables agree with it."""
    kind = "dry run" if run.dry_run else "run"
    summary = run.summary
    console.print(Text(f"{kind} {summary.run_id} of {summary.dt}: {run.seconds:.1f} s", style="bold"), soft_wrap=True)
    console.print(sum_of(summary), soft_wrap=True)
    if run.dry_run:
        console.print("A dry run: nothing was published.")
        return
    if run.curated_from is None:
        console.print("Published; nobody waited for ETL-2.")
        return
    if run.curated_from != summary.run_id:
        console.print(f"A newer run has taken the day: {run.curated_from}", soft_wrap=True)
    made = table("table", "rows written", "rows in the table", numbers=("rows written", "rows in the table"))
    for rows in run.tables:
        made.add_row(rows.name, f"{rows.written:,}", "-" if rows.registered is None else f"{rows.registered:,}")
    console.print(made)
    if run.faults:
        for fault in run.faults:
            console.print(Text(fault, style="red"), soft_wrap=True)
    else:
        console.print(Text(f"Reconciled: in the tables after {run.curated_seconds or 0:.1f} s more.", style="green"))
