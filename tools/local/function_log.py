"""Follows ETL-2's function, which the emulator starts by itself when the deployed rule matches an arrival.

The emulator writes what a function said to the deployed log group, all of it once the function has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from contract.runs import RunSummary
from ops.invocations import document_in
from tools.local.errors import FunctionError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

POLL_SECONDS: Final = 0.25
#: So many of the last lines are told of a failure.
_TOLD_LINES: Final = 40
#: Lambda's own line at the end of every invocation, well or ill.
_END: Final = "REPORT RequestId: "


@dataclass(frozen=True)
class FunctionLog:
    """The log group of one function."""

    logs: CloudWatchLogsClient
    group: str

    def since(self, instant: datetime) -> list[str]:
        """Return the lines that were written at ``instant`` or later, oldest first."""
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.group, startTime=int(instant.timestamp() * 1000)
        )
        return [event["message"] for page in pages for event in page["events"]]


def await_end(log: FunctionLog, since: datetime, what: str, seconds: float, run_id: str = "") -> list[str]:
    """Return what the function has said since, once an invocation that began since has ended; ``what`` started it.

    One that began before will do if it took the run ``run_id``.

    Raises:
        FunctionError: none ended in time; with what it said last.
    """
    deadline = time.monotonic() + seconds
    said = log.since(since)
    while not _has_ended(said, since, run_id):
        if time.monotonic() > deadline:
            raise FunctionError(_told(f"did not end within {seconds:.0f} s of {what}", log, said))
        time.sleep(POLL_SECONDS)
        said = log.since(since)
    return said


def _has_ended(said: list[str], since: datetime, run_id: str) -> bool:
    """Tell whether an invocation that began since has ended; one that does not say when it began counts.

    One that began before may end later: a deployment's first event starts the function, too. While it is at work the
    emulator drops the arrival's event, so that no other follows: it counts if it took the run.
    """
    began: datetime | None = None
    took_it = False
    for line in said:
        told = document_in(line)
        if began is None and (at := told.get("time")):
            began = datetime.fromisoformat(at)
        took_it = took_it or told.get("run_id") == run_id
        if line.startswith(_END):
            if began is None or began >= since or took_it:
                return True
            began, took_it = None, False
    return False


def await_run(run: RunSummary, recorded_run: Callable[[], str | None], log: FunctionLog, seconds: float) -> None:
    """Return once the function has ended and recorded the run.

    Args:
        run: the run whose arrival started it.
        recorded_run: returns the newest run that the table of runs tells of.
        log: what the function says.
        seconds: for how long to wait.

    Raises:
        FunctionError: it ended without, or did not end in time; with what it said last.
    """
    said = await_end(log, run.finished_at, f"run {run.run_id}'s arrival", seconds, run.run_id)
    if recorded_run() != run.run_id:
        raise FunctionError(_told(f"ended, and run {run.run_id} of {run.dt} is not recorded", log, said))


def _told(what: str, log: FunctionLog, said: list[str]) -> str:
    tail = "\n".join(said[-_TOLD_LINES:]) or "nothing"
    return f"ETL-2's function {what}. It said, at the end of {log.group}:\n{tail}"
