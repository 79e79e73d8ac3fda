"""Timestamp cells of the usual forms of times, put together from parts that are remembered.

An offset of whole hours moves nothing but the date and the hour, and the years 1 to 9999 begin and end with whole
hours. So ``2026-01-31T23:59:59.123-05:00`` is right if ``2026-01-31T23:00-05:00`` is, and its cell is that one's date
and hour, then its own minutes, seconds and fraction. What is right is said by
:mod:`contract.items.timestamps`: it parses the midnight of every date, and every time of another form.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from contract.items import timestamps
from lambda_src.fast_readers.protocol import SlowPathError

_UNITS: Final = [f"{number:02}" for number in range(60)]
_HOURS: Final = {f"{mark}{hour:02}:": timedelta(hours=hour) for mark in "Tt " for hour in range(24)}
#: Minutes and seconds, ``30:59``, as bytes.
MINUTES: Final = {text: text.encode() for text in (f"{minute}:{second}" for minute in _UNITS for second in _UNITS)}

#: Fractions of seconds, to the millisecond, as most clocks write them → how the cell ends, with the record's line feed.
_FRACTIONS: Final = {"": b".000000Z\n"} | {
    f".{fraction:03}{zeros}": b".%03d000Z\n" % fraction for fraction in range(1_000) for zeros in ("", "000")
}
#: The same for all that follows the seconds of a time in UTC.
ENDS: Final = _FRACTIONS | {f"{fraction}Z": end for fraction, end in _FRACTIONS.items()}
_fraction: Final = re.compile(r"\.([0-9]+)").fullmatch

_HOURS_KEPT: Final = 20_000
"""Two years of hours: some 4 MB."""


class InstantCells:
    """Cells of times. ``hours`` holds those seen: ``2026-01-31T23:-05:00`` → ``,2026-02-01T04:``."""

    def __init__(self) -> None:
        self.hours: dict[str, bytes] = {}
        self._midnights: dict[str, datetime] = {}

    def last_cell(self, time: str) -> bytes:
        """Return the cell of a time as the last of a record: a comma before it and a line feed after it.

        Raises:
            SlowPathError: ``time`` is none, or so near the end of all years that its day is not whole.
        """
        hour, minutes, end = self.hours.get(time[:14]), MINUTES.get(time[14:19]), ENDS.get(time[19:])
        return hour + minutes + end if hour and minutes and end else self.other_last_cell(time)

    def other_last_cell(self, time: str) -> bytes:
        """Return the same of a time that is not in UTC, or of an hour or a form that is not remembered."""
        if time.endswith(":00") and time[-6:-5] in ("+", "-"):
            zone, fraction = time[-6:], time[19:-6]
        else:
            zone, fraction = "", time[19:].removesuffix("Z")
        minutes, end = MINUTES.get(time[14:19]), _FRACTIONS.get(fraction) or _end(fraction)
        try:
            if minutes and end:
                return (self.hours.get(time[:14] + zone) or self._hour(time[:14], zone)) + minutes + end
            return f",{timestamps.cell(timestamps.parse(time))}\n".encode()
        except (ValueError, OverflowError):
            raise SlowPathError from None

    def _hour(self, start: str, zone: str) -> bytes:
        """Return and remember the hour of a date and hour, ``2026-01-31T23:``, and an offset.

        Raises:
            ValueError, OverflowError: there is no such hour, or not the whole day.
        """
        past = _HOURS.get(start[10:])
        if past is None:
            message = f"{start!r} ends with no hour"
            raise ValueError(message)
        if len(self.hours) >= _HOURS_KEPT:
            self.hours.clear()
            self._midnights.clear()
        midnight = self._midnight(start[:10], zone)
        # Without an offset the cell begins as the time does; arithmetic takes ten times as long.
        cell = timestamps.cell(midnight + past)[:14] if zone else f"{start[:10]}T{start[11:]}"
        hour = self.hours[start + zone] = f",{cell}".encode()
        return hour

    def _midnight(self, date: str, zone: str) -> datetime:
        midnight = self._midnights.get(date + zone)
        if midnight is None:
            midnight = self._midnights[date + zone] = timestamps.parse(f"{date}T00:00{zone}")
        return midnight


def _end(fraction: str) -> bytes | None:
    match = _fraction(fraction)
    return match and f".{match[1]:0<6.6}Z\n".encode()
