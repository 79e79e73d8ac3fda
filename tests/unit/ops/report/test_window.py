"""Business days as instants, also where clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ops.report.window import Window, microseconds

#: Long after any of the days.
AFTERWARDS = datetime(2027, 1, 1, tzinfo=UTC)


def window(day: date, zone: str, read_at: datetime = AFTERWARDS) -> Window:
    return Window(day, ZoneInfo(zone), read_at)


def test_thirty_days_of_bogota() -> None:
    found = window(date(2026, 1, 30), "America/Bogota")
    assert (found.days[0], found.days[-1], len(found.days)) == (date(2026, 1, 1), date(2026, 1, 30), 30)
    assert found.usual_days == tuple(date(2026, 1, day) for day in range(23, 30))
    assert found.begins == microseconds(datetime(2025, 11, 3, 5, tzinfo=UTC)), "the Monday twelve weeks before"
    assert found.ends == microseconds(datetime(2026, 1, 31, 5, tzinfo=UTC))


FRIDAY, SUNDAY = date(2026, 1, 30), date(2026, 2, 1)


@pytest.mark.parametrize(
    ("day", "read_at", "last_whole_day"),
    [
        (FRIDAY, datetime(2026, 1, 31, 4, 30, tzinfo=UTC), FRIDAY),  # as scheduled: half an hour before the day ends
        (FRIDAY, datetime(2026, 1, 31, 3, 59, tzinfo=UTC), date(2026, 1, 29)),
        (FRIDAY, datetime(2026, 1, 30, 15, 12, tzinfo=UTC), date(2026, 1, 29)),
        (FRIDAY, datetime(2026, 1, 28, 4, 30, tzinfo=UTC), date(2026, 1, 27)),  # the tables are behind
        (FRIDAY, AFTERWARDS, FRIDAY),
        (SUNDAY, datetime(2026, 2, 2, 4, 30, tzinfo=UTC), SUNDAY),
        (SUNDAY, datetime(2026, 2, 1, 15, tzinfo=UTC), date(2026, 1, 31)),
    ],
)
def test_a_day_and_a_week_are_whole_if_they_were_over_when_read(
    day: date, read_at: datetime, last_whole_day: date
) -> None:
    found = window(day, "America/Bogota", read_at)
    assert found.last_whole_day == last_whole_day
    weeks = found.weeks
    assert {week.first.weekday() for week in weeks} == {0}
    assert weeks[-1].last == day
    assert [week.whole for week in weeks] == [
        week.last.weekday() == 6 and week.last <= last_whole_day for week in weeks
    ]
    assert len(weeks) == (12 if weeks[-1].whole else 13)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 1, 30), "America/Bogota", list(range(24))),
        (date(2026, 3, 29), "Europe/Berlin", [0, 1, *range(3, 24)]),
        (date(2026, 10, 25), "Europe/Berlin", [0, 1, 2, 2, *range(3, 24)]),
        (date(2026, 9, 6), "America/Santiago", list(range(1, 24))),
        (date(2026, 1, 30), "Asia/Kathmandu", list(range(24))),
    ],
)
def test_hours_of_a_day(day: date, zone: str, hours: list[int]) -> None:
    assert [begins.hour for begins in window(day, zone).hours()] == hours


@pytest.mark.parametrize("zone", ["America/Bogota", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_quarters_lie_within_one_hour(zone: str) -> None:
    found = window(date(2026, 4, 20), zone)
    begin = datetime.fromtimestamp(found.begins / 1e6, UTC)
    for number in range(30 * 96):
        first = found.quarter(number)
        last = (begin + timedelta(minutes=15 * (number + 1), microseconds=-1)).astimezone(found.zone)
        assert (first.date(), first.hour) == (last.date(), last.hour)
