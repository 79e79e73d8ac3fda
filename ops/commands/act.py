r"""Commands that change something, and ask first: run, rerun, backfill, curate, redrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ops import days, letters, running
from ops.commands.options import Env, Json, Yes, ends, now, platform_of
from ops.engines import extract_engine, transform_engine
from ops.execution import execute
from ops.exits import Exit
from ops.redriving import Redrive
from ops.runs import recent_runs, seconds_of
from ops.show import letters as show_letters
from ops.show import running as show_running
from ops.show.asking import confirm
from ops.show.progress import following
from ops.show.screen import document, notices, output, print_json, visible
from ops.tables import uncurated_runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ops.platform import Platform
    from ops.running import DayRun

NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not wait for ETL-2.")]
Minutes = Annotated[float, typer.Option("--minutes", min=0, metavar="M", help="Wait so long for ETL-2.")]


@ends
def run(
    *,
    env: Env,
    dt: Annotated[str, typer.Option("--dt", metavar="YYYY-MM-DD", help="File it under this day, not today's.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only scan and count; publish nothing.")] = False,
    no_wait: NoWait = False,
    minutes: Minutes = 30,
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Run ETL-1 now, and see it into the tables.

    Follows the log, waits until ETL-2 has the run in all tables, and compares their rows with the run's.

    \b
    Example: python -m ops run --env test
             python -m ops run --env test --dry-run
    """
    platform = platform_of(env)
    wanted = days.checked_days([dt], now(), _zone(platform)) if dt else [None]
    if not dry_run:
        confirm(_plan(platform, wanted), yes=yes)
    made = _make(platform, wanted[0], None if no_wait else minutes, dry_run=dry_run)
    return _told([made], as_json=as_json)


@ends
def rerun(
    *,
    env: Env,
    dt: Annotated[list[str], typer.Option("--dt", metavar="YYYY-MM-DD", help="A day; can be given several times.")],
    no_wait: NoWait = False,
    minutes: Minutes = 30,
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Run ETL-1 again for days.

    What readers see of them is replaced by a snapshot of now.

    \b
    Example: python -m ops rerun --env prod --dt 2026-01-31
    """
    platform = platform_of(env)
    wanted = days.checked_days(dt, now(), _zone(platform))
    return _one_after_the_other(platform, wanted, None if no_wait else minutes, yes=yes, as_json=as_json)


@ends
def backfill(
    *,
    env: Env,
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last day.")],
    no_wait: NoWait = False,
    minutes: Minutes = 30,
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Run ETL-1 for every day of a range.

    One after the other, each a snapshot of now.

    \b
    Example: python -m ops backfill --env prod --from 2026-01-29 --to 2026-01-31
    """
    platform = platform_of(env)
    wanted = days.days_between(first, last, now(), _zone(platform))
    return _one_after_the_other(platform, wanted, None if no_wait else minutes, yes=yes, as_json=as_json)


@ends
def curate(*, env: Env, yes: Yes = False, as_json: Json = False) -> Exit:
    """Run ETL-2 now.

    It takes every day whose newest run is not in the tables yet.

    \b
    Example: python -m ops curate --env prod
    """
    platform = platform_of(env)
    engine = transform_engine(platform)
    confirm([f"{engine.etl}: start {engine.name} in {env}"], yes=yes)
    with following() as follower:
        ended = execute(platform, engine, {}, follower)
    left = uncurated_runs(platform, platform.catalog.snapshot())
    if as_json:
        print_json({"engine": engine.name, **document(ended), "uncurated": left})
    else:
        output().print(f"{engine.name} ended well after {ended.seconds:.0f} s.", soft_wrap=True)
        for run in left:
            kept = "is quarantined" if run.quarantined else "is still not in the tables"
            output().print(f"Run {run.run_id} of {run.dt} {kept}.", soft_wrap=True)
    return Exit.ATTENTION if left else Exit.WELL


@ends
def redrive(*, env: Env, yes: Yes = False, as_json: Json = False) -> Exit:
    """Do what could not be delivered, from the dead letters.

    Runs ETL-1 once for each day that the schedule left, and ETL-2 once for all arrivals. A message is deleted only once
    that is done.

    \b
    Example: python -m ops redrive --env prod
    """
    platform = platform_of(env)
    found = letters.receive(platform, now())
    redriven = Redrive(platform, found)
    try:
        if not as_json:
            show_letters.show(found, output())
        plan = redriven.plan()
        if plan:
            confirm(plan, yes=yes)
            with following() as follower:
                redriven.settle(follower)
    finally:
        redriven.put_back()
    if as_json:
        print_json({"settled": redriven.settled, "left": redriven.left})
    else:
        output().print(f"{len(redriven.settled)} of {len(found)} messages settled and deleted.")
        for letter in redriven.left:
            why = letter.fault or "its run is not in the tables yet"
            output().print(Text(f"left in {letter.queue}: {visible(why)}"), soft_wrap=True)
    return Exit.ATTENTION if redriven.left else Exit.WELL


def _one_after_the_other(
    platform: Platform, wanted: Sequence[date], minutes: float | None, *, yes: bool, as_json: bool
) -> Exit:
    confirm(_plan(platform, wanted), yes=yes)
    made: list[DayRun] = []
    for day in wanted:
        try:
            made.append(_make(platform, day, minutes, dry_run=False))
        except BaseException:
            done = ", ".join(str(run.summary.dt) for run in made) or "none"
            left = ", ".join(map(str, wanted[len(made) :]))
            notices().print(f"Days done: {done}. Not done: {left}.", soft_wrap=True)
            raise
    return _told(made, as_json=as_json)


def _make(platform: Platform, day: date | None, minutes: float | None, *, dry_run: bool) -> DayRun:
    before = recent_runs(platform.clean_zone, 1).newest
    with following(seconds_of(before) if before else None) as follower:
        made = running.extract(platform, running.event_of(day, dry_run=dry_run), follower)
    if dry_run or minutes is None:
        return made
    with following() as follower:
        return running.await_tables(platform, made, minutes * 60, follower)


def _plan(platform: Platform, wanted: Sequence[date | None]) -> list[str]:
    engine, env = extract_engine(platform), platform.names.env
    table = platform.environment.normalize.dynamo_table_name
    which = ", ".join(str(day) if day else "today's business day" for day in wanted)
    scans = "a scan" if len(wanted) == 1 else f"{len(wanted)} scans, one after the other,"
    return [
        f"{engine.etl}: {scans} of the whole table {table} by {engine.name} in {env}, for {which}.",
        "Each is a snapshot of now; what readers see of that day is replaced by it.",
    ]


def _told(made: Sequence[DayRun], *, as_json: bool) -> Exit:
    if as_json:
        print_json({"runs": [{**document(run), "faults": run.faults} for run in made]})
    else:
        for run in made:
            show_running.show(run, output())
    return Exit.ATTENTION if any(run.faults for run in made) else Exit.WELL


def _zone(platform: Platform) -> str:
    return platform.environment.normalize.extract.time_zone
