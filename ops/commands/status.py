r"""Commands that only look: status, doctor, runs, history, logs, cost."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Final, Literal

import typer

from ops import cost as bills
from ops import days, engines
from ops import doctor as examination
from ops import status as states
from ops.advice import next_steps
from ops.commands.options import Env, Json, ends, named_table, now, platform_of
from ops.enginelog import EngineLog
from ops.exits import Exit
from ops.history import gone_states, past_states
from ops.lake import recorded_rows
from ops.show import cost as show_cost
from ops.show import doctor as show_doctor
from ops.show import history as show_history
from ops.show import logs as show_logs
from ops.show import status as show_status
from ops.show.screen import document, output, print_json
from ops.tables import table_state

_POLL_SECONDS: Final = 2.0


@ends
def status(*, env: Env, as_json: Json = False) -> Exit:
    """Everything on one screen, and what to do next.

    The last run against the trend, both engines, the crawler, alarms, dead letters, the tables and what they hold.

    \b
    Example: python -m ops status --env prod
    """
    platform = platform_of(env)
    contract = platform.environment.contract
    found = states.gather(platform, now())
    steps = next_steps(found, contract)
    if as_json:
        print_json({**document(found), "next_steps": steps})
    else:
        show_status.show(found, contract, output())
    return Exit.ATTENTION if steps else Exit.WELL


@ends
def doctor(*, env: Env, as_json: Json = False) -> Exit:
    """Find what is wrong, and say the remedy.

    \b
    Example: python -m ops doctor --env prod
    """
    report = examination.examine(platform_of(env), now())
    if as_json:
        print_json({**document(report), "well": report.well})
    else:
        show_doctor.show(report, output())
    return Exit.WELL if report.well else Exit.ATTENTION


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
def history(
    *,
    env: Env,
    table: Annotated[str, typer.Option("--table", metavar="NAME", help="Only this table.")] = "",
    as_json: Json = False,
) -> Exit:
    """Earlier states of the tables, and how to query one.

    Each snapshot with its run, business day and rows; those that are gone, too, as far as the table runs knows them.

    \b
    Example: python -m ops history --env prod --table messages
    """
    platform = platform_of(env)
    contract = platform.environment.contract
    chosen = [named_table(platform, table)] if table else contract.datasets
    rows = recorded_rows(platform)
    found = {}
    for dataset in chosen:
        kept = past_states(table_state(platform, dataset))
        found[dataset.name] = [*kept, *gone_states(kept, dataset.name, rows)]
    if as_json:
        print_json(found)
    else:
        for name, states in found.items():
            show_history.show(name, states, output())
    return Exit.WELL


@ends
def logs(
    *,
    which: Annotated[Literal["normalize", "etl"], typer.Argument(help="ETL-1's log or ETL-2's.")] = "normalize",
    env: Env,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="How far back: 30m, 2h, 7d.")] = "1d",
    run_id: Annotated[str, typer.Option("--run-id", metavar="ID", help="Only lines of this run.")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Each line as a JSON object.")] = False,
) -> Exit:
    """Show the log of ETL-1 or ETL-2.

    Of the function or the job, whichever runs it.

    \b
    Example: python -m ops logs etl --env prod --since 12h
    """
    platform = platform_of(env)
    engine = engines.extract_engine(platform) if which == "normalize" else engines.transform_engine(platform)
    begin = days.since(since, now())
    log = EngineLog(platform, engine, begin, pattern=f'"{run_id}"' if run_id else "")
    console, count = output(), 0
    while True:
        for line in log.new_lines():
            count += 1
            if as_json:
                sys.stdout.write(f"{line.message.rstrip()}\n" if line.message.startswith("{") else "")
            elif not show_logs.is_metric(line):
                console.print(show_logs.text_of(line), soft_wrap=True)
        if not follow:
            break
        time.sleep(_POLL_SECONDS)
    if not count and not as_json:
        console.print(f"{engine.log_group} has no such line since {begin:%Y-%m-%d %H:%M} UTC.")
    return Exit.WELL


@ends
def cost(*, env: Env, as_json: Json = False) -> Exit:
    """What the last 30 days cost, by component.

    Measured usage by list prices; what is not counted is said below.

    \b
    Example: python -m ops cost --env prod
    """
    bill = bills.gather(platform_of(env), now())
    if as_json:
        print_json({**document(bill), "total": bill.total})
    else:
        show_cost.show(bill, output())
    return Exit.WELL
