"""The curated tables: readable, in step with the contract and with each other, as fresh as the schedule promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from glue_src.exceptions import TableError, TableFileError, TableMissingError
from glue_src.schema import schema_faults
from glue_src.tables import TableState
from ops.checks.findings import ATTENTION, OK, STALE, Check, Effect, Examination, Finding, files_of
from ops.checks.lateness import missing_since, seen_run
from ops.databases import Database, has_database
from ops.remedies import followed_by, remedy_for
from ops.schemas import differences
from ops.wording import language


def tables(examined: Examination) -> Iterator[Finding]:
    """Say whether every table is there and its metadata is readable, and whether it lies where ETL-2 writes."""
    wrong = False
    for database in examined.databases:
        for finding in _tables_of(examined, database):
            wrong = True
            yield finding
    if not wrong:
        names = " and ".join(database.name for database in examined.databases)
        yield Finding("tables", OK, f"{len(examined.looked_at)} in {names}, their metadata is readable")


def _tables_of(examined: Examination, database: Database) -> Iterator[Finding]:
    platform = examined.platform
    found = {dataset: examined.looked_at[database, dataset] for dataset in database.tables}
    errors = [each for each in found.values() if isinstance(each, TableError)]
    if any(isinstance(error, TableMissingError) for error in errors) and not has_database(platform, database.name):
        remedy = followed_by(platform.deploy, examined.command("restore"))
        said = f"the database {database.name} does not exist"
        yield Finding("tables", ATTENTION, said, remedy, tuple(map(str, errors)))
        return
    for error in errors:
        told = examined.unreadable("tables", error)
        yield replace(told, explains=(*told.explains, str(error)), effect=None)
    for dataset, state in found.items():
        wanted = platform.bucket.uri(database.zones.table_prefix(dataset)).rstrip("/")
        if isinstance(state, TableState) and state.location != wanted:
            remedy = (
                "was it registered by hand, or its metadata file overwritten? docs/state.md, Tables and their files"
            )
            said = f"{database.called(dataset)} lies at {state.location}, not at {wanted}"
            yield Finding("tables", ATTENTION, said, remedy)


def columns(examined: Examination) -> Iterator[Finding]:
    """Say whether the tables have the contract's columns."""
    wrong = False
    for dataset, state in examined.states.items():
        for fault in schema_faults(dataset, state):
            wrong = True
            remedy = "give it a new name and a new field id in the contract: ETL-2 publishes nothing before"
            yield Finding("columns", ATTENTION, f"{dataset.name}: {fault}", remedy)
        for text in differences(examined.platform, state, dataset):
            wrong = True
            yield Finding("columns", ATTENTION, f"not as in the contract: {text}", examined.command("schema"))
    if not wrong:
        yield Finding("columns", OK, "those of the contract")


def agreement(examined: Examination) -> Iterator[Finding]:
    """Say whether all tables are as the newest recorded run left them."""
    recorded = examined.recorded
    if recorded is None:
        yield Finding("agreement", OK, "no run is recorded yet")
        return
    left = {row.dataset: row.snapshot_id for row in examined.recorded_rows if row.run_id == recorded.run_id}
    moved = False
    for dataset in examined.contract.datasets:
        state = examined.states.get(dataset)
        # A compaction writes the same rows anew.
        if state is None or left.get(dataset.name) in {state.current_snapshot_id, state.contents and state.contents.id}:
            continue
        moved = True
        known = left.get(dataset.name)
        said = f"{dataset.name} is at snapshot {state.current_snapshot_id}, run {recorded.run_id} left {known}"
        remedy = (
            f"rolled back, or another program wrote; the next night repairs it, and {examined.command('curate')} now"
        )
        yield Finding("agreement", ATTENTION, said, remedy)
    if not moved:
        yield Finding("agreement", OK, f"all tables are as run {recorded.run_id} of {recorded.dt} left them")


def files(examined: Examination) -> Iterator[Finding]:
    """Say whether all files of the tables' present states are there as they were written."""
    # So does a run of ETL-2 end that meets such a file.
    failed, _ = remedy_for("ETL-2", TableFileError.__name__, examined.platform)
    for (database, dataset), faults in examined.file_faults.items():
        name = database.called(dataset)
        for option in sorted({fault.option for fault in faults}):
            some = [fault for fault in faults if fault.option == option]
            since = min((fault.since for fault in some if fault.since), default=None)
            again = f"restore {option} {since:%Y-%m-%dT%H:%M:%SZ}" if since else f"rebuild --table {dataset.name}"
            remedy = f"{examined.command(again)} (runbook: A table is damaged)"
            more = f", and {len(some) - 1:,} more of its files likewise" if some[1:] else ""
            said = f"{name}: {some[0].said}{more}; queries that read it fail"
            yield Finding("files", ATTENTION, said, remedy, (files_of(name), failed))
    if not examined.file_faults:
        yield Finding("files", OK, "all that the tables name are there, as they were written")


def freshness(examined: Examination) -> Iterator[Finding]:
    """Say which run analysts see, and whether it is the last that the schedule promises."""
    recorded = examined.recorded
    if recorded is None:
        said, again = "no run is in the tables yet", examined.command("run")
        yield Finding("freshness", ATTENTION, said, again, (STALE,), Effect.NOT_SEEN)
        return
    said = seen_run(recorded, language("en"))
    due = missing_since(examined, recorded)
    if due is None:
        yield Finding("freshness", OK, said)
    else:
        late = f"the schedule's run of {due:%Y-%m-%d %H:%M} UTC is missing: {said}"
        yield Finding("freshness", ATTENTION, late, examined.command("run"), (STALE,), Effect.NOT_SEEN)


CHECKS = (
    Check("tables", ("A table is damaged", "Athena Query Errors"), tables, urgent=True),
    Check("files", ("A table is damaged",), files, urgent=True),
    Check("columns", ("Crawler Not Detecting Schema",), columns),
    Check("agreement", ("Is everything well?",), agreement),
    Check("freshness", ("Is everything well?", "No fresh data"), freshness, urgent=True),
)
