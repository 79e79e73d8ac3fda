from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from glue_src.catalog import Catalog
from local import function_log
from local.errors import FunctionError
from local.function_log import FunctionLog, await_run
from modules.contract.runs import ItemCounts, RunSummary, ScanStatistics
from sources.catia import CONTRACT

FINISHED = datetime(2026, 1, 31, 4, 30, tzinfo=timezone.utc)
RUN = RunSummary(
    run_id="20260131T043000.000000Z-0123abcd",
    dt=date(2026, 1, 30),
    time_zone="America/Bogota",
    source_table="a-table",
    started_at=FINISHED - timedelta(minutes=1),
    finished_at=FINISHED,
    items=ItemCounts(scanned=0, placed={}),
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


@dataclass(frozen=True)
class FakeGlue:
    """A catalog whose tables have one day, from the run that is named for each."""

    runs: dict[str, str]

    def get_paginator(self, name: str) -> FakeGlue:
        assert name == "get_partitions"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        run_id = self.runs.get(request["TableName"])
        found = [] if run_id is None else [{"Values": ["2026-01-30"], "Parameters": {"source_run_id": run_id}}]
        return [{"Partitions": found}]


def waited(lines: list[str], runs: dict[str, str], seconds: float = 30) -> FakeLogs:
    logs = FakeLogs(lines)
    of_glue: Any = FakeGlue(runs)
    of_logs: Any = logs
    await_run(RUN, Catalog(of_glue, "database", CONTRACT), FunctionLog(of_logs, "group"), seconds)
    return logs


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_log, "POLL_SECONDS", 0)


def test_waits_for_the_functions_end_whatever_the_catalog_says() -> None:
    registered = {dataset.name: RUN.run_id for dataset in CONTRACT.datasets}
    logs = waited(["START", "{}", "END", END], registered)
    assert logs.asked == [{"logGroupName": "group", "startTime": int(FINISHED.timestamp() * 1000)}] * 4


@pytest.mark.parametrize("missing", [CONTRACT.datasets[0].name, CONTRACT.datasets[-1].name])
@pytest.mark.parametrize("instead", [None, "20260130T043000.000000Z-0123abcd"])
def test_run_that_is_not_in_all_tables_has_failed(missing: str, instead: str | None) -> None:
    runs = {dataset.name: RUN.run_id for dataset in CONTRACT.datasets}
    del runs[missing]
    if instead:
        runs[missing] = instead
    with pytest.raises(FunctionError) as raised:
        waited(["START", "what went wrong", END], runs)
    first, *said = str(raised.value).splitlines()
    assert first == (
        f"ETL-2's function ended, and run {RUN.run_id} of 2026-01-30 is not in the tables. "
        "It said, at the end of group:"
    )
    assert said == ["START", "what went wrong", END]


def test_day_that_is_still_from_an_earlier_run_has_failed() -> None:
    earlier = {dataset.name: "20260130T043000.000000Z-0123abcd" for dataset in CONTRACT.datasets}
    with pytest.raises(FunctionError, match=f"run {RUN.run_id} of 2026-01-30 is not in the tables"):
        waited([END], earlier)


def test_function_that_says_nothing_is_given_up() -> None:
    with pytest.raises(FunctionError, match=rf"did not end within 0 s of run {RUN.run_id}'s arrival.*\nnothing$"):
        waited([], {}, seconds=0)
