"""One run from the source to the tables: ETL-1, the wait for ETL-2, and whether both agree in the end."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from contract.runs import RunSummary, RunSummaryError
from contract.settings import EventKey
from ops.enginelog import EngineLog
from ops.engines import EngineRun, EngineState, event_time, extract_engine, last_runs, transform_engine
from ops.execution import Watch, execute, failure, start
from ops.exits import Exit, OpsError, attention
from ops.invocations import RUNNING
from ops.platform import Platform
from ops.runs import recent_runs
from ops.tables import Unpublished, recorded_run, table_state, unpublished_run

_POLL_SECONDS: Final = 3.0


@dataclass(frozen=True)
class TableRows:
    """One table: the rows that the run wrote, and those that the table holds."""

    name: str
    written: int
    held: int


@dataclass(frozen=True)
class MadeRun:
    """A run and what became of it. ``published`` is the run whose rows readers see; None where nobody waited.

    ``started_by_hand`` says that no event started ETL-2, so that it was started for this run.
    """

    summary: RunSummary
    dry_run: bool
    seconds: float
    published: str | None = None
    published_seconds: float | None = None
    tables: tuple[TableRows, ...] = ()
    started_by_hand: bool = False

    @property
    def faults(self) -> tuple[str, ...]:
        """Where run and tables disagree; tables that hold a newer run have nothing to say of this one."""
        missing = self.summary.items.unaccounted
        counted = [f"{missing} of {self.summary.items.scanned} scanned items went nowhere"] if missing else []
        if self.published != self.summary.run_id:
            return tuple(counted)
        tables = [
            f"{table.name} has {table.held} rows, the run wrote {table.written}"
            for table in self.tables
            if table.held != table.written
        ]
        return (*counted, *tables)


class NoRunError(OpsError):
    """ETL-1 ended well, and left no run."""


def event_of(day: date | None, *, dry_run: bool = False, accept_removal: bool = False) -> dict[str, Any]:
    """Return ETL-1's event; None leaves the business day to the run."""
    event: dict[str, Any] = {} if day is None else {EventKey.DT: day.isoformat()}
    flags = {EventKey.DRY_RUN: dry_run, EventKey.ACCEPT_REMOVAL: accept_removal}
    return {**event, **{name: True for name, is_set in flags.items() if is_set}}


def extract(platform: Platform, event: dict[str, Any], watch: Watch) -> MadeRun:
    """Run ETL-1 to its end.

    Raises:
        NoRunError: it left no summary.
        OpsError: it failed.
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
        remedy = f"See {platform.command('logs normalize')}."
        raise NoRunError(Exit.ATTENTION, message, remedy)
    return MadeRun(summary, dry_run, ended.seconds)


def _summary_in(document: dict[str, Any]) -> RunSummary | None:
    if not document:
        return None
    try:
        return RunSummary.from_json(json.dumps(document))
    except RunSummaryError as error:
        message = f"ETL-1 answered with something else than a summary: {error}"
        raise attention(message, "Deploy it again.") from error


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long an event may take (None: :func:`event_time`); failures that say ``foreign`` are of other starts."""

    event_seconds: float | None = None
    foreign: str | None = None


USUAL: Final = Patience()


def await_tables(
    platform: Platform,
    run: MadeRun,
    most_seconds: float,
    watch: Watch,
    patience: Patience = USUAL,
) -> MadeRun:
    """Wait until ETL-2 has published the run and ended, its log followed; return the run with what the tables hold.

    Where no event has started ETL-2 in time, it is started. One that goes on after ``most_seconds`` is left alone if
    the tables have the run.

    Raises:
        OpsError: ETL-2 failed, held or quarantined the run, or did not publish it in time.
    """
    started, by_hand = time.monotonic(), False
    event_by = event_time(platform).total_seconds() if patience.event_seconds is None else patience.event_seconds
    engine = transform_engine(platform)
    log, heard = EngineLog(platform, engine, run.summary.finished_at), False
    while True:
        state = last_runs(platform, engine, run.summary.finished_at)
        begun, waiting_for = _look(platform, state, run.summary, patience.foreign)
        recorded, waited = recorded_run(platform), time.monotonic() - started
        for line in log.new_lines(state.runs):
            watch.line(line)
            heard = True
        if recorded is not None and recorded.run_id >= run.summary.run_id:
            if begun is None or begun.state != RUNNING or waited > most_seconds:
                break
            waiting_for = f"the run is published, and {engine.etl} goes on"
        elif waited > most_seconds:
            raise _too_late(platform, run.summary, most_seconds, waiting_for)
        elif begun is None and not by_hand and waited >= event_by:
            waiting_for, by_hand = f"{waiting_for}: starting it", True
            start(platform, engine, {})
        elif begun is None and heard and patience.foreign is None:
            # Its lines may come before the service says that it has begun.
            waiting_for = f"{engine.etl} is at work: {engine.name}"
        watch.beat(waiting_for)
        time.sleep(min(_POLL_SECONDS, max(0.1, most_seconds - waited)))
    tables = tuple(
        TableRows(dataset.name, run.summary.rows_of(dataset.name), table_state(platform, dataset).rows)
        for dataset in platform.environment.contract.datasets
    )
    seconds = time.monotonic() - started
    return replace(run, published=recorded.run_id, published_seconds=seconds, tables=tables, started_by_hand=by_hand)


def _look(
    platform: Platform, state: EngineState, summary: RunSummary, foreign: str | None
) -> tuple[EngineRun | None, str]:
    """Return the run of ETL-2 that has begun since the run arrived, if any, and what is being waited for.

    Raises:
        OpsError: nothing more is to be waited for.
    """
    if platform.is_quarantined(summary.run_id):
        message = f"Run {summary.run_id} of {summary.dt} failed a check: it is quarantined, readers see what they saw."
        remedy = f"{platform.command('query failed_checks')} says which; docs/runbook.md, A run was quarantined."
        raise attention(message, remedy)
    engine, begun = state.engine, state.begun_since(summary.finished_at)
    if begun is None:
        return None, f"{engine.etl} has not begun: {engine.name}"
    if begun.failed:
        failed = failure(platform, engine, f"{begun.state} {begun.error}".strip())
        if foreign is not None and foreign in failed.message:
            return None, f"the newest run of {engine.name} is a start that was meant to fail"
        raise failed
    return begun, f"{engine.etl} is {begun.state}: {engine.name}"


def _too_late(platform: Platform, summary: RunSummary, seconds: float, waiting_for: str) -> OpsError:
    left = unpublished_run(platform, recorded_run(platform), datetime.now(UTC))
    remedy = f"Nothing is lost: {platform.command('status')} shows it; {platform.command('curate')} starts ETL-2."
    if left is not None and left.state is Unpublished.HELD:
        remedy = (
            f"It is held: it would remove {', '.join(left.removals)}. If they are meant to go, "
            f"{platform.command('run --accept-removal')}."
        )
    return OpsError(
        Exit.NOT_IN_TIME,
        f"Run {summary.run_id} of {summary.dt} is not published after {seconds:.0f} s: {waiting_for}.",
        remedy,
    )
