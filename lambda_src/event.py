"""The event that starts a run: which day it is for, whether it only rehearses, and whether it may remove much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from contract import layout
from contract.items import timestamps
from contract.settings import EventKey
from lambda_src.exceptions import EventError

#: Times outside these years are slips of the pen, and at the ends of the calendar some zones have no day for them.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2999
#: In characters; an event can have 256 KB.
_LONGEST_SHOWN: Final = 80


@dataclass(frozen=True)
class Request:
    """A run for the business day ``day``; a dry run scans and reconciles but publishes nothing.

    ``accept_removal`` lets ETL-2 publish the run however many rows it removes.
    """

    day: date
    dry_run: bool = False
    accept_removal: bool = False


def parse(event: Any, now: datetime, time_zone: str) -> Request:
    """Return what ``event`` asks for: a dict with any of EventKey's keys, or None.

    Without ``dt`` the day is the business day, in ``time_zone``, of ``scheduled_time``; without that either, of ``now``
    (time-zone aware).

    Raises:
        EventError: with every fault of the event.
    """
    if event is not None and not isinstance(event, dict):
        raise EventError([f"{_shown(event)} is a {type(event).__name__}: send a JSON object, such as {{}}."])
    values, faults = _entries(event or {})
    if EventKey.DT in values:
        faults += _faults_of_day(values[EventKey.DT], now, time_zone)
    if faults:
        raise EventError(faults)
    return Request(
        day=_day(values, now, time_zone),
        dry_run=values.get(EventKey.DRY_RUN, False),
        accept_removal=values.get(EventKey.ACCEPT_REMOVAL, False),
    )


def _entries(event: Mapping[Any, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the event's values by key, and what is wrong with the others."""
    values: dict[str, Any] = {}
    faults = []
    for key, value in event.items():
        if key not in _PARSERS:
            faults.append(f"{_shown(key)} is no key of this event: known are {', '.join(_PARSERS)}.")
            continue
        try:
            values[key] = _PARSERS[key](value)
        except ValueError as error:
            faults.append(f"{key} is {_shown(value)}: {error}")
    return values, faults


def _shown(value: object) -> str:
    """Return a value for a message, which goes into logs and alerts: whole if it is short."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(text)} characters)"


def _faults_of_day(day: date, now: datetime, time_zone: str) -> list[str]:
    """Refuse a day that is still to come: as the newest day it would hide every real one until then."""
    today = max(layout.business_day(now, time_zone), layout.business_day(now, "UTC"))
    if day <= today:
        return []
    return [f"dt is '{day}', still to come: today is {today}. Write the day that the snapshot stands for."]


def _day(values: Mapping[str, Any], now: datetime, time_zone: str) -> date:
    day: date | None = values.get(EventKey.DT)
    return day or layout.business_day(values.get(EventKey.SCHEDULED_TIME, now), time_zone)


def _parse_day(value: Any) -> date:
    try:
        return layout.parse_day(value)
    except (TypeError, ValueError) as error:
        message = "write a day of the calendar as text YYYY-MM-DD, for example 2026-01-31."
        raise ValueError(message) from error


def _parse_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        message = "write true or false."
        raise ValueError(message)  # noqa: TRY004 - every fault of an event is a ValueError here
    return value


def _parse_instant(value: Any) -> datetime:
    remedy = "write an instant as text, for example 2026-01-31T04:30:00Z."
    if not isinstance(value, str):
        raise ValueError(remedy)  # noqa: TRY004 - every fault of an event is a ValueError here
    try:
        instant = timestamps.parse(value)
    except ValueError as error:
        message = f"it {error}; {remedy}"
        raise ValueError(message) from error
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        message = f"it is not of this era; {remedy}"
        raise ValueError(message)
    return instant


_PARSERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    EventKey.DT: _parse_day,
    EventKey.DRY_RUN: _parse_flag,
    EventKey.SCHEDULED_TIME: _parse_instant,
    EventKey.ACCEPT_REMOVAL: _parse_flag,
}
