r"""Commands on runs: run, curate and redrive, which ask first; runs and logs, which only look."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal

import typer
from rich.text import Text

from ops import days, dead_letters, engines, running
from ops.commands.options import Debug, Env, Json, Yes, ends, now, platform_of
from ops.enginelog import EngineLog
from ops.engines import extract_engine, transform_engine
from ops.execution import execute
from ops.exits import Exit
from ops.lake import recorded_rows
from ops.platform import Platform
from ops.redriving import Redrive
from ops.runs import recent_runs, seconds_of
from ops.show import dead_letters as show_dead_letters
from ops.show import history as show_history
from ops.show import logs as show_logs
from ops.show import running as show_running
from ops.show.asking import confirm
from ops.show.progress import following
from ops.show.screen import document, notices, output, print_json, visible, write_json
from ops.tables import recorded_run, unpublished_run

_POLL_SECONDS: Final = 2.0


@ends
def run(
    *,
    env: Env,
    dt: Annotated[str, typer.Option("--dt", metavar="YYYY-MM-DD", help="Its business day, if not today's.")] = "",
    accept_removal: Annotated[
        bool, typer.Option("--accept-removal", help="Publish it however many rows it removes.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only scan and count; publish nothing.")] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Do not wait for ETL-2.")] = False,
    minutes: Annotated[float, typer.Option("--minutes", min=0, metavar="M", help="Wait so long for ETL-2.")] = 30,
    yes: Yes = False,
    debug: Debug = False,
    as_json: Json = False,
) -> Exit:
    """Run ETL-1 now, and see it into the tables.

    Follows both logs, waits until ETL-2 has published the run and ended, and compares the tables' rows with the run's.
    The tables then hold the source as it is now, whatever day --dt names: the newest run wins.

    \b
    Example: python -m ops run --env test
             python -m ops run --env test --dry-run
    """
    platform = platform_of(env)
    zone = platform.environment.normalize.extract.time_zone
    day = days.business_day(dt, now(), zone) if dt else None
    if not dry_run:
        confirm(_plan(platform, day, accept_removal=accept_removal), yes=yes)
    event = running.event_of(day, dry_run=dry_run, accept_removal=accept_removal)
    before = recent_runs(platform.clean_zone, 1).newest
    with following(seconds_of(before) if before else None, debug=debug) as follower:
        made = running.extract(platform, event, follower)
    if not dry_run and not no_wait:
        with following(debug=debug) as follower:
            made = running.await_tables(platform, made, minutes * 60, follower)
    if as_json:
        print_json({**document(made), "faults": made.faults})
    else:
        show_running.show(made, output())
    return Exit.ATTENTION if made.faults else Exit.WELL


def _plan(platform: Platform, day: date | None, *, accept_removal: bool) -> Iterator[str]:
    engine, table = extract_engine(platform), platform.environment.normalize.dynamo_table_name
    yield (
        f"{engine.etl}: a scan of the whole table {table} by {engine.name} in {platform.names.env}, for "
        f"{day or 'the business day of now'}."
    )
    yield "The tables will hold the source as it is now, in the place of what they hold."
    if accept_removal:
        yield "That will be published however many rows it removes."


@ends
def curate(*, env: Env, yes: Yes = False, debug: Debug = False, as_json: Json = False) -> Exit:
    """Run ETL-2 now.

    It publishes the newest complete run, and repairs tables that hold something else than that run.

    \b
    Example: python -m ops curate --env prod
    """
    platform = platform_of(env)
    engine = transform_engine(platform)
    confirm([f"{engine.etl}: start {engine.name} in {env}"], yes=yes)
    with following(debug=debug) as follower:
        ended = execute(platform, engine, {}, follower)
    left = unpublished_run(platform, recorded_run(platform), now())
    if as_json:
        print_json({"engine": engine.name, **document(ended), "unpublished": left})
    else:
        output().print(f"{engine.name} succeeded after {ended.seconds:.0f} s.", soft_wrap=True)
        if left:
            output().print(f"Run {left.run_id} of {left.dt} is not published: {left.state.value}.", soft_wrap=True)
    return Exit.ATTENTION if left else Exit.WELL


@ends
def redrive(
    *,
    env: Env,
    discard: Annotated[
        str, typer.Option("--discard", metavar="ID", help="Show this one whole, and delete it undone.")
    ] = "",
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Do what could not be delivered, from the dead letters.

    Runs ETL-1 once, for the newest day that the schedule left, and ETL-2 once for all arrivals. A message is deleted
    only once that is done. What is no message of ours is left, with the command that discards it.

    \b
    Example: python -m ops redrive --env prod
    """
    platform = platform_of(env)
    found = dead_letters.receive(platform, now())
    redriven = Redrive(platform, found)
    try:
        shown = [redriven.letter(discard)] if discard else found
        if not as_json:
            show_dead_letters.show(shown, output(), whole=bool(discard))
        if discard:
            confirm([f"delete message {discard} for good; nothing is run for it"], yes=yes)
            redriven.discard(discard)
        elif plan := redriven.plan():
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
            if letter.fault:
                command = platform.command(f"redrive --discard {letter.message_id}")
                output().print(Text(f"  → {visible(command)}"), soft_wrap=True)
    return Exit.ATTENTION if redriven.left else Exit.WELL


@ends
def runs(
    *,
    env: Env,
    last: Annotated[int, typer.Option("--last", min=1, metavar="N", help="So many runs.")] = 7,
    as_json: Json = False,
) -> Exit:
    """What each run changed in the tables.

    The newest rows of the table runs: rows, rewritten partitions, bytes, and the snapshot that readers see since.

    \b
    Example: python -m ops runs --env prod
    """
    rows = recorded_rows(platform_of(env))
    newest = list(dict.fromkeys(row.run_id for row in rows))[:last]
    shown = [row for row in rows if row.run_id in newest]
    if as_json:
        print_json(shown)
    elif shown:
        show_history.show_runs(shown, output())
    else:
        output().print("No run is recorded yet.")
    return Exit.WELL


@ends
def logs(
    *,
    which: Annotated[Literal["normalize", "etl"], typer.Argument(help="ETL-1's log or ETL-2's.")] = "normalize",
    env: Env,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="How far back: 30m, 2h, 7d.")] = "1d",
    run_id: Annotated[str, typer.Option("--run-id", metavar="ID", help="Only lines of this run.")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Of a job, what Spark says beside it, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Each line as a JSON object, for scripts.")] = False,
) -> Exit:
    """Show the log of ETL-1 or ETL-2.

    Of the function or the job, whichever runs it: of a job its own lines, with --debug and --json all.

    \b
    Example: python -m ops logs etl --env prod --since 12h
    """
    platform = platform_of(env)
    engine = engines.extract_engine(platform) if which == "normalize" else engines.transform_engine(platform)
    begin = days.since(since, now())
    log = EngineLog(platform, engine, begin, pattern=f'"{run_id}"' if run_id else "")
    console, count, left_out = output(), 0, 0
    only_own = engine.kind == engines.JOB and not debug
    while True:
        for line in log.new_lines():
            count += 1
            if as_json:
                write_json(show_logs.json_of(line))
            elif show_logs.is_metric(line):
                continue
            elif only_own and not show_logs.is_for_people(line):
                left_out += 1
            else:
                console.print(show_logs.text_of(line), soft_wrap=True)
        if not follow:
            break
        time.sleep(_POLL_SECONDS)
    if not count and not as_json:
        console.print(f"{engine.log_group} has no such line since {begin:%Y-%m-%d %H:%M} UTC.")
    if left_out:
        notices().print(f"Left out: {left_out:,} lines that are not the job's own; --debug shows them.", style="dim")
    return Exit.WELL
