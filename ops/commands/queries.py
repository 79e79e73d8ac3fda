r"""Commands that ask the data: query, rejects, replay."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.serving import named_queries_of
from envs.selection import ENVIRONMENTS
from ops import days, exports, queries
from ops import rejects as rejected
from ops.commands.options import Day, Env, Json, Yes, ends, platform_of
from ops.exits import Exit
from ops.prices import LIST_PRICES
from ops.show import queries as show_queries
from ops.show import rejects as show_rejects
from ops.show.asking import confirm
from ops.show.progress import following
from ops.show.screen import document, notices, output, print_json, table
from ops.statements import check_only_reads

if TYPE_CHECKING:
    from contract.views import NamedQuery

Examples = Annotated[int, typer.Option("--examples", min=0, metavar="N", help="So many examples of each.")]


def _names(context: typer.Context, incomplete: str) -> list[str]:
    """Return the named queries to choose from: of the environment that is on the command line, else of all."""
    env = context.params.get("env")
    chosen = [ENVIRONMENTS[env]] if env in ENVIRONMENTS else ENVIRONMENTS.values()
    names = {query.name for environment in chosen for query in named_queries_of(environment.contract)}
    return sorted(name for name in names if name.startswith(incomplete))


@ends
def query(
    *,
    sql: Annotated[
        str, typer.Argument(help="SQL in quotes, or a named query; without it these are listed.", autocompletion=_names)
    ] = "",
    env: Env,
    rows: Annotated[int, typer.Option("--rows", min=1, metavar="N", help="So many rows are shown.")] = 100,
    file: Annotated[
        Path | None, typer.Option("--output", metavar="FILE.csv|FILE.parquet", help="All rows into a file instead.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Run a statement that may change or delete something.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Ask Athena: SQL, or a named query by its name.

    In the environment's own workgroup. Without SQL, the named queries are listed. Statements that do not only read
    are refused without --write, and with it you are asked first.

    Files are for you alone (mode 600). In a CSV, text that a spreadsheet would take for a formula gets an apostrophe in
    front; a Parquet file holds it as it is.

    \b
    Example: python -m ops query --env prod "SELECT count(*) FROM conversations"
             python -m ops query --env prod failed_checks --output failed.csv
    """
    contract = ENVIRONMENTS[env].contract
    if not sql:
        return _list_named(named_queries_of(contract), as_json=as_json)
    statement, target = queries.sql_of(sql, contract), exports.checked_target(file) if file else None
    if write:
        confirm([f"In {env}: {statement}"], yes=yes)
    else:
        check_only_reads(statement)
    started = queries.Query(platform_of(env), statement)
    try:
        with following(in_lines=False) as follower:
            done = started.wait(lambda state, scanned: follower.beat(f"{state} {show_queries.size(scanned)} scanned"))
    except KeyboardInterrupt:
        started.stop()
        raise
    columns = started.columns()
    found = started.rows(columns)
    price = LIST_PRICES.athena(done.scanned_bytes)
    if target:
        count = exports.write(target, columns, found)
        told = {**document(done), "dollars": price, "file": str(target), "rows": count}
    else:
        shown = list(itertools.islice(found, rows + 1))
        kept, more = shown[:rows], len(shown) > rows
        names = [column.name for column in columns]
        told = {**document(done), "dollars": price, "columns": names, "rows": kept, "more": more}
    if as_json:
        print_json(told)
        return Exit.WELL
    if target:
        output().print(f"{count:,} rows in {target}", soft_wrap=True)
    else:
        show_queries.show(columns, kept, output(), more=more)
    show_queries.show_execution(done, notices())
    return Exit.WELL


def _list_named(named: Iterable[NamedQuery], *, as_json: bool) -> Exit:
    if as_json:
        print_json({query.name: query.description for query in named})
        return Exit.WELL
    made = table("named query", "what it answers")
    for each in named:
        made.add_row(each.name, each.description)
    output().print(made)
    return Exit.WELL


@ends
def rejects(
    *,
    env: Env,
    dt: Day = "",
    examples: Examples = 2,
    items: Annotated[bool, typer.Option("--items", help="Show the items themselves: people's own words.")] = False,
    as_json: Json = False,
) -> Exit:
    """What ETL-1 rejected, and why.

    In its newest run, or the newest of a day: the rule's code, the place in the item, its key. The whole reason and
    the item are shown only with --items, for they hold people's own words.

    \b
    Example: python -m ops rejects --env prod --dt 2026-01-31
    """
    platform = platform_of(env)
    summary = rejected.run_of(platform, days.any_day(dt) if dt else None)
    found = rejected.count(summary, rejected.rejected_items(platform, summary, whole=items), examples)
    if as_json:
        print_json(show_rejects.told(found, items=items))
    else:
        show_rejects.show(found, output(), items=items)
    return Exit.WELL


@ends
def replay(*, env: Env, dt: Day = "", examples: Examples = 2, as_json: Json = False) -> Exit:
    """After a fix: which rejected items would be accepted?

    By the rules of this checkout, not of what is deployed. Nothing is written.

    \b
    Example: python -m ops replay --env prod --dt 2026-01-31
    """
    platform = platform_of(env)
    summary = rejected.run_of(platform, days.any_day(dt) if dt else None)
    items = rejected.rejected_items(platform, summary, whole=True)
    found = rejected.replay(summary, items, rejected.normalizer_of(platform.environment), examples)
    if as_json:
        print_json({**document(found), "accepted_total": found.accepted_total})
    else:
        show_rejects.show_replay(found, env, platform.names.normalize_stack, output())
    return Exit.WELL
