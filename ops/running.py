"""One day from the source to the tables: ETL-1, the wait for ETL-2, and whether both agree in the end."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timezone
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from glue_src.catalog import SOURCE_RUN_ID
from modules.contract.runs import RunSummary, RunSummaryError
from modules.contract.settings import EventKey
from ops.aws_errors import is_absence
from ops.engines import extract_engine, last_runs, transform_engine
from ops.execution import execute, failure
from ops.exits import Exit, OpsError, attention
from ops.runs import recent_runs
from ops.tables import rows_in

if TYPE_CHECKING:
    from datetime import date

    from ops.execution import Watch
    from ops.platform import Platform

_POLL_SECONDS: Final = 3.0


@dataclass(frozen=True)
class TableRows:
    """One table of a day: the rows that the run wrote, and those that the catalog says the table has of it."""

    name: str
    written: int
    registered: int | None


@dataclass(frozen=True)
class DayRun:
    """A run and what became of it. ``curated_from`` is the run whose rows readers see; None where nobody waited."""

    summary: RunSummary
    dry_run: bool
    seconds: float
    curated_from: str | None = None
    curated_seconds: float | None = None
    tables: tuple[TableRows, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Where run and tables disagree; a day that a newer run has taken has nothing to say of this one."""
        missing = self.summary.items.unaccounted
        counted = [f"{missing} of {self.summary.items.scanned} scanned items went nowhere"] if missing else []
        if self.curated_from != self.summary.run_id:
            return tuple(counted)
        tables = [
            f"{table.name} has {table.registered} rows, the run wrote {table.written}"
            for table in self.tables
            if table.registered != table.written
        ]
        return (*counted, *tables)


def event_of(day: date | None, *, dry_run: bool) -> dict[str, Any]:
    """Return ETL-1's event for a day; None leaves the day to the run."""
    event: dict[str, Any] = {} if day is None else {EventKey.DT: day.isoformat()}
    return {**event, EventKey.DRY_RUN: True} if dry_run else event


def extract(platform: Platform, event: dict[str, Any], watch: Watch) -> DayRun:
    """Run ETL-1 to its end.

    Raises:
        OpsError: it failed, or left no summary.
    """
    engine = extract_engine(platform)
    before = {run.run_id for run in recent_runs(platform.clean_zone, 1).complete}
    ended = execute(platform, engine, event, watch)
    dry_run = bool(event.get(EventKey.DRY_RUN, False))
    summary = _summary_in(ended.document)
    if summary is None and not dry_run:
        # A job's log comes late; what it published does not.
        newest = recent_runs(platform.clean_zone, 1).newest
        summary = newest if newest is not None and newest.run_id not in before else None
    if summary is None:
        message = f"{engine.name} ended well, and neither its answer nor the clean zone tells of a run."
        raise attention(message, f"See python -m ops logs normalize --env {platform.names.env}.")
    return DayRun(summary, dry_run, ended.seconds)


def _summary_in(document: dict[str, Any]) -> RunSummary | None:
    if not document:
        return None
    try:
        return RunSummary.from_json(json.dumps(document))
    except RunSummaryError as error:
        message = f"ETL-1 answered with something else than a summary: {error}"
        raise attention(message, "Deploy it again.") from error


def await_tables(platform: Platform, run: DayRun, most_seconds: float, watch: Watch) -> DayRun:
    """Wait until ETL-2 has registered the run in all tables, and return the run with what they hold.

    Raises:
        OpsError: ETL-2 failed, quarantined the run, or did not end in time.
    """
    started = time.monotonic()
    state = _Wait(platform, run.summary)
    while True:
        source = state.source_run()
        if source is not None and source >= run.summary.run_id:
            break
        waiting_for = state.look()
        watch.beat(waiting_for)
        waited = time.monotonic() - started
        if waited > most_seconds:
            raise _too_late(platform, run.summary, most_seconds, waiting_for)
        time.sleep(min(_POLL_SECONDS, max(0.1, most_seconds - waited)))
    return DayRun(run.summary, run.dry_run, run.seconds, source, time.monotonic() - started, state.tables())


class _Wait:
    """What is known, at each look, of ETL-2's work on one run."""

    def __init__(self, platform: Platform, summary: RunSummary) -> None:
        self._platform = platform
        self._summary = summary
        self._datasets = platform.environment.contract.datasets
        self._engine = transform_engine(platform)

    def source_run(self) -> str | None:
        """Return the run that all tables have the day from, or None."""
        runs = {self._parameters(dataset.name).get(SOURCE_RUN_ID) for dataset in self._datasets}
        return runs.pop() if len(runs) == 1 else None

    def tables(self) -> tuple[TableRows, ...]:
        """Return the rows of the day's tables."""
        return tuple(
            TableRows(dataset.name, self._summary.rows_of(dataset.name), rows_in(self._parameters(dataset.name)))
            for dataset in self._datasets
        )

    def look(self) -> str:
        """Return what is being waited for.

        Raises:
            OpsError: nothing more is to be waited for.
        """
        summary, env = self._summary, self._platform.names.env
        if not self._platform.curated_zone.without_quarantined(summary.dt, [summary.run_id]):
            message = (
                f"Run {summary.run_id} of {summary.dt} failed a check: it is quarantined, readers see what they saw."
            )
            raise attention(
                message,
                f"python -m ops query --env {env} failed_checks says which; docs/runbook.md, A run was quarantined.",
            )
        last = last_runs(self._platform, self._engine, summary.finished_at).last
        # Glue's instants are whole seconds.
        begun = self._summary.finished_at.astimezone(timezone.utc).replace(microsecond=0)
        if last is None or last.started_at < begun:
            return f"no run of {self._engine.name} has begun since the run arrived"
        if last.failed:
            raise failure(self._platform, self._engine, f"{last.state} {last.error}".strip())
        return f"{self._engine.name} is {last.state}, and the tables do not have run {summary.run_id} yet"

    def _parameters(self, table: str) -> dict[str, str]:
        try:
            partition = self._platform.glue.get_partition(
                DatabaseName=self._platform.environment.etl.catalog.database_name,
                TableName=table,
                PartitionValues=[self._summary.dt.isoformat()],
            )["Partition"]
        except ClientError as error:
            if not is_absence(error):
                raise
            return {}
        return partition.get("Parameters", {})


def _too_late(platform: Platform, summary: RunSummary, seconds: float, waiting_for: str) -> OpsError:
    env = platform.names.env
    return OpsError(
        Exit.NOT_IN_TIME,
        f"Run {summary.run_id} of {summary.dt} is not in the tables after {seconds:.0f} s: {waiting_for}.",
        f"Nothing is lost: python -m ops status --env {env} shows it; python -m ops curate --env {env} starts ETL-2.",
    )
