from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contract.runs import ItemCounts, RunSummary, ScanStatistics
from tools.local import function_log
from tools.local.errors import FunctionError
from tools.local.function_log import FunctionLog, await_run

FINISHED = datetime(2026, 1, 31, 4, 30, tzinfo=UTC)
RUN = RunSummary(
    run_id="20260131T043000.000000Z-0123abcd",
    dt=date(2026, 1, 30),
    time_zone="America/Bogota",
    source_table="a-table",
    started_at=FINISHED - timedelta(minutes=1),
    finished_at=FINISHED,
    items=ItemCounts(scanned=0, accepted={}),
    scan=ScanStatistics(segments=1, pages=1, consumed_capacity_units=0, throttled_requests=0, retried_requests=0),
    objects=(),
)
END = "REPORT RequestId: 1\tDuration: 5 ms"


@dataclass
class FakeLogs:
    """The log at each look, one more line a look; and what it was asked."""

    lines: list[str]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, name: str) -> FakeLogs:
        assert name == "filter_log_events"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        self.asked.append(request)
        return [{"events": [{"message": line}]} for line in self.lines[: len(self.asked)]]


def waited(lines: list[str], recorded: str | None, seconds: float = 30) -> FakeLogs:
    logs = FakeLogs(lines)
    of_logs: Any = logs
    await_run(RUN, lambda: recorded, FunctionLog(of_logs, "group"), seconds)
    return logs


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_log, "POLL_SECONDS", 0)


def test_waits_for_the_functions_end_whatever_is_recorded() -> None:
    logs = waited(["START", "{}", "END", END], RUN.run_id)
    assert logs.asked == [{"logGroupName": "group", "startTime": int(FINISHED.timestamp() * 1000)}] * 4


def test_an_invocation_that_had_begun_before_is_anothers() -> None:
    """A deployment's first event can still be at work when the first run arrives."""
    earlier, later = (json.dumps({"time": (FINISHED + timedelta(seconds=s)).isoformat()}) for s in (-1, 1))
    logs = waited(["START", earlier, END, "START", later, END], RUN.run_id)
    assert len(logs.asked) == 6
    # Unless it took that run: the run's own event is lost then, for the function was busy.
    logs = waited(["START", earlier, json.dumps({"step": "planned", "run_id": RUN.run_id}), END], RUN.run_id, seconds=1)
    assert len(logs.asked) == 4


@pytest.mark.parametrize("recorded", [None, "20260130T043000.000000Z-0123abcd"])
def test_run_that_is_not_recorded_has_failed(recorded: str | None) -> None:
    with pytest.raises(FunctionError) as raised:
        waited(["START", "what went wrong", END], recorded)
    first, *said = str(raised.value).splitlines()
    assert first == (
        f"ETL-2's function ended, and run {RUN.run_id} of 2026-01-30 is not recorded. It said, at the end of group:"
    )
    assert said == ["START", "what went wrong", END]


def test_function_that_says_nothing_is_given_up() -> None:
    with pytest.raises(FunctionError, match=rf"did not end within 0 s of run {RUN.run_id}'s arrival.*\nnothing$"):
        waited([], None, seconds=0)
