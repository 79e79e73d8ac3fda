"""Follows ETL-2's function, which the emulator starts by itself when the deployed rule matches an arrival.

The emulator writes what a function said to the deployed log group, all of it once the function has ended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from local.errors import FunctionError
from local.followed import ERROR_TAIL

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_logs import CloudWatchLogsClient

    from glue_src.catalog import Catalog
    from modules.contract.runs import RunSummary

POLL_SECONDS: Final = 0.25
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


def await_run(run: RunSummary, catalog: Catalog, log: FunctionLog, seconds: float) -> None:
    """Return once the function has registered the run's day in all tables of the catalog, and has ended.

    Raises:
        FunctionError: it ended without, or did not end in time; with what it said last.
    """
    deadline = time.monotonic() + seconds
    said = log.since(run.finished_at)
    while not any(line.startswith(_END) for line in said):
        if time.monotonic() > deadline:
            raise FunctionError(_told(f"did not end within {seconds:.0f} s of run {run.run_id}'s arrival", log, said))
        time.sleep(POLL_SECONDS)
        said = log.since(run.finished_at)
    if catalog.snapshot().source_run(run.dt) != run.run_id:
        raise FunctionError(_told(f"ended, and run {run.run_id} of {run.dt} is not in the tables", log, said))


def _told(what: str, log: FunctionLog, said: list[str]) -> str:
    tail = "\n".join(said[-ERROR_TAIL:]) or "nothing"
    return f"ETL-2's function {what}. It said, at the end of {log.group}:\n{tail}"
