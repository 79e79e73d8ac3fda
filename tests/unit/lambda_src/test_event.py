from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from lambda_src.event import Request, parse
from lambda_src.exceptions import EventError

BOGOTA = "America/Bogota"
NOW = datetime(2026, 1, 31, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "request_"),
    [
        (None, Request(date(2026, 1, 30), dry_run=False)),
        ({}, Request(date(2026, 1, 30), dry_run=False)),
        ({"dry_run": True}, Request(date(2026, 1, 30), dry_run=True)),
        ({"accept_removal": True}, Request(date(2026, 1, 30), accept_removal=True)),
        ({"accept_removal": False}, Request(date(2026, 1, 30))),
        ({"dt": "2025-12-24"}, Request(date(2025, 12, 24), dry_run=False)),
        ({"scheduled_time": "2026-01-29T04:30:00Z"}, Request(date(2026, 1, 28), dry_run=False)),
        ({"scheduled_time": "2026-01-29T05:00:00Z"}, Request(date(2026, 1, 29), dry_run=False)),
        ({"scheduled_time": "2026-01-28T23:59:59-05:00"}, Request(date(2026, 1, 28), dry_run=False)),
        ({"dt": "2026-01-01", "scheduled_time": "2026-01-29T04:30:00Z"}, Request(date(2026, 1, 1), dry_run=False)),
    ],
)
def test_what_is_asked_for(event: Any, request_: Request) -> None:
    assert parse(event, NOW, BOGOTA) == request_


@pytest.mark.parametrize(
    ("due", "day"),
    [
        # 23:30 in Madrid, in winter and in summer; and the hour that comes twice there, both times.
        ("2026-01-31T22:30:00Z", date(2026, 1, 31)),
        ("2026-07-31T21:30:00Z", date(2026, 7, 31)),
        ("2026-10-25T00:30:00Z", date(2026, 10, 25)),
        ("2026-10-25T01:30:00Z", date(2026, 10, 25)),
    ],
)
def test_late_retry_belongs_to_the_day_that_was_due(due: str, day: date) -> None:
    """The schedule's zone does not matter: Scheduler names the instant, in UTC."""
    hours_later = datetime(2027, 1, 1, tzinfo=UTC)
    assert parse({"scheduled_time": due}, hours_later, "Europe/Madrid") == Request(day)


@pytest.mark.parametrize("dt", ["2026-01-30", "2026-01-31"])
def test_today_is_the_last_day_in_its_time_zone_or_in_utc(dt: str) -> None:
    assert parse({"dt": dt}, NOW, BOGOTA).day.isoformat() == dt


DT_REMEDY = "write a day of the calendar as text YYYY-MM-DD, for example 2026-01-31."
TIME_REMEDY = "write an instant as text, for example 2026-01-31T04:30:00Z."


@pytest.mark.parametrize(
    ("event", "faults"),
    [
        ({"day": 1}, ["'day' is no key of this event: known are dt, dry_run, scheduled_time, accept_removal."]),
        ({"dt": "2026-02-30"}, [f"dt is '2026-02-30': {DT_REMEDY}"]),
        ({"dt": "20260131"}, [f"dt is '20260131': {DT_REMEDY}"]),
        ({"dt": 20260131}, [f"dt is 20260131: {DT_REMEDY}"]),
        ({"dt": None}, [f"dt is None: {DT_REMEDY}"]),
        (
            {"dt": "2062-01-31"},
            ["dt is '2062-01-31', still to come: today is 2026-01-31. Write the day that the snapshot stands for."],
        ),
        ({"dry_run": "true"}, ["dry_run is 'true': write true or false."]),
        ({"dry_run": 1}, ["dry_run is 1: write true or false."]),
        ({"accept_removal": "true"}, ["accept_removal is 'true': write true or false."]),
        ({"scheduled_time": 5}, [f"scheduled_time is 5: {TIME_REMEDY}"]),
        (
            {"scheduled_time": "04:30"},
            [
                "scheduled_time is '04:30': it is not an ISO-8601 date and time such as 2026-01-31T04:30:00Z; "
                + TIME_REMEDY
            ],
        ),
        (
            {"scheduled_time": "0001-01-01T00:00:00Z"},
            ["scheduled_time is '0001-01-01T00:00:00Z': it is not of this era; " + TIME_REMEDY],
        ),
        (
            {"scheduled_time": "3000-01-01T00:00:00Z"},
            ["scheduled_time is '3000-01-01T00:00:00Z': it is not of this era; " + TIME_REMEDY],
        ),
        ([], ["[] is a list: send a JSON object, such as {}."]),
        ("dt", ["'dt' is a str: send a JSON object, such as {}."]),
        (
            {"Dt": "y", "dry_run": 0, "dt": "x"},
            [
                "'Dt' is no key of this event: known are dt, dry_run, scheduled_time, accept_removal.",
                "dry_run is 0: write true or false.",
                f"dt is 'x': {DT_REMEDY}",
            ],
        ),
    ],
)
def test_faults_are_told_all_together_with_value_and_remedy(event: Any, faults: list[str]) -> None:
    with pytest.raises(EventError) as caught:
        parse(event, NOW, BOGOTA)

    assert list(caught.value.faults) == faults
    assert str(caught.value) == "\n  - ".join(["The event is wrong:", *faults])


@pytest.mark.parametrize(
    "event", ["x" * 100_000, {"x" * 100_000: 1}, {"dt": "x" * 100_000}, {"dry_run": ["x"] * 50_000}, ["x"] * 50_000]
)
def test_a_long_event_is_not_told_whole(event: Any) -> None:
    with pytest.raises(EventError) as caught:
        parse(event, NOW, BOGOTA)
    assert len(str(caught.value)) < 500
