"""A run and its reconciliation."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from contract.runs import RunSummary
from ops.running import MadeRun
from ops.show.tables import print_table, table


def sum_of(summary: RunSummary) -> str:
    """Return where the scanned items of a run went, as a sum."""
    items = summary.items
    return f"{items.scanned:,} scanned = {items.terms}"


def show(run: MadeRun, console: Console) -> None:
    """Print what a run did, and whether the tables agree with it."""
    kind = "dry run" if run.dry_run else "run"
    summary = run.summary
    console.print(Text(f"{kind} {summary.run_id} of {summary.dt}: {run.seconds:.1f} s", style="bold"), soft_wrap=True)
    console.print(sum_of(summary), soft_wrap=True)
    if run.dry_run:
        console.print("A dry run: no object was written.")
        return
    if run.published is None:
        console.print("ETL-1 is done; nobody waited for ETL-2.")
        return
    if run.published != summary.run_id:
        console.print(f"The tables hold a newer run already: {run.published}", soft_wrap=True)
    if run.started_by_hand:
        console.print(
            "No event had started ETL-2, so it was started from here. In the first minutes after a deployment that is "
            "to be expected; later, the doctor says why.",
            soft_wrap=True,
        )
    made = table("table", "rows written", "rows in the table", numbers=("rows written", "rows in the table"))
    for rows in run.tables:
        made.add_row(rows.name, f"{rows.written:,}", f"{rows.held:,}")
    print_table(made, console)
    if run.faults:
        for fault in run.faults:
            console.print(Text(fault, style="red"), soft_wrap=True)
    else:
        seconds = run.published_seconds or 0
        console.print(Text(f"Reconciled: in the tables after {seconds:.1f} s more.", style="green"))
