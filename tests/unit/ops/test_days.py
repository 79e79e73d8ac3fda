from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from ops.days import MOST_DAYS, any_day, checked_days, days_between, since
from ops.exits import Exit, OpsError

NOW = datetime(2026, 2, 1, 12, tzinfo=timezone.utc)
ZONE = "America/Bogota"


def test_days_are_taken_once_and_in_order() -> None:
    assert checked_days(["2026-01-31", "2026-01-30", "2026-01-31"], NOW, ZONE) == [date(2026, 1, 30), date(2026, 1, 31)]


def test_a_range_has_both_its_ends() -> None:
    assert days_between("2026-01-30", "2026-02-01", NOW, ZONE) == [
        date(2026, 1, 30),
        date(2026, 1, 31),
        date(2026, 2, 1),
    ]
    assert days_between("2026-01-30", "2026-01-30", NOW, ZONE) == [date(2026, 1, 30)]
    first = NOW.date() - timedelta(days=MOST_DAYS - 1)
    assert len(days_between(first.isoformat(), "2026-02-01", NOW, ZONE)) == MOST_DAYS


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-01-31", "2026-01-30", "is after"),
        ("2025-01-31", "2026-02-01", "are 367 days"),
        ("2026-02-30", "2026-02-01", "2026-02-30"),
        ("2026-01-31", "2026-02-03", "still to come"),
        ("31.1.2026", "2026-02-01", "YYYY-MM-DD"),
    ],
)
def test_wrong_ranges_are_refused(first: str, last: str, said: str) -> None:
    with pytest.raises(OpsError, match=said) as caught:
        days_between(first, last, NOW, ZONE)
    assert caught.value.code is Exit.USAGE


def test_durations() -> None:
    assert since("90m", NOW) == NOW - timedelta(minutes=90)
    assert since("7d", NOW) == NOW - timedelta(days=7)
    for text in ("7", "d", "-1h", "1w", "", "9999999999d"):
        with pytest.raises(OpsError):
            since(text, NOW)


def test_a_day_to_look_at_may_be_any() -> None:
    assert any_day("2030-01-01") == date(2030, 1, 1)
    with pytest.raises(OpsError, match="YYYY-MM-DD"):
        any_day("today")
