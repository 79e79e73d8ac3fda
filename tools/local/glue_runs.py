"""Tells the emulator's Glue of a job's run beside it: operators see its state, its log and its alert as on AWS."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_logs import CloudWatchLogsClient

    from tools.local.glue_stand_in import DeployedJob

#: tools/local/enforcing_emulator.py takes what is told under this name.
_TOLD: Final = "--told_by_stand_in"


@contextmanager
def told_to_glue(glue: GlueClient, job: DeployedJob) -> Iterator[None]:
    """Tell that a run has begun, and how the block that runs it has ended."""
    began = int(time.time())

    def tell(state: str, error: str = "") -> None:
        now = int(time.time())
        run: dict[str, Any] = {"Id": job.run_id, "JobName": job.name, "JobRunState": state, "ErrorMessage": error}
        run |= {
            "StartedOn": began,
            "LastModifiedOn": now,
            "ExecutionTime": now - began,
            "GlueVersion": job.glue_version,
        }
        glue.start_job_run(JobName=job.name, Arguments={_TOLD: json.dumps(run)}, JobRunQueuingEnabled=True)

    tell("RUNNING")
    try:
        yield
    except BaseException as error:
        tell("FAILED", str(error) or type(error).__name__)
        raise
    tell("SUCCEEDED")


class JobLog:
    """Puts a run's output where Glue puts it, as it comes: into the group whose name begins with ``prefix``."""

    def __init__(self, logs: CloudWatchLogsClient, prefix: str, job: DeployedJob) -> None:
        self._logs = logs
        groups = (each["logGroupName"] for each in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"])
        self._streams: list[dict[str, Any]] = [
            {"logGroupName": group, "logStreamName": job.run_id} for group in groups if group.endswith("/output")
        ]
        for stream in self._streams:
            logs.create_log_stream(**stream)

    def line(self, text: str) -> None:
        """Put a line."""
        event: Any = {"timestamp": int(time.time() * 1000), "message": text}
        for stream in self._streams if text.strip() else ():
            self._logs.put_log_events(**stream, logEvents=[event])
