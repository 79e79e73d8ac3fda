"""What is known of one day: plain values, gathered by reports/gathering.py and shown by reports/page.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from modules.contract.runs import RunSummary
    from ops.prices import Cost


class State(Enum):
    """What became of the day's newest complete run."""

    PUBLISHED = "published"
    QUARANTINED = "quarantined"
    WAITING = "not in the tables yet"


@dataclass(frozen=True)
class Check:
    """One row of ``data_quality``. ``allowed_share`` is from 0 to 1."""

    run_id: str
    dataset: str
    name: str
    passed: bool
    rows_checked: int
    rows_failed: int
    allowed_share: float
    checked_at: datetime


@dataclass(frozen=True)
class DayFigures:
    """One business day's activity. Messages are those with a time of their own; likes and dislikes are feedback."""

    day: date
    conversations: int = 0
    users: int = 0
    questions: int = 0
    messages: int = 0
    likes: int = 0
    dislikes: int = 0

    @property
    def liked_share(self) -> float | None:
        """The likes among what was rated, from 0 to 1; None where nothing was."""
        return share_liked(self.likes, self.dislikes)


@dataclass(frozen=True)
class Hour:
    """The messages of one hour, by who sent them, and the mean of that hour of the seven days before."""

    begins: datetime
    user: int
    bot: int
    other: int
    usual: float


@dataclass(frozen=True)
class QuestionCount:
    """How many conversations had so many questions, on the day and in the whole window."""

    questions: int
    or_more: bool
    conversations: int
    in_window: int


@dataclass(frozen=True)
class GerenciaRatings:
    """The window's feedback of one gerencia: that of the conversation which the feedback refers to."""

    gerencia: str
    likes: int
    dislikes: int

    @property
    def liked_share(self) -> float | None:
        """As :attr:`DayFigures.liked_share`."""
        return share_liked(self.likes, self.dislikes)


def share_liked(likes: int, dislikes: int) -> float | None:
    """Return the likes among what was rated, from 0 to 1; None where nothing was."""
    rated = likes + dislikes
    return likes / rated if rated else None


@dataclass(frozen=True)
class Activity:
    """What the day's curated tables say. ``days`` is the window, oldest first; its last is the report's day.

    ``untimed_messages`` have no time of their own and are in no count by hour or day; None where the file does not say.
    """

    run_id: str
    days: tuple[DayFigures, ...]
    hours: tuple[Hour, ...]
    questions: tuple[QuestionCount, ...]
    ratings: tuple[GerenciaRatings, ...]
    messages: int
    untimed_messages: int | None

    @property
    def today(self) -> DayFigures:
        """The report's own day."""
        return self.days[-1]


@dataclass(frozen=True)
class DayFacts:
    """Everything that the page shows. ``runs`` holds the newest complete run of each day, oldest first.

    Their last is the report's own. ``activity`` is None while the day has no curated tables.
    """

    environment: str
    day: date
    made_at: datetime
    runs: tuple[RunSummary, ...]
    runs_of_day: int
    days_without_run: tuple[date, ...]
    state: State
    checks: tuple[Check, ...]
    activity: Activity | None
    costs: tuple[Cost, ...]

    @property
    def run(self) -> RunSummary:
        """The day's newest complete run."""
        return self.runs[-1]

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """The checks that the day's newest complete run has failed."""
        return tuple(check for check in self.checks if not check.passed)
