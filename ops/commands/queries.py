r"""Commands that ask the data: query, rejects, replay."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from contract.nearest import did_you_mean
from contract.serving import named_queries_of
from contract.views import NamedQuery
from envs.asking import named_queries_for
from envs.selection import ENVIRONMENTS, unbound_environment
from envs.validation import ConfigurationError
from ops import days, exports, queries
from ops import rejects as rejected
from ops.commands.options import Day, Env, Json, Yes, ends, platform_of
from ops.exits import Exit, usage
from ops.prices import LIST_PRICES
from ops.queries import Column, Execution, Row
from ops.show import queries as show_queries
from ops.show import rejects as show_rejects
from ops.show.asking import confirm
from ops.show.progress import following
from ops.show.screen import document, notices, output, print_json
from ops.show.tables import print_table, table
from ops.statements import check_asks_no_view_for_the_past, check_only_reads, without_end
from ops.typed import snapshots_query

#: How rows are told on the standard output.
FORMS: Final = (show_queries.TABLE, show_queries.RECORDS, *exports.FORMATS)

Examples = Annotated[int, typer.Option("--examples", min=0, metavar="N", help="So many examples of each.")]


def _names(context: typer.Context, incomplete: str) -> list[str]:
    """Return the named queries to choose from: of the environment that is on the command line, else of all."""
    env = context.params.get("env")
    try:
        chosen = [unbound_environment(name, os.environ) for name in ([env] if env in ENVIRONMENTS else ENVIRONMENTS)]
    except ConfigurationError:
        # A shell that completes words is told nothing: the command itself says what is wrong.
        return []
    names = {query.name for environment in chosen for query in named_queries_of(environment.contract)}
    return sorted(name for name in names if name.startswith(incomplete))


@ends
def query(
    *,
    sql: Annotated[
        str, typer.Argument(help="SQL in quotes, or a named query; without it these are listed.", autocompletion=_names)
    ] = "",
    env: Env,
    name: Annotated[str, typer.Option("--name", metavar="QUERY", help="A named query.", autocompletion=_names)] = "",
    file: Annotated[
        str, typer.Option("--file", metavar="FILE.sql|-", help="SQL from a file, or from the standard input.")
    ] = "",
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="|".join(FORMS),
            autocompletion=lambda: [*FORMS],
            help="How rows are shown. Without it: a table, or records if too wide.",
        ),
    ] = "",
    rows: Annotated[int, typer.Option("--rows", min=1, metavar="N", help="So many rows are shown.")] = 100,
    target: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="All rows into a file: .csv, .json, .parquet or --format."),
    ] = None,
    workgroup: Annotated[
        str,
        typer.Option("--workgroup", metavar="NAME", help="The workgroup to ask in. Without it: the operators'."),
    ] = "",
    write: Annotated[
        bool, typer.Option("--write", help="Run a statement that may change or delete something.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Ask Athena: SQL, or a named query by its name.

    Without SQL, the named queries are listed. Analysts name their --workgroup, such as wg-cat-prod-analytics: they can
    read no answers of the operators'. In the everyday analysts' workgroup, tables are the pseudonymous ones. Listed are
    the named queries that the workgroup's people can run.

    Statements that do not only read are refused without --write, and with it you are asked first.

    NULL is a null, 'NULL' that text, nothing an empty text. Tables cut long texts and mark them with an ellipsis,
    records do not. With --format csv or json all rows go to the standard output.

    Files are for you alone (mode 600). In a CSV, text that a spreadsheet would take for a formula gets an apostrophe in
    front; JSON and Parquet hold it as it is.

    \b
    Example: python -m ops query --env prod "SELECT count(*) FROM conversations"
             python -m ops query --env prod --name failed_checks --output a.csv
             python -m ops query --env prod --file question.sql --format records
    """
    platform = platform_of(env)
    contract = platform.environment.contract
    group = queries.group_of(workgroup, platform.environment)
    named = named_queries_for(group, platform.environment)
    statement = queries.statement_of(sql, name, file, named)
    if statement is None:
        return _list_named(named, as_json=as_json)
    file_form = _file_form(target, form)
    statement = without_end(statement)
    check_asks_no_view_for_the_past(statement, contract, snapshots_query(env, workgroup))
    if write:
        confirm([f"In {env}: {statement}"], yes=yes)
    else:
        check_only_reads(statement)
    queries.check_is_athena(platform.environment, os.environ)
    started = queries.Query(platform, statement, group)
    try:
        with following(in_lines=False) as follower:
            done = started.wait(lambda state, scanned: follower.beat(f"{state} {show_queries.size(scanned)} scanned"))
    except KeyboardInterrupt:
        started.stop()
        raise
    columns = started.columns()
    _tell(done, columns, started.rows(columns), Telling(form, target, file_form, rows, as_json))
    return Exit.WELL


def _file_form(target: Path | None, form: str) -> str:
    if form and form not in FORMS:
        message = f"No format {form!r}."
        raise usage(message, f"Formats are {', '.join(FORMS)}{did_you_mean(form, FORMS) or '.'}")
    return exports.file_format(target, form)


class Telling(NamedTuple):
    """How an answer is told: in a form, or to a file of a format; so many rows on the screen, as a document or not."""

    form: str
    target: Path | None
    file_form: str
    rows: int
    as_json: bool


def _tell(done: Execution, columns: Sequence[Column], found: Iterator[Row], telling: Telling) -> None:
    said = {**document(done), "dollars": LIST_PRICES.athena(done.scanned_bytes)}
    if telling.target:
        replaced = " (replaced)" if telling.target.exists() else ""
        count = exports.write(telling.target, columns, found, telling.file_form)
        if telling.as_json:
            print_json({**said, "file": str(telling.target), "rows": count})
            return
        output().print(f"{count:,} rows in {telling.target}{replaced}", soft_wrap=True)
    elif telling.form in exports.WRITERS:
        exports.WRITERS[telling.form](sys.stdout, columns, found)
    else:
        shown = list(itertools.islice(found, telling.rows + 1))
        kept, more = shown[: telling.rows], len(shown) > telling.rows
        if telling.as_json:
            print_json({**said, "columns": [column.name for column in columns], "rows": kept, "more": more})
            return
        show_queries.show(columns, kept, output(), more=more, form=telling.form)
    show_queries.show_execution(done, notices())


def _list_named(named: Iterable[NamedQuery], *, as_json: bool) -> Exit:
    if as_json:
        print_json({query.name: query.description for query in named})
        return Exit.WELL
    made = table("named query", "what it answers", folds=("what it answers",))
    for each in named:
        made.add_row(each.name, each.description)
    print_table(made, output())
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
        show_rejects.show_replay(found, platform, output())
    return Exit.WELL
