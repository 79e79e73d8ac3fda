"""ISO-8601 times as UTC instants, and instants as timestamp cells.

Parsed by one pattern and plain arithmetic rather than ``datetime.fromisoformat``, whose answers differ between the
Pythons that run this code (3.11 on Glue, 3.12 on Lambda; 3.13 even takes 24:00).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_TIME: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>-?)(?P<month>[0-9]{2})(?P=dash)(?P<day>[0-9]{2})"
    r"[Tt ]"
    r"(?P<hour>[0-9]{2})(?P<colon>:?)(?P<minute>[0-9]{2})"
    r"(?:(?P=colon)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<offset_hours>[0-9]{2}):?(?P<offset_minutes>[0-9]{2})?)?"
)
_FORM: Final = "is not an ISO-8601 date and time such as 2026-01-31T04:30:00Z"


def parse(text: str) -> datetime:
    """Return the instant that ``text`` names, in UTC (time-zone aware).

    Date and time are both needed, in the extended or basic form, with T or a space between them; without Z or an
    offset the time is UTC. Digits after the microsecond are cut off, as ``datetime.fromisoformat`` does.

    Raises:
        ValueError: the text is not of that form, or names no instant between the years 1 and 9999 UTC. Its message
            goes on after the text: "is not …".
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(_FORM)
    year, _, month, day, hour, _, minute, second, fraction, *offset = match.groups()
    microsecond = int(fraction[:6].ljust(6, "0")) if fraction else 0
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), microsecond, UTC)
        return local - _offset(*offset) if offset[0] else local
    except ValueError as error:
        message = f"names no real time: {error}"
        raise ValueError(message) from error
    except OverflowError as error:
        message = "lies outside the years 1 to 9999 in UTC"
        raise ValueError(message) from error


def cell(instant: datetime) -> str:
    """Return ``instant`` (time-zone aware, UTC) in ``contract.column_types.CSV_TIMESTAMP_FORMAT``.

    Not by ``strftime``: its ``%Y`` leaves years before 1000 shorter than four digits on Linux.
    """
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _offset(sign: str, hour_digits: str, minute_digits: str | None) -> timedelta:
    hours, minutes = int(hour_digits), int(minute_digits or 0)
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - a clock's own numbers
        message = f"no offset is {sign}{hours:02}:{minutes:02}"
        raise ValueError(message)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if sign == "-" else offset
