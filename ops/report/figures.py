"""The figures that every report has: each a chart, what it says in a sentence, and its numbers as a table."""

from __future__ import annotations

from typing import Final

from ops.report import charts
from ops.report.elements import Figure, Quoted, Table
from ops.report.facts import DayFacts
from ops.runs import rejected_ratio, seconds_of
from ops.wording import NOTHING, Language

#: So many are drawn; all are in the table.
_MOST_REASONS: Final = 12
_RUN_COLUMNS: Final = ("day", "began", "took", "pages", "units", "throttled", "retried")


def of_volumes(facts: DayFacts, words: Language) -> tuple[Figure, ...]:
    """Return the figures of the source's items."""
    return (_items(facts, words), _rejects(facts, words))


def of_runs(facts: DayFacts, words: Language) -> tuple[Figure, ...]:
    """Return the figures of how the runs went."""
    return (_durations(facts, words),)


def _items(facts: DayFacts, words: Language) -> Figure:
    newest = charts.items_of(facts.contract, facts.run, words)
    before = charts.items_of(facts.contract, facts.runs[-2], words) if len(facts.runs) > 1 else {}
    rows = [
        [
            kind,
            words.number(count),
            words.number(before[kind]) if before else NOTHING,
            words.change(count, before.get(kind)),
        ]
        for kind, count in newest.items()
    ]
    return Figure(
        "items",
        words.say("items.title"),
        words.say("items.says", scanned=words.number(facts.run.items.scanned), runs=len(facts.runs)),
        charts.items_by_kind(facts.contract, facts.runs, "items", words),
        Table([words.say(f"items.{name}") for name in ("kind", "today", "before", "change")], rows),
    )


def _rejects(facts: DayFacts, words: Language) -> Figure:
    reasons = dict(sorted(facts.run.items.rejected.items(), key=lambda entry: (-entry[1], entry[0])))
    before = facts.runs[-2].items.rejected if len(facts.runs) > 1 else None
    rows = [
        [Quoted(reason), words.number(count), words.change(count, None if before is None else before.get(reason, 0))]
        for reason, count in reasons.items()
    ]
    total, scanned = facts.run.items.rejected_total, facts.run.items.scanned
    counts = {"rejected": words.number(total), "scanned": words.number(scanned)}
    said = words.say("rejects.says", **counts, share=words.percent(rejected_ratio(facts.run)))
    drawn = dict(list(reasons.items())[:_MOST_REASONS])
    svg = charts.rejects_by_reason(drawn, "rejects", words) if drawn else None
    columns = [words.say(f"rejects.{name}") for name in ("reason", "items", "change")]
    return Figure("rejects", words.say("rejects.title"), said, svg, Table(columns, rows))


def _durations(facts: DayFacts, words: Language) -> Figure:
    rows = [
        [
            words.day(run.dt),
            words.clock(run.started_at),
            words.seconds(seconds_of(run)),
            words.number(run.scan.pages),
            words.number(round(run.scan.consumed_capacity_units, 1)),
            words.number(run.scan.throttled_requests),
            words.number(run.scan.retried_requests),
        ]
        for run in reversed(facts.runs)
    ]
    return Figure(
        "durations",
        words.say("durations.title"),
        words.say("durations.says", took=words.seconds(seconds_of(facts.run)), runs=len(facts.runs)),
        charts.run_seconds(facts.runs, "durations", words),
        Table([words.say(f"durations.{name}") for name in _RUN_COLUMNS], rows),
    )
