r"""Commands on tables: rebuild, rollback and schema, which ask first; history, which only looks."""

from __future__ import annotations

from typing import Annotated

import typer

from contract.settings import TransformArgument
from ops import running
from ops.commands.options import Env, Json, Yes, ends, named_table, now, platform_of
from ops.engines import extract_engine, transform_engine
from ops.execution import execute
from ops.exits import Exit, attention, usage
from ops.history import PastState, gone_states, past_states
from ops.lake import recorded_rows, set_current_snapshot
from ops.platform import Platform
from ops.schemas import differences
from ops.show import history as show_history
from ops.show.asking import confirm
from ops.show.progress import following
from ops.show.screen import document, output, print_json
from ops.tables import publishable_run, table_state

Tables = Annotated[list[str], typer.Option("--table", metavar="NAME", help="A table; can be given several times.")]


@ends
def rebuild(*, env: Env, tables: Tables, yes: Yes = False, as_json: Json = False) -> Exit:
    """Write tables anew, whatever they hold.

    From the newest complete run of ETL-1; where none is left, ETL-1 runs first. Earlier states stay, as far as their
    files are whole. Use it where a table's files are damaged, or where you do not trust what it holds.

    \b
    Example: python -m ops rebuild --env prod --table messages
    """
    platform = platform_of(env)
    names = [named_table(platform, name).name for name in dict.fromkeys(tables)]
    extract, transform = extract_engine(platform), transform_engine(platform)
    run = publishable_run(platform, now())
    source = (
        f"run {run.run_id} of {run.dt}" if run else f"a new run: no complete one is left, so {extract.name} runs first"
    )
    confirm([f"{transform.etl}: {transform.name} writes {', '.join(names)} of {env} anew, from {source}."], yes=yes)
    if run is None:
        with following() as follower:
            running.extract(platform, running.event_of(None), follower)
    with following() as follower:
        ended = execute(platform, transform, {TransformArgument.REBUILD: ",".join(names)}, follower)
    if as_json:
        print_json({"engine": transform.name, "tables": names, **document(ended)})
    else:
        said = f"{transform.name} succeeded after {ended.seconds:.0f} s. See python -m ops history --env {env}"
        output().print(f"{said} --table {names[0]}", soft_wrap=True)
    return Exit.WELL


@ends
def rollback(
    *,
    env: Env,
    table: Annotated[str, typer.Option("--table", metavar="NAME", help="The table.")],
    to: Annotated[int, typer.Option("--to", metavar="SNAPSHOT", help="The snapshot's id, as history lists it.")],
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Put an earlier state of a table back.

    Readers see it at once. The other tables stay as they are, and the next run of ETL-2 makes the table equal to the
    newest run again: to keep an earlier state, stop the schedule first.

    \b
    Example:
      python -m ops rollback --env prod --table messages --to 5931215123712423842
    """
    platform = platform_of(env)
    dataset = named_table(platform, table)
    state = table_state(platform, dataset)
    target = _past(past_states(state), to, env, table)
    if target.is_current:
        if as_json:
            print_json(_put_back(table, state.current_snapshot_id, target))
        else:
            output().print(f"{table} is at snapshot {to} already.")
        return Exit.WELL
    rows = f"{state.rows:,} rows now, {target.rows:,} then"
    confirm(
        [
            f"{table} of {env}: back to snapshot {to} of {target.committed_at:%Y-%m-%d %H:%M:%S} UTC ({rows}).",
            f"No file is deleted: snapshot {state.current_snapshot_id} can be put back in the same way.",
            "The next run of ETL-2 makes the table equal to the newest run again.",
        ],
        yes=yes,
    )
    set_current_snapshot(platform, dataset, state, to)
    if as_json:
        print_json(_put_back(table, state.current_snapshot_id, target))
    else:
        output().print(f"{table}: readers see snapshot {to}, {target.rows:,} rows.", soft_wrap=True)
    return Exit.WELL


def _put_back(table: str, before: int | None, target: PastState) -> dict[str, object]:
    return {"table": table, "from": before, "to": target.snapshot_id, "rows": target.rows}


def _past(states: tuple[PastState, ...], snapshot_id: int, env: str, table: str) -> PastState:
    found = next((each for each in states if each.snapshot_id == snapshot_id), None)
    if found is None:
        message = f"{table} has no snapshot {snapshot_id}, or has it no more."
        raise usage(message, f"python -m ops history --env {env} --table {table} lists those that there are.")
    if found.branches:
        message = f"Snapshot {snapshot_id} is on the branch {', '.join(found.branches)}: readers never saw it."
        raise usage(message, f"Take one that python -m ops history --env {env} --table {table} lists without a branch.")
    return found


@ends
def schema(*, env: Env, yes: Yes = False, as_json: Json = False) -> Exit:
    """Bring the tables' columns to the contract's.

    ETL-2 does so at each start; this shows what differs from this checkout's contract, and starts it now. The deployed
    code must be of the same contract.

    \b
    Example: python -m ops schema --env prod
    """
    platform = platform_of(env)
    found = _all_differences(platform)
    if not found:
        if as_json:
            print_json({"changed": [], "left": []})
        else:
            output().print("All tables have the contract's columns: nothing to do.")
        return Exit.WELL
    engine = transform_engine(platform)
    confirm([*found, f"{engine.etl}: start {engine.name} in {env}."], yes=yes)
    with following() as follower:
        execute(platform, engine, {}, follower)
    left = _all_differences(platform)
    if as_json:
        print_json({"changed": [text for text in found if text not in left], "left": left})
    else:
        output().print(f"{len(found) - len(left)} of {len(found)} changes are made.")
    if left:
        message = f"Still not as in this checkout's contract: {'; '.join(left)}."
        raise attention(message, f"Is this commit deployed? {platform.deploy}")
    return Exit.WELL


def _all_differences(platform: Platform) -> list[str]:
    tables = platform.environment.contract.tables
    return [text for dataset in tables for text in differences(platform, table_state(platform, dataset), dataset)]


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
