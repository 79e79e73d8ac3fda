"""A verification: what it is about to do, and what it saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from ops.platform import Platform
from ops.prices import Cost, total
from ops.show.cost import money
from ops.show.screen import visible
from ops.verify.checking import Check
from ops.verify.leftovers import Leftover
from ops.verify.outcomes import Result
from ops.verify.report import Report

_MARKS: Final = {Result.PROVEN: ("✔", "green"), Result.FAILED: ("✘", "red"), Result.NOT_PROVEN: ("?", "yellow")}


def plan(
    platform: Platform, checks: Sequence[Check], expected: Sequence[Cost], left: Sequence[Leftover], minutes: float
) -> Iterator[str]:
    """Yield what is about to be done, line by line."""
    names = platform.names
    yield f"Verify {names.env} in {platform.environment.provider.region}, in {minutes:.0f} minutes at most:"
    yield from (f"- {check.proves}" for check in checks)
    for cost in expected:
        yield f"{money(cost.dollars)}: {cost.component}, {cost.note}"
    yield f"That is about {money(total(expected))} by list prices."
    yield f"Whoever is subscribed to {names.alerts_topic} hears of the failures that are made, and alarms go off."
    yield f"What is made for it, all of it named {names.verification()}…, is removed at the end. Two runs stay."
    if left:
        yield f"An earlier verification left, and this one removes: {', '.join(each.what for each in left)}."
        yield "If that verification is still running, answer no."


def show(report: Report, console: Console) -> None:
    """Print what was seen."""
    for outcome in report.outcomes:
        mark, style = _MARKS[outcome.result]
        line = f"{mark} {outcome.check}: {outcome.result.value} ({outcome.seconds:.0f} s)"
        console.print(Text(line, style=style), soft_wrap=True)
        console.print(Text(f"  {visible(outcome.saw)}"), soft_wrap=True)
    console.print(Text(f"{report.verdict}. {report.where}"), soft_wrap=True)
    console.print(f"It cost {money(total(report.measured))}, as far as AWS has told by now.", soft_wrap=True)
