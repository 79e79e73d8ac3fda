"""The business days that a report looks back on, as instants: calendars and time zones are here, and nowhere in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

WINDOW_DAYS: Final = 30
#: So many whole weeks are looked back on.
TREND_WEEKS: Final = 12
#: So many days before the report's own are what is usual.
USUAL_DAYS: Final = 7
#: Every zone's offset from UTC is a multiple of it, so that no quarter belongs to two hours.
QUARTER: Final = timedelta(minutes=15)
#: A day that was read so shortly before its end counts as whole: the schedule reads it half an hour before.
_READ_BEFORE_END: Final = timedelta(hours=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Week:
    """Days from ``first``, a Monday, to ``last``; ``whole`` if all seven were over when the source was read."""

    first: date
    last: date
    whole: bool


@dataclass(frozen=True)
class Window:
    """The days up to ``day``, that one included, and the weeks up to its own.

    ``read_at`` is when the source was read for what the tables hold.
    """

    day: date
    zone: ZoneInfo
    read_at: datetime

    @property
    def days(self) -> tuple[date, ...]:
        """All days, oldest first."""
        return tuple(self.day - timedelta(days=back) for back in reversed(range(WINDOW_DAYS)))

    @property
    def usual_days(self) -> tuple[date, ...]:
        """The days before the last that say what is usual."""
        return self.days[-1 - USUAL_DAYS : -1]

    @property
    def last_whole_day(self) -> date:
        """The last of the days that were over when the source was read; the others are compared with none."""
        read_until = (self.read_at + _READ_BEFORE_END).astimezone(self.zone).date()
        return min(self.day, read_until - timedelta(days=1))

    @cached_property
    def weeks(self) -> tuple[Week, ...]:
        """The weeks looked back on, oldest first; after the whole ones the running one, if there is one."""
        monday = self.day - timedelta(days=self.day.weekday())
        weeks = [self._week(monday - timedelta(weeks=back)) for back in range(TREND_WEEKS, -1, -1)]
        return tuple(weeks[1:] if weeks[-1].whole else weeks)

    def _week(self, monday: date) -> Week:
        sunday = monday + timedelta(days=6)
        return Week(monday, min(sunday, self.day), whole=sunday <= self.last_whole_day)

    @cached_property
    def begins(self) -> int:
        """The first week's beginning, in microseconds since 1970; that is before the first day's."""
        return self.begin_of(self.weeks[0].first)

    @property
    def ends(self) -> int:
        """The last day's end, in microseconds since 1970."""
        return self.begin_of(self.day + timedelta(days=1))

    def begin_of(self, day: date) -> int:
        """Return when a day begins, in microseconds since 1970."""
        return microseconds(datetime.combine(day, time(), self.zone))

    def quarter(self, number: int) -> datetime:
        """Return when a quarter of an hour begins, local time; 0 is the window's first."""
        return (_EPOCH + timedelta(microseconds=self.begins) + number * QUARTER).astimezone(self.zone)

    def hours(self) -> tuple[datetime, ...]:
        """Return when the hours of the last day begin, local time: 24, or one more or less as clocks are changed."""
        begin, end = (_EPOCH + timedelta(microseconds=at) for at in (self.begin_of(self.day), self.ends))
        count = -((begin - end) // timedelta(hours=1))
        return tuple((begin + timedelta(hours=number)).astimezone(self.zone) for number in range(count))


def microseconds(instant: datetime) -> int:
    """Return an instant (time-zone aware) as whole microseconds since 1970."""
    return (instant - _EPOCH) // timedelta(microseconds=1)
