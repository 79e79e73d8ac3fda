"""What is known of one day: plain values, gathered by ops/report/gathering.py and shown by ops/report/page.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from contract.runs import RunSummary
from contract.source import SourceContract
from ops.checks.findings import Finding
from ops.checks.lateness import Lateness
from ops.prices import Cost
from ops.report.own import Part


class State(Enum):
    """What became of the day's newest complete run."""

    PUBLISHED = "published"
    QUARANTINED = "quarantined"
    OVERTAKEN = "never published"
    WAITING = "not in the tables yet"


@dataclass(frozen=True)
class Check:
    """One row of ``data_quality``. ``allowed_ratio`` is from 0 to 1."""

    run_id: str
    dataset: str
    name: str
    passed: bool
    rows_checked: int
    rows_failed: int
    allowed_ratio: float
    checked_at: datetime


@dataclass(frozen=True)
class DayFacts:
    """Everything that the page shows. ``runs`` holds the newest complete run of each day, oldest first.

    Their last is the report's own. ``part`` is what the contract's own tables say; None while they hold nothing, and
    where the contract's report has no part of its own.
    """

    environment: str
    language: str
    contract: SourceContract
    day: date
    made_at: datetime
    runs: tuple[RunSummary, ...]
    runs_of_day: int
    days_without_run: tuple[date, ...]
    state: State
    checks: tuple[Check, ...]
    part: Part | None
    costs: tuple[Cost, ...]
    #: What is wrong with the platform when the newest day's report is made; of earlier days it is not asked.
    matters: tuple[Finding, ...] = ()
    lateness: Lateness | None = None

    @property
    def run(self) -> RunSummary:
        """The day's newest complete run."""
        return self.runs[-1]

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """The checks that the day's newest complete run has failed."""
        return tuple(check for check in self.checks if not check.passed)
