"""The screen of ``status``."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from contract.source import SourceContract
from ops.engines import EngineState
from ops.runs import measures
from ops.services import ALARM, MISSING
from ops.show.remedies import print_remedy
from ops.show.screen import instant, visible
from ops.show.tables import print_table, table
from ops.status import Status
from ops.tables import TableView
from ops.wording import language


def show(status: Status, contract: SourceContract, console: Console) -> None:
    """Print first whether data is late, where something is wrong; then everything, and what to do.

    The ``contract`` is that of the environment's source.
    """
    where = f", {status.endpoint}" if status.endpoint else ""
    console.print(Text(f"{status.environment}: {instant(status.now)} UTC, region {status.region}{where}", style="bold"))
    if status.next_steps:
        console.print(Text(visible(status.lateness.said_in(language("en"))), style="bold"), soft_wrap=True)
    _show_run(status, contract, console)
    _show_parts(status, console)
    _show_tables(status, console)
    _show_next(status, console)


def _show_run(status: Status, contract: SourceContract, console: Console) -> None:
    newest = status.runs.newest
    if newest is None:
        console.print("\nLast run: there is none that is complete.")
        return
    before = status.runs.before
    made = table("", "newest", "trend", "change", numbers=("newest", "trend", "change"))
    for measure in measures(contract, newest, before):
        usual = "-" if measure.trend is None else f"{measure.trend:,.10g}"
        change = "" if measure.change is None else f"{measure.change:+.1%}"
        made.add_row(measure.name.replace("_", " "), f"{measure.value:,.10g}", usual, change)
    console.print(Text(f"\nLast run {newest.run_id}", style="bold"))
    print_table(made, console)
    trend = f"the trend is the median of {len(before)} before" if before else "the first, so there is no trend"
    accounted = (
        "every item accounted for" if newest.items.unaccounted == 0 else f"{newest.items.unaccounted} items lost"
    )
    console.print(f"of {newest.dt}, ended {instant(newest.finished_at)} UTC; {accounted}; {trend}", style="dim")


def _show_parts(status: Status, console: Console) -> None:
    made = table("part", "state", "when (UTC)", "what", folds=("what",))
    made.add_row("schedule", "on" if status.scheduled else "off", "", status.schedule or "started by hand")
    for state in (status.extract, status.transform):
        made.add_row(*_engine_row(state))
    if status.crawler:
        crawler = status.crawler
        made.add_row("crawler", _coloured(crawler.last_status), instant(crawler.last_started_at), crawler.name)
    for alarm in status.alarms:
        if alarm.state in {ALARM, MISSING}:
            made.add_row("alarm", _coloured(alarm.state), instant(alarm.since), alarm.name)
    quiet = sum(alarm.state not in {ALARM, MISSING} for alarm in status.alarms)
    made.add_row("alarms", f"{quiet} quiet", "", f"of {len(status.alarms)}")
    for queue in status.queues:
        held = _coloured("empty" if not queue.messages else f"{queue.messages} LEFT")
        made.add_row("queue", held, "", queue.name)
    console.print()
    print_table(made, console)


def _engine_row(state: EngineState) -> tuple[str, Text, str, str]:
    engine, last = state.engine, state.last
    if last is None:
        return engine.etl, _coloured(""), "", engine.name
    took = "" if last.seconds is None else f", {last.seconds:,.0f} s"
    return engine.etl, _coloured(last.state), instant(last.started_at), f"{engine.name}{took}"


def _show_tables(status: Status, console: Console) -> None:
    made = table("table", "rows", "changed (UTC)", "by run of", "snapshot", numbers=("rows", "snapshot"))
    for view in status.tables:
        made.add_row(view.name, *_table_row(view))
    console.print()
    print_table(made, console)
    if status.published:
        run, age = status.published, status.published.age(status.today)
        days = f"{age} day{'' if age == 1 else 's'} ago"
        console.print(f"readers see the run of {run.dt}, {days}, since {instant(run.recorded_at)} UTC", style="dim")
        console.print(run.run_id, style="dim")
    if status.unpublished:
        left = status.unpublished
        console.print(f"not published, {left.state.value}: the run of {left.dt}")
        console.print(left.run_id)


def _table_row(view: TableView) -> tuple[str | Text, ...]:
    if view.fault:
        return (Text("UNREADABLE", style="red"),)
    by = view.business_day or ("not ours" if view.snapshot_id else "-")
    return (f"{view.rows or 0:,}", instant(view.committed_at), by, str(view.snapshot_id or "-"))


def _show_next(status: Status, console: Console) -> None:
    console.print()
    if not status.next_steps:
        console.print(Text("Nothing to do: all is well.", style="green"))
        return
    console.print(Text("What to do next", style="bold"))
    for step in status.next_steps:
        console.print(Text.assemble(("! ", "yellow"), f"{step.check}: ", visible(step.said)), soft_wrap=True)
        print_remedy(step.remedy, console, "  ")


def _coloured(state: str) -> Text:
    if state in {"SUCCEEDED", "OK", "empty"}:
        return Text(state, style="green")
    if state in {"FAILED", "TIMEOUT", "ALARM", "MISSING"} or state.endswith("LEFT"):
        return Text(state, style="red")
    if state in {"", "INSUFFICIENT_DATA"}:
        return Text("nothing yet", style="dim")
    return Text(state, style="yellow")
