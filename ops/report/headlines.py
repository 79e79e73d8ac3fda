"""The few figures that the page begins with, each against what is usual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeAlias

from contract.runs import RunSummary
from ops.report.drawing import spark
from ops.report.elements import Headline
from ops.report.facts import DayFacts
from ops.report.window import USUAL_DAYS
from ops.runs import rejected_ratio, seconds_of
from ops.wording import Language

#: How a value is written.
Written: TypeAlias = Callable[[float], str]


def headlines(facts: DayFacts, words: Language) -> tuple[Headline, ...]:
    """Return the figures, the contract's own first."""
    own = facts.part.headlines(words) if facts.part else ()
    return (*own, *_of_runs(facts.runs, words))


def _of_runs(runs: Sequence[RunSummary], words: Language) -> tuple[Headline, ...]:
    return (
        headline("rejected", [rejected_ratio(run) for run in runs], words.percent, words),
        headline("took", [seconds_of(run) for run in runs], words.seconds, words),
    )


def headline(name: str, values: Sequence[float], written: Written, words: Language) -> Headline:
    """Return the last of some values against those before it, written as ``written`` does."""
    told = trend(values[-1], values[-1 - USUAL_DAYS : -1], written, words)
    return Headline(words.say(f"headline.{name}"), written(values[-1]), told, spark(values))


def trend(value: float, before: Sequence[float], written: Written, words: Language) -> str:
    """Say how a value compares with the median of those before."""
    if not before:
        return words.say("trend.nothing")
    usual = median(before)
    if value == usual:
        return words.say("trend.as_usual", usual=written(usual))
    if not usual:
        return words.say("trend.more_than_nothing", usual=written(usual))
    share = words.percent(abs(value / usual - 1))
    return words.say("trend.more" if value > usual else "trend.less", share=share, usual=written(usual))
