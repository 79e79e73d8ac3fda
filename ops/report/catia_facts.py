"""What people did with the chatbot, as plain values: counted by ops/report/catia_activity.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


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
    """What the curated tables say of the window's days. ``days`` has the oldest first; its last is the report's day.

    ``untimed_messages`` have no time of their own and are in no count by hour or day; None where a file does not say.
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
