"""ETL-1's runs as they lie in the clean zone, and how the newest compares with those before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

from contract.datasets import Dataset
from contract.layout import CleanObject, commit_marker_prefix, parse_clean_key
from contract.runs import RunSummary
from contract.source import ItemKind, SourceContract
from glue_src.clean_zone import CleanZone
from glue_src.exceptions import IncompleteRunError

#: So many runs make the trend: a week and the newest.
TREND_RUNS: Final = 8
#: A snapshot only grows, for nobody deletes items: a smaller ratio of the trend than this is worth a look.
_LEAST_RATIO: Final = 0.9
#: Rejected items of all scanned: worth a look from so many times the trend's ratio on, and from this ratio on.
_MOST_TIMES_REJECTED: Final = 2.0
_NOTICED_REJECTED_RATIO: Final = 0.005
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


def listed_runs(zone: CleanZone) -> list[CleanObject]:
    """Return the runs of the clean zone, newest first, complete or not: each by the object that commits it."""
    stored = zone.bucket.list(commit_marker_prefix(zone.prefix, zone.contract))
    found = (parse_clean_key(zone.prefix, entry.key) for entry in stored)
    return sorted((run for run in found if run), key=lambda run: run.run_id, reverse=True)


def recent_runs(zone: CleanZone, most: int = TREND_RUNS) -> RecentRuns:
    """Return the newest ``most`` runs, of whatever day."""
    return read_runs(zone, listed_runs(zone)[:most])


def read_runs(zone: CleanZone, listed: Iterable[CleanObject]) -> RecentRuns:
    """Return the listed runs, those that are complete with their summaries."""
    complete, broken = [], []
    for run in listed:
        try:
            complete.append(zone.complete_run(run.day, run.run_id))
        except IncompleteRunError as fault:
            broken.append(BrokenRun(run.day, run.run_id, fault.reasons))
    return RecentRuns(tuple(complete), tuple(broken))


def seconds_of(run: RunSummary) -> float:
    """Return how long a run took."""
    return (run.finished_at - run.started_at).total_seconds()


def rejected_ratio(run: RunSummary) -> float:
    """Return the ratio of a run's items that it rejected, from 0 to 1."""
    return run.items.rejected_total / run.items.scanned if run.items.scanned else 0.0


def _counted(contract: SourceContract, run: RunSummary) -> dict[str, int]:
    """Return how many items of each kind a run has, and behind each kind the rows of its items' parts."""
    by_name: dict[str, int] = {}
    for kind in contract.kinds:
        by_name[kind.name] = run.items.accepted[kind.name]
        by_name |= {part.name: run.rows_of(part.name) for part in _parts_of(contract, kind)}
    return by_name | {part.name: run.rows_of(part.name) for part in contract.parts if part.name not in by_name}


def _parts_of(contract: SourceContract, kind: ItemKind) -> Iterator[Dataset]:
    children = {relation.child for relation in contract.relations if relation.parent == kind.dataset}
    yield from (part for part in contract.parts if part in children)


def figures(contract: SourceContract, run: RunSummary) -> dict[str, float]:
    """Return the figures of a run that are compared."""
    items = run.items
    return {
        "scanned": items.scanned,
        **_counted(contract, run),
        "excluded": items.excluded_total,
        "tombstoned": items.tombstoned,
        "rejected": items.rejected_total,
        "seconds": round(seconds_of(run), 1),
        "read_units": round(run.scan.consumed_capacity_units, 1),
        "throttled": run.scan.throttled_requests,
    }


def measures(contract: SourceContract, newest: RunSummary, before: Sequence[RunSummary]) -> tuple[Measure, ...]:
    """Compare a run's figures with the median of those before."""
    history = [figures(contract, run) for run in before]
    return tuple(
        Measure(name, value, median(run[name] for run in history) if history else None)
        for name, value in figures(contract, newest).items()
    )


def _rejections(contract: SourceContract, by_name: Mapping[str, Measure]) -> str:
    """Say that more items were rejected, where that is why fewer were accepted: half of these, or more."""
    accepted = [by_name[kind.name] for kind in contract.kinds]
    fewer = sum((each.trend or 0) - each.value for each in accepted)
    rejected = by_name["rejected"]
    usual = rejected.trend or 0
    if not 0 < fewer <= 2 * (rejected.value - usual):
        return ""
    return f"{rejected.value:,.0f} items were rejected, usually {usual:,.0f}"


def deviations(contract: SourceContract, newest: RunSummary, before: Sequence[RunSummary]) -> tuple[str, ...]:
    """Say in which ways a run is unlike those before, as far as that is worth a look."""
    if not before:
        return ()
    found = []
    by_name = {measure.name: measure for measure in measures(contract, newest, before)}
    rowless = {kind.name for kind in contract.kinds if kind.dataset is None}
    rejections = _rejections(contract, by_name)
    for name in ("scanned", *(name for name in _counted(contract, newest) if name not in rowless)):
        value, trend = by_name[name].value, by_name[name].trend or 0
        if value < trend * _LEAST_RATIO:
            why = rejections if name != "scanned" else ""
            found.append(
                f"{name} fell to {value:,.0f} from {trend:,.0f}: {why or 'was something deleted from the source?'}"
            )
    ratio, usual = rejected_ratio(newest), median(map(rejected_ratio, before))
    if ratio > max(usual * _MOST_TIMES_REJECTED, _NOTICED_REJECTED_RATIO):
        whose = f"did {contract.writer} change its items?"
        found.append(f"{ratio:.1%} of the items were rejected, usually {usual:.1%}: {whose}")
    seconds, usually = by_name["seconds"].value, by_name["seconds"].trend or 0
    if seconds > max(usually * _MOST_TIMES_LONGER, _NOTICED_SECONDS):
        found.append(f"the run took {seconds:,.0f} s, usually {usually:,.0f} s: see scan.throttled_requests")
    return tuple(found)
