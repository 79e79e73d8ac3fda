"""The few figures that the page begins with, each against what is usual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from ops.report.drawing import spark
from ops.report.elements import Headline
from ops.report.window import USUAL_DAYS
from ops.report.wording import percent, seconds
from ops.runs import rejected_ratio, seconds_of

if TYPE_CHECKING:
    from contract.runs import RunSummary
    from ops.report.facts import DayFacts


def headlines(facts: DayFacts) -> tuple[Headline, ...]:
    """Return the figures, the contract's own first."""
    own = facts.part.headlines() if facts.part else ()
    return (*own, *_of_runs(facts.runs))


def _of_runs(runs: Sequence[RunSummary]) -> tuple[Headline, ...]:
    return (
        headline("rejected", [rejected_ratio(run) for run in runs], percent),
        headline("ETL-1 took", [seconds_of(run) for run in runs], seconds),
    )


def headline(name: str, values: Sequence[float], wording: Callable[[float], str]) -> Headline:
    """Return the last of some values against those before it, written as ``wording`` does."""
    before = values[-1 - USUAL_DAYS : -1]
    return Headline(name, wording(values[-1]), trend(values[-1], before, wording), spark(values))


def trend(value: float, before: Sequence[float], wording: Callable[[float], str]) -> str:
    """Say how a value compares with the median of those before."""
    if not before:
        return "nothing earlier to compare"
    usual = median(before)
    if value == usual:
        return f"as usual: {wording(usual)}"
    word = "more" if value > usual else "less"
    by_how_much = f"{percent(abs(value / usual - 1))} {word}" if usual else word
    return f"{by_how_much} than usual: {wording(usual)}"
