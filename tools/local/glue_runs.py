"""Tells the emulator's Glue of a job's run beside it: operators see its state, its log and its alert as on AWS."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_logs import CloudWatchLogsClient

    from tools.local.glue_stand_in import DeployedJob

#: tools/local/enforcing_emulator.py takes what is told under this name.
_TOLD: Final = "--told_by_stand_in"
#: CloudWatch takes up to 10,000 lines and 1 MB at once.
_LINES_AT_ONCE: Final = 500


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


def write_log(logs: CloudWatchLogsClient, prefix: str, job: DeployedJob, file: Path) -> None:
    """Put a run's output where Glue puts it: into the group of the job, whose name begins with ``prefix``."""
    groups = logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()] if file.exists() else []
    events: Any = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
    for group in (each["logGroupName"] for each in groups if each["logGroupName"].endswith("/output")):
        logs.create_log_stream(logGroupName=group, logStreamName=job.run_id)
        for first in range(0, len(events), _LINES_AT_ONCE):
            some = events[first : first + _LINES_AT_ONCE]
            logs.put_log_events(logGroupName=group, logStreamName=job.run_id, logEvents=some)
