from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ops.tail import Tail

BEGIN = datetime(2026, 1, 31, tzinfo=UTC)
MILLISECONDS = int(BEGIN.timestamp() * 1000)


class Log:
    """A log group to which the test adds: FilterLogEvents with its startTime."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []

    def add(self, *offsets: int) -> None:
        for offset in offsets:
            number = len(self.events)
            self.events.append({"eventId": str(number), "timestamp": MILLISECONDS + offset, "logStreamName": "s"})
            self.events[-1]["message"] = f"{number}"

    def get_paginator(self, _: str) -> Log:
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        self.asked.append(request)
        found = [event for event in self.events if event["timestamp"] >= request["startTime"]]
        return [{"events": found[:2]}, {"events": found[2:]}]


def test_each_line_comes_once_however_many_share_an_instant() -> None:
    log = Log()
    tail = Tail(log, "group", BEGIN)  # type: ignore[arg-type]
    seen = []
    for offsets in ([0, 5, 5], [5, 5], [], [5, 9], [9]):
        log.add(*offsets)
        seen.append([line.message for line in tail.new_lines()])
    assert seen == [["0", "1", "2"], ["3", "4"], [], ["5", "6"], ["7"]]


def test_streams_and_pattern_are_asked_for() -> None:
    log = Log()
    list(Tail(log, "group", BEGIN, stream="jr_1", pattern='"run"').new_lines())  # type: ignore[arg-type]
    asked = {
        "logGroupName": "group",
        "logStreamNamePrefix": "jr_1",
        "filterPattern": '"run"',
        "startTime": MILLISECONDS,
    }
    assert log.asked == [asked]
