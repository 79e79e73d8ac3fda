from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from ops.invocations import FAILED, RUNNING, TIMED_OUT, WELL, LogLine, invocations

BEGIN = datetime(2026, 1, 31, 4, 30, tzinfo=UTC)
TRACEBACK = """Traceback (most recent call last):
  File "/var/task/lambda_src/handler.py", line 40, in handler
    executed = execute(event, settings, _surroundings(context))
               ^^^^^^^
  File "/var/task/lambda_src/scan.py", line 9, in scan
    raise error
lambda_src.exceptions.SourceError: scanning table 'x' failed.
This ended run 20260131."""


def log(stream: str, *messages: str, begin: datetime = BEGIN) -> list[LogLine]:
    return [LogLine(begin + timedelta(seconds=number), stream, text) for number, text in enumerate(messages)]


def report(request_id: str, milliseconds: int) -> str:
    return (
        f"REPORT RequestId: {request_id}\tDuration: {milliseconds}.12 ms\tBilled Duration: {milliseconds + 1} ms\t"
        "Memory Size: 2048 MB\tMax Memory Used: 300 MB\tInit Duration: 500.00 ms\t\n"
    )


def test_one_that_went_well() -> None:
    started = json.dumps({"level": "INFO", "message": "run started"})
    (found,) = invocations(
        log("a", "START RequestId: 1-a Version: 1\n", started, "END RequestId: 1-a\n", report("1-a", 9))
    )
    assert (found.request_id, found.state, found.started_at) == ("1-a", WELL, BEGIN)
    assert (found.billed_seconds, found.memory_mb, found.used_mb, found.error) == (0.01, 2048, 300, "")


def test_streams_are_told_apart_and_the_newest_comes_first() -> None:
    first = log("a", "START RequestId: 1", report("1", 9), "START RequestId: 2", report("2", 9))
    second = log("b", "START RequestId: 3", begin=BEGIN + timedelta(hours=1))
    mixed = sorted([*first, *second], key=lambda line: line.at)
    assert [(each.request_id, each.state) for each in invocations(mixed)] == [("3", RUNNING), ("2", WELL), ("1", WELL)]


def test_failures_say_why() -> None:
    raised = json.dumps({"level": "ERROR", "message": "run failed", "exception": TRACEBACK})
    told = json.dumps({"level": "ERROR", "step": "run failed", "error": "FailedDaysError: 1 day(s)", "traceback": "…"})
    late = "2026-01-31T04:45:00Z 1 Task timed out after 900.00 seconds"
    killed = "RequestId: 1 Error: Runtime exited with error: signal: killed"
    wanted = {
        raised: (FAILED, "lambda_src.exceptions.SourceError: scanning table 'x' failed.\nThis ended run 20260131."),
        told: (FAILED, "FailedDaysError: 1 day(s)"),
        late: (TIMED_OUT, late),
        killed: (FAILED, killed),
    }
    for line, expected in wanted.items():
        (found,) = invocations(log("a", "START RequestId: 1 Version: 1", line, report("1", 900)))
        assert (found.state, found.error) == expected


def test_lines_before_the_first_beginning_are_left_out() -> None:
    assert invocations(log("a", report("0", 9), "START RequestId: 1", report("1", 9)))[0].request_id == "1"
    assert invocations(log("a", report("0", 9))) == []
