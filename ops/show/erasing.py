"""What an erasure is about to do, and what it did."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from ops.person.erasing.erasure import Plan
from ops.person.erasing.journal import Journal
from ops.platform import Platform


def people(number: int) -> str:
    """Return so many people in words."""
    return "1 person" if number == 1 else f"{number:,} people"


def lines(plan: Plan, platform: Platform, *, delete_source_items: bool) -> Iterator[str]:
    """Yield what is about to be done, one sentence a line."""
    env, number = platform.names.env, len(plan.users)
    rows = ", ".join(f"{count:,} rows of {name}" for name, count in plan.rows.items())
    yield f"Erase {people(number)} in {env}; the tables hold now: {rows}."
    if not any(plan.rows.values()) and not plan.source_items:
        yield "Nothing of them is in the tables or in the source: earlier states and days may hold them nevertheless."
    if plan.resumed:
        yield f"Goes on with {plan.resumed.request_id}; ended steps: {', '.join(plan.resumed.done) or 'none'}."
    if delete_source_items:
        yield f"In the source table {plan.source_items:,} items are deleted, one by one."
    yield f"Items dated up to {plan.covers_until:%Y-%m-%d %H:%M:%S} UTC are left out from now on, whatever comes back."
    yield "ETL-1 and ETL-2 run. Then this goes, of everybody, and cannot come back:"
    yield "- all earlier states of all tables: no time travel before today remains;"
    yield "- earlier clean days with their rejected items, quarantined runs, Athena's results, unfinished uploads;"
    yield "- old versions of all these, and what marks them as deleted."
    if number == 1:
        yield "Are more requests to come? Gather them and erase all at once: --users FILE."


def show(journal: Journal, platform: Platform, console: Console) -> None:
    """Print what was done, and what to do next."""
    counts = journal.counts
    console.print(f"Erased: {journal.request_id}, {people(counts['people'])}, run {journal.run_id}.", soft_wrap=True)
    for dataset in platform.environment.contract.datasets:
        before = counts.get(f"rows_before_{dataset.name}", 0)
        after = counts.get(f"rows_after_{dataset.name}", 0)
        console.print(f"  {dataset.name}: {before:,} rows before, {after:,} after")
    gone = f"{counts['objects']:,} older objects, {counts['versions']:,} versions, {counts['uploads']:,} uploads"
    console.print(f"Deleted: {gone}. Items left out: {counts['tombstoned']:,}.", soft_wrap=True)
    console.print(f"Prove it: python -m ops person prove --env {platform.names.env}", soft_wrap=True)
