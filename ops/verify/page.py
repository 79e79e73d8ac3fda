"""A verification's report as one page: no script, no request, nothing that was seen taken for markup."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Final

from ops.pages import row, style, text
from ops.prices import total
from ops.show.cost import money
from ops.verify.outcomes import Outcome, Result
from ops.verify.report import Report

_TEMPLATE: Final = Path(__file__).parent / "page.html"
_CLASSES: Final = {Result.PROVEN: "good", Result.FAILED: "bad", Result.NOT_PROVEN: "open"}
_VERDICTS: Final = {True: ("good", "Proven"), False: ("bad", "Not proven")}


def page(report: Report) -> str:
    """Return the page."""
    look, word = _VERDICTS[report.well]
    values = {
        "environment": report.environment,
        "word": word,
        "verdict": report.verdict,
        "where": report.where,
        "began": f"{report.began:%Y-%m-%d %H:%M} UTC",
        "expected": money(total(report.expected)),
        "measured": money(total(report.measured)),
    }
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        {name: text(value) for name, value in values.items()},
        style=style(),
        look=look,
        outcomes="\n".join(map(_outcome, report.outcomes)),
        costs="\n".join(
            row(cost.component, f"{cost.usage:,.3f} {cost.unit}", money(cost.dollars), cost.note)
            for cost in report.measured
        ),
    )


def _outcome(outcome: Outcome) -> str:
    look = _CLASSES[outcome.result]
    return (
        f'<li class="{look}"><h2>{text(outcome.check)}: <strong>{text(outcome.result.value)}</strong></h2>'
        f"<p>{text(outcome.proves)}</p>"
        f'<p class="muted">Seen, within {outcome.seconds:.0f} s: {text(outcome.saw)}</p></li>'
    )
