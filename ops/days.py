"""Days and times as operators write them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from contract.layout import parse_day
from contract.settings import EventKey
from lambda_src import event as events
from lambda_src.exceptions import EventError
from ops.exits import usage

_DURATION: Final = re.compile(r"(?P<number>\d+)(?P<unit>[smhd])", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def business_day(text: str, now: datetime, time_zone: str) -> date:
    """Return a day of a command line for which ETL-1 is to run, by ETL-1's own rules.

    Raises:
        OpsError: it is no day, or still to come.
    """
    try:
        return events.parse({EventKey.DT: text}, now, time_zone).day
    except EventError as error:
        raise usage(" ".join(error.faults), "Correct the day and repeat.") from error


def any_day(text: str) -> date:
    """Return a day of a command line.

    Raises:
        OpsError: it is none.
    """
    try:
        return parse_day(text)
    except ValueError as error:
        raise usage(str(error), "Correct the day and repeat.") from error


def since(text: str, now: datetime) -> datetime:
    """Return the instant that a duration such as 30m, 2h or 7d lies back, or an instant itself, with its zone.

    Raises:
        OpsError: the text is neither.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return _instant(text)
    try:
        return now - timedelta(**{_UNITS[match["unit"]]: int(match["number"])})
    except OverflowError as error:
        message = f"{text!r} lies before all time."
        raise usage(message, "Write a shorter duration.") from error


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = f"{text!r} is no duration, and no instant with its zone."
        raise usage(message, "Write for example 30m, 2h, 7d or 2026-01-31T09:00Z.")
    return found
