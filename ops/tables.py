"""The curated tables: their newest day, where it came from, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from glue_src.catalog import ROW_COUNT, SOURCE_RUN_ID
from glue_src.exceptions import IncompleteRunError
from modules.contract.layout import business_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from glue_src.catalog import CatalogSnapshot
    from ops.platform import Platform


@dataclass(frozen=True)
class TableState:
    """One table: how many days it holds and what its newest is. ``days_behind`` counts from today's business day."""

    name: str
    days: int
    newest_dt: date | None
    rows: int | None
    source_run_id: str
    days_behind: int | None


#: So many of the newest days are looked at for runs that readers do not see.
_NEWEST_DAYS: Final = 14
#: A run takes so long into the tables when nothing is wrong: events are collected, workers started, a day is written.
ON_ITS_WAY: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class UncuratedRun:
    """A day whose newest run readers do not see; ``quarantined`` where a failed check is why."""

    dt: date
    run_id: str
    curated_run_id: str | None
    quarantined: bool

    def is_late(self, now: datetime) -> bool:
        """Whether the run should have been in the tables by now; a quarantined one never will be."""
        return self.quarantined or now - instant_of_run(self.run_id) > ON_ITS_WAY


def instant_of_run(run_id: str) -> datetime:
    """Return the instant at which a run began, by its id."""
    return datetime.strptime(run_id.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=timezone.utc)


def table_states(snapshot: CatalogSnapshot, today: date) -> tuple[TableState, ...]:
    """Return the state of every table that analysts read, as the catalog tells it."""
    return tuple(_state(snapshot, dataset.name, today) for dataset in snapshot.contract.datasets)


def _state(snapshot: CatalogSnapshot, name: str, today: date) -> TableState:
    partitions = snapshot.partitions[name]
    if not partitions:
        return TableState(name, 0, None, None, "", None)
    newest = max(partitions)
    parameters = partitions[newest]
    return TableState(
        name,
        len(partitions),
        newest,
        rows_in(parameters),
        parameters.get(SOURCE_RUN_ID, ""),
        (today - newest).days,
    )


def rows_in(parameters: Mapping[str, str]) -> int | None:
    """Return the rows of a partition as its parameters tell them, or None."""
    rows = parameters.get(ROW_COUNT, "")
    return int(rows) if rows.isdigit() else None


def uncurated_runs(platform: Platform, snapshot: CatalogSnapshot) -> tuple[UncuratedRun, ...]:
    """Return those of the newest days whose newest run is not in the tables, newest day first.

    Incomplete runs do not count: ETL-2 passes them over.
    """
    runs = sorted(platform.clean_zone.runs_by_day().items(), reverse=True)[:_NEWEST_DAYS]
    found = (_uncurated(platform, day, run_ids, snapshot.source_run(day)) for day, run_ids in runs)
    return tuple(run for run in found if run is not None)


def _uncurated(platform: Platform, day: date, run_ids: Sequence[str], curated: str | None) -> UncuratedRun | None:
    """Return the newest run of a day that ETL-2 would take, or has quarantined, unless the tables have it."""
    for run_id in run_ids:
        if curated is not None and run_id <= curated:
            return None
        if not platform.curated_zone.without_quarantined(day, [run_id]):
            return UncuratedRun(day, run_id, curated, quarantined=True)
        try:
            platform.clean_zone.complete_run(day, run_id)
        except IncompleteRunError:
            continue
        return UncuratedRun(day, run_id, curated, quarantined=False)
    return None


def today_of(platform: Platform, now: datetime) -> date:
    """Return the business day of ``now`` in the environment's own time zone."""
    return business_day(now, platform.environment.normalize.extract.time_zone)
