"""Where a schedule's zone and the business days' zone drift apart, so that a business day is skipped or made twice.

Each run belongs to the business day in which it was due. Seen from one zone's clock, the other's jumps when summer time
begins or ends: a run late in the evening may then be due after midnight, the whole summer long.

Scheduler leaves a run out whose hour does not exist, and does not repeat one whose hour comes twice:
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final

from contract.layout import business_day
from contract.zones import zone
from envs.cron import due_at, times_of_day

#: No run makes the business day; none does because the run's own hour does not exist; two runs make it.
SKIPPED: Final = "skipped"
LEFT_OUT: Final = "left out"
REPEATED: Final = "repeated"
#: Long enough for the changes of each zone, and for the year after the next deployment.
DAYS: Final = 2 * 366
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Drift:
    """What happens to the business day ``day`` because of the run that is due at ``at``, in the schedule's zone."""

    kind: str
    at: time
    day: date


@cache
def drifts(expression: str, schedule_zone: str, business_zone: str, first: date, days: int = DAYS) -> tuple[Drift, ...]:
    """Return what goes wrong with each time of day of a sound cron ``expression`` in the days after ``first``.

    Every day is taken to be due: which ones are makes no difference to the dates on which clocks change.
    """
    changes = _days_of_change(schedule_zone, business_zone, first, days)
    return tuple(
        drift for at in times_of_day(expression) for drift in _of_time(at, schedule_zone, business_zone, changes)
    )


def _of_time(at: time, schedule_zone: str, business_zone: str, changes: list[date]) -> Iterator[Drift]:
    for local in changes:
        made = _business_day(local, at, schedule_zone, business_zone)
        if made is None:
            continue
        yesterday = _business_day(local - _DAY, at, schedule_zone, business_zone)
        before = yesterday or _business_day(local - 2 * _DAY, at, schedule_zone, business_zone)
        if before is None or before + _DAY == made:
            continue
        if before >= made:
            yield Drift(REPEATED, at, made)
        for number in range(1, (made - before).days):
            yield Drift(SKIPPED if yesterday else LEFT_OUT, at, before + number * _DAY)


def _business_day(local: date, at: time, schedule_zone: str, business_zone: str) -> date | None:
    """Return the business day of a run, None where its hour does not exist."""
    due = due_at(local, at, schedule_zone)
    return None if due is None else business_day(due, business_zone)


def _days_of_change(schedule_zone: str, business_zone: str, first: date, days: int) -> list[date]:
    """Return the days around which either zone's clock changes: on all others a run falls as it fell the day before."""
    found = set()
    before = None
    for number in range(days + 1):
        midnight = datetime.combine(first + number * _DAY, time(), UTC)
        offsets = [midnight.astimezone(zone(name)).utcoffset() for name in (schedule_zone, business_zone)]
        if before not in (None, offsets):
            # Zones are up to 14 hours apart from UTC, and a run may be due late in the day.
            found |= {midnight.date() + nearby * _DAY for nearby in range(-2, 3)}
        before = offsets
    return sorted(day for day in found if first < day <= first + days * _DAY)
