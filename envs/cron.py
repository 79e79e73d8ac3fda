"""EventBridge Scheduler's cron expressions: ``cron(minutes hours day-of-month month day-of-week year)``.

Source: EventBridge Scheduler User Guide, "Schedule types", cron-based schedules.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from contract.zones import zone

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_EXAMPLE = "write it as in cron(30 4 * * ? *)"
#: So far ahead it is looked how far runs lie apart: a yearly one is within, twice.
_DAYS_AHEAD = 2 * 366
#: So far back a last time is looked for: a 29 February is within.
_DAYS_BACK = 4 * 366
_NUMBER = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True)
class _Field:
    """One field: its numbers, the names that may stand for them, and the forms that must stand alone in it."""

    name: str
    lowest: int
    highest: int
    words: tuple[str, ...] = ()
    alone: str = r"(?!)"
    has_steps: bool = True

    def accepts(self, text: str) -> bool:
        """Whether ``text`` is a form of this field's own, or only ``*``, values, ranges and steps between commas."""
        if re.fullmatch(self.alone, text, re.ASCII | re.IGNORECASE):
            return True
        return all(self._accepts_part(part) for part in text.split(","))

    def numbers(self, text: str) -> set[int]:
        """Return the numbers that a sound text of values, ranges and steps stands for."""
        return {number for part in text.split(",") for number in self._numbers_of(part)}

    def _numbers_of(self, part: str) -> list[int]:
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        begin = self.lowest if span == "*" else self._number(first)
        end = self._number(last) if dash else self.highest if step or span == "*" else begin
        every = list(range(begin, end + 1))
        # As in 22-2.
        every = every or [*range(begin, self.highest + 1), *range(self.lowest, end + 1)]
        return every[:: int(step or 1)]

    def _number(self, text: str) -> int:
        word = text.upper()
        return self.words.index(word) + self.lowest if word in self.words else int(text)

    def _accepts_part(self, part: str) -> bool:
        span, slash, step = part.partition("/")
        if slash and not (self.has_steps and _NUMBER.fullmatch(step) and 0 < int(step) <= self.highest):
            return False
        if span == "*":
            return True
        first, dash, last = span.partition("-")
        return self._accepts_value(first) and (not dash or self._accepts_value(last))

    def _accepts_value(self, text: str) -> bool:
        if text.upper() in self.words:
            return True
        return _NUMBER.fullmatch(text) is not None and self.lowest <= int(text) <= self.highest


_WEEKDAY = "[1-7]|" + "|".join(_WEEKDAYS)
_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day-of-month", 1, 31, alone=r"\?|L|LW|([1-9]|[12]\d|3[01])W"),
    _Field("month", 1, 12, words=_MONTHS),
    _Field("day-of-week", 1, 7, words=_WEEKDAYS, alone=rf"\?|L|({_WEEKDAY})L|({_WEEKDAY})#[1-5]", has_steps=False),
    _Field("year", 1970, 2199),
)


def times_of_day(expression: str) -> list[time]:
    """Return the times of day, in order, at which a sound expression is due on the days that it names."""
    minutes, hours, *_ = expression.removeprefix("cron(").split(" ")
    return [
        time(hour, minute)
        for hour in sorted(_FIELDS[1].numbers(hours))
        for minute in sorted(_FIELDS[0].numbers(minutes))
    ]


def last_due(expression: str, time_zone: str, at: datetime) -> datetime | None:
    """Return the last instant up to ``at`` at which a sound expression was due, in UTC; None if none was for years."""
    times = times_of_day(expression)[::-1]
    today = at.astimezone(zone(time_zone)).date()
    days = (today - timedelta(days=back) for back in range(_DAYS_BACK))
    due = (due_at(day, each, time_zone) for day in days if _is_due_on(expression, day) for each in times)
    return next((instant for instant in due if instant is not None and instant <= at), None)


def longest_gap(expression: str, first: date) -> timedelta | None:
    """Return the longest time between two runs of a sound expression in the years from ``first`` on, by its own clock.

    None where it is not due twice in that time.
    """
    times = [datetime.combine(first, each) for each in times_of_day(expression)]
    days = [number for number in range(_DAYS_AHEAD) if _is_due_on(expression, first + timedelta(days=number))]
    gaps = [later - earlier for earlier, later in pairwise(times) if days]
    overnight = times[0] - times[-1]
    gaps += [timedelta(days=later - earlier) + overnight for earlier, later in pairwise(days)]
    return max(gaps, default=None)


def due_at(day: date, at: time, time_zone: str) -> datetime | None:
    """Return the instant of a day's time of day, in UTC; None where that hour does not exist: Scheduler leaves it out.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
    """
    due = datetime.combine(day, at, zone(time_zone))
    instant = due.astimezone(UTC)
    exists = instant.astimezone(zone(time_zone)).replace(tzinfo=None) == due.replace(tzinfo=None)
    return instant if exists else None


def _is_due_on(expression: str, day: date) -> bool:
    """Tell whether a sound expression names a day of its time zone's calendar."""
    _, _, days, months, weekdays, years = expression.removeprefix("cron(").removesuffix(")").upper().split(" ")
    if day.month not in _FIELDS[3].numbers(months) or day.year not in _FIELDS[5].numbers(years):
        return False
    return _is_weekday(weekdays, day) if days == "?" else _is_day(days, day)


def _is_day(text: str, day: date) -> bool:
    """Tell whether a day is one of day-of-month's: ``L`` is the last, ``15W`` the working day nearest to the 15th."""
    last = calendar.monthrange(day.year, day.month)[1]
    if text == "L":
        return day.day == last
    if text.endswith("W"):
        nearest = day.replace(day=last if text == "LW" else min(int(text[:-1]), last))
        if nearest.weekday() == calendar.SATURDAY:
            nearest += timedelta(days=-1 if nearest.day > 1 else 2)
        elif nearest.weekday() == calendar.SUNDAY:
            nearest += timedelta(days=1 if nearest.day < last else -2)
        return day == nearest
    return day.day in _FIELDS[2].numbers(text)


def _is_weekday(text: str, day: date) -> bool:
    """Tell whether a day is one of day-of-week's: ``6L`` is the month's last Friday, ``FRI#2`` its second."""
    field, number = _FIELDS[4], day.isoweekday() % 7 + 1
    wanted, nth, count = text.partition("#")
    if nth:
        return number in field.numbers(wanted) and (day.day - 1) // 7 + 1 == int(count)
    if text != "L" and text.endswith("L"):
        return number in field.numbers(text[:-1]) and (day + timedelta(days=7)).month != day.month
    # By itself L is the week's last day.
    return number in field.numbers("SAT" if text == "L" else text)


def check_cron(expression: str) -> str:
    """Return ``expression`` as it is.

    Raises:
        ValueError: EventBridge Scheduler would refuse it; the message names the field, the rule and an example.
    """
    match = re.fullmatch(r"cron\(([^\s()]+(?: [^\s()]+)*)\)", expression)
    texts = match[1].split(" ") if match else []
    if len(texts) != len(_FIELDS):
        names = ", ".join(field.name for field in _FIELDS)
        message = f"must be cron(...) with six fields ({names}), one space between them; {_EXAMPLE}"
        raise ValueError(message)
    for field, text in zip(_FIELDS, texts, strict=True):
        if not field.accepts(text):
            message = f"has {text!r} for {field.name}, which takes {field.lowest} to {field.highest}; {_EXAMPLE}"
            raise ValueError(message)
    if (texts[2] == "?") == (texts[4] == "?"):
        message = f"must have ? for exactly one of day-of-month and day-of-week; {_EXAMPLE}"
        raise ValueError(message)
    return expression
