"""One day's facts as one HTML page: no script, no request, nothing of the data taken for markup."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ops.report import figures, palette, wording
from ops.report.drawing import spark
from ops.report.elements import Quoted, Table
from ops.report.facts import Check, DayFacts, State
from ops.report.headlines import headlines
from ops.report.registry import own_report
from ops.report.window import USUAL_DAYS, WINDOW_DAYS

TEMPLATES: Final = Path(__file__).parent / "templates"


def render(facts: DayFacts) -> str:
    """Return the page. What it shows beside the facts are the same facts, compared and summed up."""
    style, own = stylesheet(), own_report(facts.contract)
    zone = ZoneInfo(facts.run.time_zone)
    return (
        _templates()
        .get_template("page.html")
        .render(
            facts=facts,
            style=Markup(style),  # noqa: S704 our own file
            policy=_policy(style),
            zone=zone,
            began=facts.run.started_at.astimezone(zone),
            made=facts.made_at.astimezone(zone),
            headlines=headlines(facts),
            sections=facts.part.sections() if facts.part else (),
            title=own.title if own else facts.contract.name,
            quoted=f" but {own.quoted}" if own else "",
            volumes=figures.of_volumes(facts),
            runs=figures.of_runs(facts),
            tables=_tables(facts),
            checks=_checks(facts),
            quality=_quality(facts),
            usual_days=USUAL_DAYS,
            window_days=WINDOW_DAYS,
            verdicts=_verdicts(facts),
        )
    )


@cache
def stylesheet() -> str:
    """Return the page's only style sheet."""
    return f"{palette.css()}{(TEMPLATES / 'page.css').read_text(encoding='utf-8')}"


def _policy(style: str) -> str:
    """Return a content security policy that allows this one style sheet and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update({name: getattr(wording, name) for name in _FILTERS})
    made.tests["quoted"] = lambda cell: isinstance(cell, Quoted)
    return made


_FILTERS: Final = ("number", "percent", "dollars", "size", "seconds", "day", "full_day", "instant")


def _tables(facts: DayFacts) -> Sequence[tuple[Sequence[str], Markup]]:
    """Return each table's rows in the run against the one before, and how they grew."""
    before = facts.runs[-2] if len(facts.runs) > 1 else None
    found = []
    for dataset in sorted(facts.contract.datasets, key=lambda each: each.name):
        rows, earlier = facts.run.rows_of(dataset.name), before.rows_of(dataset.name) if before else None
        cells = (
            dataset.name,
            wording.number(rows),
            wording.change(rows, earlier),
        )
        found.append((cells, spark([run.rows_of(dataset.name) for run in facts.runs])))
    return found


def _quality(facts: DayFacts) -> Table:
    """Return how many checks of each table passed, and the rows that were not as they should be."""
    by_table: defaultdict[str, list[Check]] = defaultdict(list)
    for check in facts.checks:
        by_table[check.dataset].append(check)
    rows = [
        (
            name,
            f"{sum(check.passed for check in found)} of {len(found)}",
            wording.number(sum(check.rows_failed for check in found)),
        )
        for name, found in sorted(by_table.items())
    ]
    return Table(("table", "passed", "failed rows"), rows)


def _checks(facts: DayFacts) -> Table:
    rows = [
        (
            f"{check.dataset}: {check.name.replace('_', ' ')}",
            "passed" if check.passed else "FAILED",
            wording.number(check.rows_checked),
            wording.number(check.rows_failed),
            wording.percent(check.allowed_ratio),
        )
        for check in sorted(facts.checks, key=lambda check: (check.passed, check.dataset, check.name))
    ]
    return Table(("check", "outcome", "rows checked", "failed", "allowed"), rows)


def _verdicts(facts: DayFacts) -> Sequence[tuple[bool, str]]:
    """Return what there is to know before anything else, each with whether it is well."""
    found = [_publication(facts)]
    if facts.days_without_run:
        days = ", ".join(map(wording.day, facts.days_without_run))
        found.append((False, f"No complete run on {days}: those days are not in the comparisons."))
    if facts.run.scan.throttled_requests:
        found.append(
            (False, f"DynamoDB throttled {wording.number(facts.run.scan.throttled_requests)} requests of the run.")
        )
    return found


def _publication(facts: DayFacts) -> tuple[bool, str]:
    if facts.state is State.PUBLISHED:
        checked = max((check.checked_at for check in facts.checks), default=None)
        if checked is None:
            return False, f"No check of this run is recorded.{_shown(facts)}"
        at = wording.instant(checked.astimezone(UTC))
        return True, f"All {len(facts.checks)} checks passed at {at} UTC.{_shown(facts)}"
    if facts.state is State.OVERTAKEN:
        return False, f"This run was never published: a newer one took its place.{_shown(facts)}"
    if facts.state is State.WAITING:
        return False, f"ETL-2 has not published this run yet.{_shown(facts)}"
    names = ", ".join(f"{check.dataset}: {check.name.replace('_', ' ')}" for check in facts.failed_checks)
    return False, f"The run is quarantined, it failed {names}.{_shown(facts)}"


def _shown(facts: DayFacts) -> str:
    """Return a sentence on what the contract's own part is of, if it has one."""
    own = own_report(facts.contract)
    if own is None:
        return ""
    if facts.part is None:
        return f" {own.without_tables}"
    return "" if facts.part.run_id == facts.run.run_id else f" {own.other_run} {facts.part.run_id}."
