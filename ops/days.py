"""Days and times as operators write them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from lambda_src import event as events
from lambda_src.exceptions import EventError
from modules.contract.layout import parse_day
from modules.contract.settings import EventKey
from ops.exits import usage

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Each is a whole scan of the table: more at once is rather a slip of the pen.
MOST_DAYS: Final = 366
_DURATION: Final = re.compile(r"(?P<number>\d+)(?P<unit>[smhd])", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def checked_days(texts: Sequence[str], now: datetime, time_zone: str) -> list[date]:
    """Return the days of a command line, each once and oldest first, by ETL-1's own rules.

    Raises:
        OpsError: one is no day, or still to come.
    """
    days = set()
    for text in texts:
        try:
            days.add(events.parse({EventKey.DT: text}, now, time_zone).day)
        except EventError as error:
            raise usage(" ".join(error.faults), "Correct the day and repeat.") from error
    return sorted(days)


def days_between(first: str, last: str, now: datetime, time_zone: str) -> list[date]:
    """Return all days from ``first`` to ``last``, both included.

    Raises:
        OpsError: as :func:`checked_days`, or the days are none or too many.
    """
    begin, end = (checked_days([text], now, time_zone)[0] for text in (first, last))
    days = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    if not days:
        message = f"--from {begin} is after --to {end}."
        raise usage(message, "Write the earlier day first.")
    if len(days) > MOST_DAYS:
        message = f"{begin} to {end} are {len(days)} days."
        raise usage(message, f"At most {MOST_DAYS} at once: each is a scan of the whole table.")
    return days


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
    """Return the instant that a duration such as 30m, 2h or 7d lies back.

    Raises:
        OpsError: the text is no duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        message = f"{text!r} is no duration."
        raise usage(message, "Write a number and s, m, h or d, for example 30m, 2h or 7d.")
    try:
        return now - timedelta(**{_UNITS[match["unit"]]: int(match["number"])})
    except OverflowError as error:
        message = f"{text!r} lies before all time."
        raise usage(message, "Write a shorter duration.") from error
