"""ETL-1's runs as they lie in the clean zone, and how the newest compares with those before it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from glue_src.exceptions import IncompleteRunError
from sources.catia import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from glue_src.clean_zone import CleanZone
    from modules.contract.runs import RunSummary

#: So many runs make the trend: a week and the newest.
TREND_RUNS: Final = 8
#: A snapshot only grows, for nobody deletes items: a smaller share of the trend than this is worth a look.
_LEAST_SHARE: Final = 0.9
#: Rejected items of all scanned: so many times the trend's share is worth a look, from so great a share on.
_MOST_TIMES_REJECTED: Final = 2.0
_NOTICED_REJECTED_SHARE: Final = 0.005
_MOST_TIMES_LONGER: Final = 3.0
_NOTICED_SECONDS: Final = 60.0


@dataclass(frozen=True)
class BrokenRun:
    """A run that ETL-2 would pass over, and why."""

    dt: date
    run_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class RecentRuns:
    """The newest runs, newest first: the complete ones, and those that are not."""

    complete: tuple[RunSummary, ...] = ()
    broken: tuple[BrokenRun, ...] = ()

    @property
    def newest(self) -> RunSummary | None:
        """The newest complete run, if any."""
        return self.complete[0] if self.complete else None

    @property
    def before(self) -> tuple[RunSummary, ...]:
        """The complete runs before the newest: the trend."""
        return self.complete[1:]


@dataclass(frozen=True)
class Measure:
    """One figure of the newest run, and its median over the runs before; None where there are none."""

    name: str
    value: float
    trend: float | None

    @property
    def change(self) -> float | None:
        """The figure's relative difference from the trend, such as 0.02; None where there is nothing to compare."""
        return self.value / self.trend - 1 if self.trend else None


def recent_runs(zone: CleanZone, most: int = TREND_RUNS) -> RecentRuns:
    """Return the newest ``most`` runs, of whatever day."""
    listed = [(run_id, day) for day, run_ids in zone.runs_by_day().items() for run_id in run_ids]
    complete, broken = [], []
    for run_id, day in sorted(listed, reverse=True)[:most]:
        try:
            complete.append(zone.complete_run(day, run_id))
        except IncompleteRunError as fault:
            broken.append(BrokenRun(day, run_id, fault.reasons))
    return RecentRuns(tuple(complete), tuple(broken))


def seconds_of(run: RunSummary) -> float:
    """Return how long a run took."""
    return (run.finished_at - run.started_at).total_seconds()


def rejected_share(run: RunSummary) -> float:
    """Return the share of a run's items that it rejected, from 0 to 1."""
    return run.items.rejected_total / run.items.scanned if run.items.scanned else 0.0


def figures(run: RunSummary) -> dict[str, float]:
    """Return the figures of a run that are compared."""
    items = run.items
    return {
        "scanned": items.scanned,
        "conversations": items.placed["conversations"],
        "messages": run.rows_of(MESSAGES.name),
        "feedback": items.placed["feedback"],
        "registers": items.placed["registers"],
        "excluded": items.excluded_total,
        "rejected": items.rejected_total,
        "seconds": round(seconds_of(run), 1),
        "read_units": round(run.scan.consumed_capacity_units, 1),
        "throttled": run.scan.throttled_requests,
    }


def measures(newest: RunSummary, before: Sequence[RunSummary]) -> tuple[Measure, ...]:
    """Compare a run's figures with the median of those before."""
    history = [figures(run) for run in before]
    return tuple(
        Measure(name, value, median(run[name] for run in history) if history else None)
        for name, value in figures(newest).items()
    )


def deviations(newest: RunSummary, before: Sequence[RunSummary]) -> tuple[str, ...]:
    """Say in which ways a run is unlike those before, as far as that is worth a look."""
    if not before:
        return ()
    found = []
    by_name = {measure.name: measure for measure in measures(newest, before)}
    for name in ("scanned", "conversations", "messages", "feedback"):
        value, trend = by_name[name].value, by_name[name].trend or 0
        if value < trend * _LEAST_SHARE:
            found.append(f"{name} fell to {value:,.0f} from {trend:,.0f}: was something deleted from the source?")
    share, usual = rejected_share(newest), median(map(rejected_share, before))
    if share > max(usual * _MOST_TIMES_REJECTED, _NOTICED_REJECTED_SHARE):
        found.append(f"{share:.1%} of the items were rejected, usually {usual:.1%}: did the chatbot change its items?")
    seconds, usually = by_name["seconds"].value, by_name["seconds"].trend or 0
    if seconds > max(usually * _MOST_TIMES_LONGER, _NOTICED_SECONDS):
        found.append(f"the run took {seconds:,.0f} s, usually {usually:,.0f} s: see scan.throttled_requests")
    return tuple(found)
