"""Business days as instants, also where clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ops.report.window import Window, microseconds


def window(day: date, zone: str) -> Window:
    return Window(day, ZoneInfo(zone))


def test_thirty_days_of_bogota() -> None:
    found = window(date(2026, 1, 30), "America/Bogota")
    assert (found.days[0], found.days[-1], len(found.days)) == (date(2026, 1, 1), date(2026, 1, 30), 30)
    assert found.usual_days == tuple(date(2026, 1, day) for day in range(23, 30))
    assert found.begins == microseconds(datetime(2026, 1, 1, 5, tzinfo=UTC))
    assert found.ends == microseconds(datetime(2026, 1, 31, 5, tzinfo=UTC))


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
