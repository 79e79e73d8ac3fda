"""The curated tables: readable, in step with the contract and with each other, as fresh as the schedule promises."""

from __future__ import annotations

from collections.abc import Iterator

from glue_src.exceptions import TableError
from glue_src.schema import schema_faults
from ops.checks.findings import ATTENTION, OK, Check, Examination, Finding
from ops.checks.lateness import missing_since, seen_run
from ops.databases import databases_of
from ops.schemas import differences
from ops.whole import file_faults


def tables(examined: Examination) -> Iterator[Finding]:
    """Say whether every table is there and its metadata is readable, and whether it lies where ETL-2 writes."""
    platform, etl = examined.platform, examined.platform.environment.etl
    wrong = False
    for dataset in examined.contract.tables:
        try:
            state = examined.state(dataset)
        except TableError as error:
            wrong = True
            yield examined.unreadable("tables", error)
            continue
        wanted = platform.bucket.uri(etl.table_zones.table_prefix(dataset)).rstrip("/")
        if state.location != wanted:
            wrong = True
            remedy = (
                "was it registered by hand, or its metadata file overwritten? docs/state.md, Tables and their files"
            )
            yield Finding("tables", ATTENTION, f"{dataset.name} lies at {state.location}, not at {wanted}", remedy)
    if not wrong:
        said = f"{len(examined.contract.tables)} in {etl.catalog.database_name}, their metadata is readable"
        yield Finding("tables", OK, said)


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
    wrong = False
    full = next(databases_of(examined.platform.environment))
    for dataset, state in examined.states.items():
        for fault in file_faults(examined.platform, full, dataset, state):
            wrong = True
            since = f"{fault.since:%Y-%m-%dT%H:%M:%SZ}" if fault.since else ""
            again = f"restore {fault.option} {since}" if fault.option else f"rebuild --table {dataset.name}"
            remedy = f"{examined.command(again)} (runbook: A table is damaged)"
            yield Finding("files", ATTENTION, f"{dataset.name}: {fault.said}; queries that read it fail", remedy)
    if not wrong:
        yield Finding("files", OK, "all that the tables name are there, as they were written")


def freshness(examined: Examination) -> Iterator[Finding]:
    """Say which run analysts see, and whether it is the last that the schedule promises."""
    recorded = examined.recorded
    if recorded is None:
        yield Finding("freshness", ATTENTION, "no run is in the tables yet", examined.command("run"))
        return
    said = seen_run(recorded)
    due = missing_since(examined, recorded)
    if due is None:
        yield Finding("freshness", OK, said)
    else:
        late = f"{said}; the schedule's run of {due:%Y-%m-%d %H:%M} UTC is missing"
        yield Finding("freshness", ATTENTION, late, examined.command("run"))


CHECKS = (
    Check("tables", ("A table is damaged", "Athena Query Errors"), tables, urgent=True),
    Check("files", ("A table is damaged",), files, urgent=True),
    Check("columns", ("Crawler Not Detecting Schema",), columns),
    Check("agreement", ("Is everything well?",), agreement),
    Check("freshness", ("Is everything well?", "No fresh data"), freshness, urgent=True),
)
