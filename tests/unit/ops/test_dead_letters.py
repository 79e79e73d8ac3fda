from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ops.dead_letters import DeadLetter, arrival, normalize_event, of_etl1, of_etl2, reason

NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
ZONE = "America/Bogota"
DUE = "2026-02-01T04:30:00Z"
RUN = "20260201T043001.000000Z-00000001"


@pytest.mark.parametrize(
    "body",
    [
        {"scheduled_time": DUE},
        {"dt": "2026-01-31"},
        {"JobName": "cat-prod-normalize-spark", "Arguments": {"--scheduled_time": DUE, "--conf": "x"}},
    ],
)
def test_the_schedules_message_names_the_day_that_was_due(body: dict[str, object]) -> None:
    event, day, fault = normalize_event(json.dumps(body), NOW, ZONE)
    assert (day, fault) == (date(2026, 1, 31), "")
    assert event is not None
    assert set(event) <= {"scheduled_time", "dt"}


@pytest.mark.parametrize(("body", "fault"), [("{", "no JSON"), ('{"x": 1}', "'x' is no key"), ("[]", "list")])
def test_a_message_that_is_no_event_is_left(body: str, fault: str) -> None:
    event, day, found = normalize_event(body, NOW, ZONE)
    assert (event, day) == (None, None)
    assert fault in found


def test_an_arrival_names_its_run() -> None:
    key = f"clean/conversations/dt=2026-01-31/conversations-{RUN}.csv"
    found, fault = arrival(json.dumps({"detail": {"object": {"key": key}}}), "clean/")
    assert found is not None
    assert (found.day, found.run_id, fault) == (date(2026, 1, 31), RUN, "")
    assert arrival("{}", "clean/")[1].startswith("it is no event of S3")
    assert arrival(json.dumps({"detail": {"object": {"key": "x"}}}), "clean/") == (None, "x is no run's object")


def test_a_deployments_marker_is_no_run_and_no_fault() -> None:
    assert arrival(json.dumps({"detail": {"object": {"key": "artifacts/schemas/1.json"}}}), "clean/") == (None, "")


def test_one_run_for_the_newest_day_settles_all() -> None:
    first = DeadLetter("queue", "1", "r", "{}", "", "ETL-1", date(2026, 1, 30), {}, "", "")
    newest = replace(first, message_id="2", day=date(2026, 1, 31))
    broken = replace(first, message_id="3", day=None, fault="it is no JSON")
    event = replace(first, message_id="4", etl="ETL-2", run_id=RUN)
    letters = [first, broken, newest, event]
    assert of_etl1(letters) == (newest, first)
    assert of_etl2(letters) == (event,)


def test_reasons_are_the_services_own() -> None:
    assert (
        reason({"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not authorized"}) == "NO_PERMISSIONS: not authorized"
    )
    assert reason({}) == "no reason is given"
