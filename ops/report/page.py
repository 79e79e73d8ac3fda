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

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contract.zones import zone
from ops.report import figures, palette
from ops.report.drawing import spark
from ops.report.elements import Quoted, Table
from ops.report.facts import Check, DayFacts, State
from ops.report.headlines import headlines
from ops.report.registry import own_report
from ops.report.window import USUAL_DAYS, WINDOW_DAYS
from ops.wording import Language, language

TEMPLATES: Final = Path(__file__).parent / "templates"


def render(facts: DayFacts) -> str:
    """Return the page. What it shows beside the facts are the same facts, compared and summed up."""
    style, own, words = stylesheet(), own_report(facts.contract), language(facts.language)
    local = zone(facts.run.time_zone)
    return (
        _templates()
        .get_template("page.html")
        .render(
            facts=facts,
            words=words,
            say=words.say,
            style=Markup(style),  # noqa: S704 our own file
            policy=_policy(style),
            zone=local,
            began=facts.run.started_at.astimezone(local),
            made=facts.made_at.astimezone(local),
            headlines=headlines(facts, words),
            sections=facts.part.sections(words) if facts.part else (),
            title=own.title if own else facts.contract.name,
            quoted=words.say(f"{own.texts}.quoted") if own else "",
            volumes=figures.of_volumes(facts, words),
            runs=figures.of_runs(facts, words),
            tables=_tables(facts, words),
            checks=_checks(facts, words),
            quality=_quality(facts, words),
            usual_days=USUAL_DAYS,
            window_days=WINDOW_DAYS,
            verdicts=_verdicts(facts, words),
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
    made.tests["quoted"] = lambda cell: isinstance(cell, Quoted)
    return made


def _tables(facts: DayFacts, words: Language) -> Sequence[tuple[Sequence[str], Markup]]:
    """Return each table's rows in the run against the one before, and how they grew."""
    before = facts.runs[-2] if len(facts.runs) > 1 else None
    found = []
    for dataset in sorted(facts.contract.datasets, key=lambda each: each.name):
        rows, earlier = facts.run.rows_of(dataset.name), before.rows_of(dataset.name) if before else None
        cells = (
            dataset.name,
            words.number(rows),
            words.change(rows, earlier),
        )
        found.append((cells, spark([run.rows_of(dataset.name) for run in facts.runs])))
    return found


def _quality(facts: DayFacts, words: Language) -> Table:
    """Return how many checks of each table passed, and the rows that were not as they should be."""
    by_table: defaultdict[str, list[Check]] = defaultdict(list)
    for check in facts.checks:
        by_table[check.dataset].append(check)
    rows = [
        (
            name,
            words.say("quality.of", passed=sum(check.passed for check in found), total=len(found)),
            words.number(sum(check.rows_failed for check in found)),
        )
        for name, found in sorted(by_table.items())
    ]
    return Table([words.say(f"quality.{name}") for name in ("table", "passed", "failed_rows")], rows)


def _checks(facts: DayFacts, words: Language) -> Table:
    rows = [
        (
            f"{check.dataset}: {check.name.replace('_', ' ')}",
            words.say("quality.passed_one" if check.passed else "quality.failed"),
            words.number(check.rows_checked),
            words.number(check.rows_failed),
            words.percent(check.allowed_ratio),
        )
        for check in sorted(facts.checks, key=lambda check: (check.passed, check.dataset, check.name))
    ]
    names = ("check", "outcome", "checked", "failing", "allowed")
    return Table([words.say(f"quality.{name}") for name in names], rows)


def _verdicts(facts: DayFacts, words: Language) -> Sequence[tuple[bool, str]]:
    """Return what there is to know before anything else, each with whether it is well."""
    found = [_publication(facts, words)]
    if facts.days_without_run:
        days = ", ".join(map(words.day, facts.days_without_run))
        found.append((False, words.say("verdict.days_without_run", days=days)))
    if facts.run.scan.throttled_requests:
        count = words.number(facts.run.scan.throttled_requests)
        found.append((False, words.say("verdict.throttled", count=count)))
    if facts.matters and facts.lateness:
        found.append((facts.lateness.is_none, facts.lateness.said_in(words)))
    return found


def _publication(facts: DayFacts, words: Language) -> tuple[bool, str]:
    shown = _shown(facts, words)
    if facts.state is State.PUBLISHED:
        checked = max((check.checked_at for check in facts.checks), default=None)
        if checked is None:
            return False, words.say("verdict.unchecked") + shown
        at = words.instant(checked.astimezone(UTC))
        return True, words.say("verdict.published", count=len(facts.checks), at=at) + shown
    if facts.state is State.OVERTAKEN:
        return False, words.say("verdict.overtaken") + shown
    if facts.state is State.WAITING:
        return False, words.say("verdict.waiting") + shown
    names = ", ".join(f"{check.dataset}: {check.name.replace('_', ' ')}" for check in facts.failed_checks)
    return False, words.say("verdict.quarantined", checks=names) + shown


def _shown(facts: DayFacts, words: Language) -> str:
    """Return a sentence on what the contract's own part is of, if it has one."""
    own = own_report(facts.contract)
    if own is None:
        return ""
    if facts.part is None:
        return f" {words.say(f'{own.texts}.without_tables')}"
    if facts.part.run_id == facts.run.run_id:
        return ""
    return f" {words.say(f'{own.texts}.other_run', run=facts.part.run_id)}"
