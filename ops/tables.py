"""The curated tables as the catalog and their metadata files tell them, and whether the newest run is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Final

from botocore.exceptions import ClientError

from contract.datasets import RUNS, Dataset
from contract.layout import CleanObject, business_day, parse_day, run_instant
from contract.runs import RunSummary
from glue_src.exceptions import IncompleteRunError, TableError
from glue_src.plan import change_of, removals
from glue_src.tables import TableState, read_table
from ops import arrival
from ops.aws_errors import is_local
from ops.engines import event_time, last_runs, transform_engine
from ops.invocations import RUNNING
from ops.platform import Platform
from ops.runs import listed_runs

#: As ETL-2 has it: how far ahead a run's own clock may be.
_CLOCK_TOLERANCE: Final = timedelta(hours=1)


@dataclass(frozen=True)
class TableView:
    """One table in a few words. ``fault`` says why it cannot be read; all else is empty then.

    ``run_id`` and ``business_day`` are those of the run whose rows were written last: a run that changes nothing leaves
    a table as it is. They are None where another program wrote the rows.
    """

    name: str
    rows: int | None = None
    snapshot_id: int | None = None
    committed_at: datetime | None = None
    run_id: str | None = None
    business_day: str | None = None
    snapshots: int = 0
    fault: str = ""


@dataclass(frozen=True)
class RecordedRun:
    """The newest run that is in the tables, and since when. ``age`` counts days from today's business day."""

    run_id: str
    dt: date
    recorded_at: datetime
    snapshot_id: int

    def age(self, today: date) -> int:
        """Return how many days the run's business day is before ``today``."""
        return (today - self.dt).days


class Unpublished(Enum):
    """Why readers do not see a run."""

    ON_ITS_WAY = "on its way"
    #: ETL-2 has not begun in time, or ended without it.
    LATE = "late"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    HELD = "held"
    #: It was made before somebody was erased.
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class UnpublishedRun:
    """The newest complete run, where the tables do not hold it yet.

    ``removals`` say why it is held, ``why`` says why it is late or failed, or which checks it failed.
    """

    run_id: str
    dt: date
    state: Unpublished
    removals: tuple[str, ...] = ()
    why: str = ""


def is_of_future(run_id: str, now: datetime) -> bool:
    """Tell whether a run began so far ahead of ``now`` that ETL-2 ignores it."""
    return run_instant(run_id) > now + _CLOCK_TOLERANCE


def today_of(platform: Platform, now: datetime) -> date:
    """Return the business day of ``now`` in the environment's own time zone."""
    return business_day(now, platform.environment.normalize.extract.time_zone)


def table_state(platform: Platform, dataset: Dataset) -> TableState:
    """Return the present state of a table.

    Raises:
        TableError: it is not there, or its metadata file is missing or damaged.
    """
    return read_table(platform.glue, platform.s3, platform.environment.etl.catalog.database_name, dataset.name)


def table_view(dataset: Dataset, read: Callable[[Dataset], TableState]) -> TableView:
    """Return a table as ``read`` finds it; one that cannot be read, with the reason."""
    try:
        state = read(dataset)
    except TableError as error:
        return TableView(dataset.name, fault=error.said)
    current = state.current
    return TableView(
        name=dataset.name,
        rows=state.rows,
        snapshot_id=state.current_snapshot_id,
        committed_at=current.committed_at if current else None,
        run_id=state.run_id,
        business_day=state.business_day,
        snapshots=len(state.snapshots),
    )


def recorded_run(platform: Platform) -> RecordedRun | None:
    """Return the newest run that ETL-2 has recorded, or None if there is none.

    Raises:
        TableError: the table ``runs`` cannot be read.
    """
    return run_recorded_in(table_state(platform, RUNS))


def run_recorded_in(runs: TableState) -> RecordedRun | None:
    """Return the newest run that the table ``runs`` records, or None if there is none."""
    found = runs.contents
    if found is None or found.run_id is None or found.business_day is None:
        return None
    return RecordedRun(found.run_id, parse_day(found.business_day), found.committed_at, found.id)


def unpublished_run(
    platform: Platform, recorded: RecordedRun | None, now: datetime, listed: Sequence[CleanObject] | None = None
) -> UnpublishedRun | None:
    """Return the newest complete run if it is newer than what the tables hold. ``now`` is time-zone aware.

    ``listed`` are the clean zone's runs, newest first, where they are known already.

    Raises:
        TableError: a table cannot be read.
    """
    for run in _until(now, listed_runs(platform.clean_zone) if listed is None else listed):
        if recorded is not None and run.run_id <= recorded.run_id:
            return None
        if platform.is_quarantined(run.run_id):
            return UnpublishedRun(
                run.run_id, run.day, Unpublished.QUARANTINED, why=_failed_checks(platform, run.run_id)
            )
        try:
            summary = platform.clean_zone.complete_run(run.day, run.run_id)
        except IncompleteRunError:
            continue
        if summary.tombstones != platform.clean_zone.honoured_now:
            return UnpublishedRun(run.run_id, run.day, Unpublished.SUPERSEDED)
        held = removals_of(platform, summary)
        if held:
            return UnpublishedRun(run.run_id, run.day, Unpublished.HELD, held)
        state, why = _whereabouts(platform, summary, now)
        return UnpublishedRun(run.run_id, run.day, state, why=why)
    return None


def _failed_checks(platform: Platform, run_id: str) -> str:
    """Return which checks a run failed; nothing where its mark cannot be read: that it is there says enough."""
    try:
        return "; ".join(platform.failed_checks(run_id))
    except ClientError as error:
        if not is_local(error):
            raise
    except ValueError:
        pass
    return ""


def _whereabouts(platform: Platform, summary: RunSummary, now: datetime) -> tuple[Unpublished, str]:
    """Return whether ETL-2 is about to publish a run, at work or still to be started, and if not, why."""
    engine = transform_engine(platform)
    runs, arrived = last_runs(platform, engine, now), summary.finished_at.astimezone(UTC)
    last, begun = runs.last, runs.begun_since(arrived)
    if begun is not None and begun.failed:
        return Unpublished.FAILED, f"{engine.name} {begun.state} at {begun.started_at:%Y-%m-%d %H:%M} UTC"
    if last is not None and last.state == RUNNING:
        return Unpublished.ON_ITS_WAY, ""
    # An arrival that nothing passes on is never told again, however young it is.
    if now - arrived <= event_time(platform) and (begun is not None or not arrival.is_cut(platform)):
        return Unpublished.ON_ITS_WAY, ""
    if begun is None:
        return Unpublished.LATE, f"{engine.name} has not run since it arrived at {arrived:%Y-%m-%d %H:%M} UTC"
    return Unpublished.LATE, f"{engine.name}, begun at {begun.started_at:%Y-%m-%d %H:%M} UTC, ended without it"


def publishable_run(platform: Platform, now: datetime) -> RunSummary | None:
    """Return the run that ETL-2 would take, or None where the clean zone has none as new as what the tables hold.

    Raises:
        TableError: the table ``runs`` cannot be read.
    """
    recorded = recorded_run(platform)
    for run in _until(now, listed_runs(platform.clean_zone)):
        if recorded is not None and run.run_id < recorded.run_id:
            return None
        if platform.is_quarantined(run.run_id):
            continue
        with suppress(IncompleteRunError):
            summary = platform.clean_zone.complete_run(run.day, run.run_id)
            if summary.tombstones == platform.clean_zone.honoured_now:
                return summary
    return None


def _until(now: datetime, listed: Iterable[CleanObject]) -> list[CleanObject]:
    """Return the runs without those of the future: ETL-2 ignores them."""
    return [run for run in listed if not is_of_future(run.run_id, now)]


def removals_of(platform: Platform, summary: RunSummary) -> tuple[str, ...]:
    """Return why ETL-2 holds a run: from which tables it would remove too many rows, and how many.

    Raises:
        TableError: a table cannot be read.
    """
    if summary.accept_removal:
        return ()
    changes = [
        change_of(dataset, summary, table_state(platform, dataset), rebuild=False)
        for dataset in platform.environment.contract.datasets
    ]
    return tuple(map(str, removals(changes, platform.environment.etl.transform.max_removed_ratio)))
