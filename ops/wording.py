"""What the report says, and terminals of it, in one of the languages: texts, numbers, times and days.

All words of a language are in ``texts/<language>.toml``; which are missing there, a test says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

TEXTS: Final = Path(__file__).parent / "texts"
_STEP: Final = 1024
#: From so many on, seconds are told in minutes.
_MINUTES_FROM: Final = 120
_LARGE: Final = 100
_LEAST_DOLLARS: Final = 0.0001
NOTHING: Final = "-"

Text = str | list[str]


@dataclass(frozen=True)
class Language:
    """A language's code, as HTML has it, and its texts by section and name."""

    code: str
    texts: Mapping[str, Mapping[str, Text]] = field(repr=False)

    def say(self, key: str, /, **values: object) -> str:
        """Return the text named ``section.name``, with its values filled in."""
        return str(self._text(key)).format(**values)

    def _text(self, key: str) -> Text:
        section, _, name = key.partition(".")
        return self.texts[section][name]

    def _listed(self, key: str) -> Sequence[str]:
        return list(self._text(key))

    def _written(self, digits: str) -> str:
        """Write a number as Python does it, with this language's own marks."""
        marks = str.maketrans(",.", self.say("numbers.thousands") + self.say("numbers.decimal"))
        return digits.translate(marks)

    @property
    def drawn_numbers(self) -> dict[str, object]:
        """How charts write numbers: https://d3js.org/d3-format#formatLocale."""
        percent = self.say("numbers.percent", number="")
        marks = {"decimal": self.say("numbers.decimal"), "thousands": self.say("numbers.thousands")}
        return {**marks, "grouping": [3], "currency": ["", ""], "percent": percent, "minus": "-"}

    def number(self, value: float) -> str:
        """Return a number with thousands marked; what is no whole number has one decimal."""
        return self._written(f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}")

    def brief(self, value: float) -> str:
        """Return a number to three figures, a large one as a whole number."""
        return self._written(f"{value:,.0f}" if value >= _LARGE else f"{value:.3g}")

    def percent(self, share: float | None) -> str:
        """Return a share from 0 to 1 as a percentage; a small one keeps a decimal."""
        if share is None:
            return NOTHING
        coarse = share in {0, 1} or abs(share) >= 0.1  # noqa: PLR2004 ten of a hundred
        return self.say("numbers.percent", number=self._written(f"{100 * share:.{0 if coarse else 1}f}"))

    def dollars(self, amount: float) -> str:
        """Return an amount; a small one to four decimals, and one that is too small for those as such."""
        if 0 < amount < _LEAST_DOLLARS:
            return self.say("numbers.less", amount=self.dollars(_LEAST_DOLLARS))
        return self.say("numbers.dollars", number=self._written(f"{amount:,.2f}" if amount >= 1 else f"{amount:.4f}"))

    def size(self, count: float) -> str:
        """Return a number of bytes in the unit that keeps it short; a kB is 1024 of them."""
        units, unit = self._listed("numbers.units"), 0
        while count >= _STEP and unit < len(units) - 1:
            count, unit = count / _STEP, unit + 1
        return f"{self._written(f'{count:,.{0 if unit == 0 else 1}f}')} {units[unit]}"

    def seconds(self, count: float) -> str:
        """Return a duration in seconds, a long one in minutes."""
        if count < _MINUTES_FROM:
            return self.say("numbers.seconds", number=self._written(f"{count:,.1f}"))
        return self.say("numbers.minutes", number=self._written(f"{count / 60:,.1f}"))

    def change(self, now: float, before: float | None) -> str:
        """Return a difference with its sign."""
        if before is None:
            return NOTHING
        difference = now - before
        return f"{'+' if difference > 0 else '-' if difference < 0 else ''}{self.number(abs(difference))}"

    def points(self, now: float, before: float | None) -> str:
        """Return by how many points of a hundred two shares differ, with its sign."""
        if before is None:
            return NOTHING
        return self.say("numbers.points", number=self.change(round(100 * now), round(100 * before)))

    def day(self, value: date) -> str:
        """Return a day without its year, such as 30 Jan."""
        return self.say("calendar.day", day=value.day, short=self._listed("calendar.short_months")[value.month - 1])

    def full_day(self, value: date) -> str:
        """Return a day in full, such as Friday, 30 January 2026."""
        weekday, month = self._listed("calendar.weekdays"), self._listed("calendar.months")
        names = {"weekday": weekday[value.weekday()].capitalize(), "month": month[value.month - 1]}
        return self.say("calendar.full_day", day=value.day, year=value.year, **names)

    def clock(self, value: datetime) -> str:
        """Return the time of day, to the minute."""
        return f"{value:%H:%M}"

    def moment(self, value: datetime, day: date) -> str:
        """Return the time of day of what is of that day, and the moment of what is not."""
        return self.clock(value) if value.date() == day else self.instant(value)

    def instant(self, value: datetime) -> str:
        """Return a moment to the minute, in the time zone that it has."""
        return f"{value:%Y-%m-%d %H:%M}"


@cache
def language(code: str) -> Language:
    """Return one of the languages that there are texts of."""
    return Language(code, tomllib.loads((TEXTS / f"{code}.toml").read_text(encoding="utf-8")))
