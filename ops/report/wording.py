"""Numbers, times and days as the page writes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")
_STEP: Final = 1024
#: From so many on, seconds are told in minutes.
_MINUTES_FROM: Final = 120
_LEAST_DOLLARS: Final = 0.0001
NOTHING: Final = "-"


def number(value: float) -> str:
    """Return a number with thousands marked; what is no whole number has one decimal."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def percent(share: float | None) -> str:
    """Return a share from 0 to 1 as a percentage; a small one keeps a decimal."""
    if share is None:
        return NOTHING
    return f"{share:.0%}" if share in {0, 1} or abs(share) >= 0.1 else f"{share:.1%}"  # noqa: PLR2004 ten of a hundred


def dollars(amount: float) -> str:
    """Return an amount; a small one to four decimals, and one that is too small for those as such."""
    if 0 < amount < _LEAST_DOLLARS:
        return f"< ${_LEAST_DOLLARS}"
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.4f}"


def size(count: float) -> str:
    """Return a number of bytes in the unit that keeps it short; a kB is 1024 of them."""
    unit = 0
    while count >= _STEP and unit < len(_UNITS) - 1:
        count, unit = count / _STEP, unit + 1
    return f"{count:,.0f} {_UNITS[unit]}" if unit == 0 else f"{count:,.1f} {_UNITS[unit]}"


def seconds(count: float) -> str:
    """Return a duration in seconds, a long one in minutes."""
    return f"{count:,.1f} s" if count < _MINUTES_FROM else f"{count / 60:,.1f} min"


def change(now: float, before: float | None) -> str:
    """Return a difference with its sign."""
    if before is None:
        return NOTHING
    difference = now - before
    return f"{'+' if difference > 0 else '-' if difference < 0 else ''}{number(abs(difference))}"


def day(value: date) -> str:
    """Return a day without its year, such as 30 Jan."""
    return f"{value.day} {value:%b}"


def full_day(value: date) -> str:
    """Return a day in full, such as Friday, 30 January 2026."""
    return f"{value:%A}, {value.day} {value:%B %Y}"


def instant(value: datetime) -> str:
    """Return a moment to the minute, in the time zone that it has."""
    return f"{value:%Y-%m-%d %H:%M}"
