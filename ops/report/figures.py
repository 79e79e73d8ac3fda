"""The figures that every report has: each a chart, what it says in a sentence, and its numbers as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.report import charts
from ops.report.elements import Figure, Quoted, Table
from ops.report.wording import NOTHING, change, day, number, percent, seconds
from ops.runs import rejected_ratio, seconds_of

if TYPE_CHECKING:
    from ops.report.facts import DayFacts

#: So many are drawn; all are in the table.
_MOST_REASONS: Final = 12


def of_volumes(facts: DayFacts) -> tuple[Figure, ...]:
    """Return the figures of the source's items."""
    return (_items(facts), _rejects(facts))


def of_runs(facts: DayFacts) -> tuple[Figure, ...]:
    """Return the figures of how the runs went."""
    return (_durations(facts),)


def _items(facts: DayFacts) -> Figure:
    newest = charts.items_of(facts.contract, facts.run)
    before = charts.items_of(facts.contract, facts.runs[-2]) if len(facts.runs) > 1 else {}
    rows = [
        [kind, number(count), number(before[kind]) if before else NOTHING, change(count, before.get(kind))]
        for kind, count in newest.items()
    ]
    others = f" In all {len(facts.runs)} runs here, nothing was lost on the way: every item is of one of these kinds."
    return Figure(
        "items",
        "Items by kind",
        f"{number(facts.run.items.scanned)} items in the source table." + others,
        charts.items_by_kind(facts.contract, facts.runs, "items"),
        Table(("kind", "this day", "the run before", "change"), rows),
    )


def _rejects(facts: DayFacts) -> Figure:
    reasons = dict(sorted(facts.run.items.rejected.items(), key=lambda entry: (-entry[1], entry[0])))
    before = facts.runs[-2].items.rejected if len(facts.runs) > 1 else None
    rows = [
        [Quoted(reason), number(count), change(count, before.get(reason, 0) if before is not None else None)]
        for reason, count in reasons.items()
    ]
    total, scanned = facts.run.items.rejected_total, facts.run.items.scanned
    said = f"{number(total)} of {number(scanned)} items ({percent(rejected_ratio(facts.run))}) could not be normalized."
    drawn = dict(list(reasons.items())[:_MOST_REASONS])
    svg = charts.rejects_by_reason(drawn, "rejects") if drawn else None
    return Figure("rejects", "Rejected by reason", said, svg, Table(("reason", "items", "change"), rows))


def _durations(facts: DayFacts) -> Figure:
    rows = [
        [
            day(run.dt),
            f"{run.started_at:%H:%M}",
            seconds(seconds_of(run)),
            number(run.scan.pages),
            number(round(run.scan.consumed_capacity_units, 1)),
            number(run.scan.throttled_requests),
            number(run.scan.retried_requests),
        ]
        for run in reversed(facts.runs)
    ]
    return Figure(
        "durations",
        "How long ETL-1 took",
        f"{seconds(seconds_of(facts.run))} this time, of {len(facts.runs)} runs.",
        charts.run_seconds(facts.runs, "durations"),
        Table(("day", "began, UTC", "took", "pages", "read units", "throttled", "retried"), rows),
    )
