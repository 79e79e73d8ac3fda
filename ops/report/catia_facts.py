"""What people did with the chatbot, as plain values: counted by ops/report/catia_activity.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ops.report.window import Week


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """Feedback: likes and dislikes. Of what was rated each is a share from 0 to 1; None where nothing was."""

    likes: int = 0
    dislikes: int = 0

    @classmethod
    def of_all(cls, some: Sequence[Ratings]) -> Ratings:
        """Return all of some together."""
        return Ratings(likes=sum(each.likes for each in some), dislikes=sum(each.dislikes for each in some))

    @property
    def rated(self) -> int:
        """Likes and dislikes together."""
        return self.likes + self.dislikes

    @property
    def liked_share(self) -> float | None:
        """The likes among what was rated."""
        return self.likes / self.rated if self.rated else None

    @property
    def disliked_share(self) -> float | None:
        """The dislikes among what was rated."""
        return self.dislikes / self.rated if self.rated else None


@dataclass(frozen=True, kw_only=True)
class Figures(Ratings):
    """What people did in some time. Messages are those with a time of their own."""

    conversations: int = 0
    users: int = 0
    questions: int = 0
    messages: int = 0


@dataclass(frozen=True)
class DayFigures(Figures):
    """One business day's activity."""

    day: date


@dataclass(frozen=True)
class WeekFigures(Figures):
    """One week's activity, counted as a day's is. ``new_users`` had their first conversation of all in it."""

    week: Week
    new_users: int = 0

    @property
    def returning_users(self) -> int:
        """Those who had talked before that week."""
        return self.users - self.new_users


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
class GerenciaRatings(Ratings):
    """The window's feedback of one gerencia: that of the conversation which the feedback refers to, if it has one."""

    gerencia: str | None


@dataclass(frozen=True)
class Activity:
    """What the curated tables say of the window's days. ``days`` has the oldest first; its last is the report's day.

    ``read_at`` is when the source was read, in the time zone of its days; those after ``last_whole_day`` were not over
    then, and are compared with none.
    ``weeks`` has the oldest first, from the one in which the tables begin (on ``first_day``; None: they hold nothing).
    ``untimed_messages`` have no time of their own and are in no count by hour or day; None where a file does not say.
    """

    run_id: str
    days: tuple[DayFigures, ...]
    hours: tuple[Hour, ...]
    questions: tuple[QuestionCount, ...]
    ratings: tuple[GerenciaRatings, ...]
    messages: int
    untimed_messages: int | None
    weeks: tuple[WeekFigures, ...]
    first_day: date | None
    last_whole_day: date
    read_at: datetime

    @property
    def whole_days(self) -> tuple[DayFigures, ...]:
        """The days that can be compared; all, where none of them can be."""
        return tuple(each for each in self.days if each.day <= self.last_whole_day) or self.days

    @property
    def is_running(self) -> bool:
        """Whether the report's own day was not over when the source was read."""
        return self.today.day > self.last_whole_day

    @property
    def whole_weeks(self) -> tuple[WeekFigures, ...]:
        """The weeks that can be compared."""
        return tuple(each for each in self.weeks if each.week.whole)

    @property
    def today(self) -> DayFigures:
        """The report's own day."""
        return self.days[-1]
