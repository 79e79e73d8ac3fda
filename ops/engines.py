"""What runs ETL-1 and ETL-2 here, a function or a job, and how its last runs went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from envs.glue_log_names import JobLogs
from ops import invocations
from ops.invocations import FAILED, RUNNING, TIMED_OUT, LogLine
from ops.platform import Platform
from ops.tail import Tail

if TYPE_CHECKING:
    from mypy_boto3_glue.type_defs import JobRunTypeDef

FUNCTION: Final = "function"
JOB: Final = "job"
#: So far back a function's log is searched for its last runs.
LOOK_BACK: Final = timedelta(days=3)
_MOST_RUNS: Final = 5
#: Events come within seconds as a rule, and may take a minute. In the first minutes after a bucket is told to send them
#: none come, and nobody sends them later:
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html.
_EVENT: Final = timedelta(minutes=1)
#: https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
_GOING_ON: Final = frozenset(("STARTING", "RUNNING", "STOPPING", "WAITING"))
_JOB_FAILED: Final = frozenset(("FAILED", "ERROR", "STOPPED", "EXPIRED"))


@dataclass(frozen=True)
class EngineRun:
    """One run of a function or job: SUCCEEDED, FAILED, TIMEOUT or RUNNING; ``seconds`` is None while it runs."""

    run_id: str
    state: str
    started_at: datetime
    seconds: float | None
    error: str

    @property
    def failed(self) -> bool:
        """Whether it failed."""
        return self.state in {FAILED, TIMED_OUT}


@dataclass(frozen=True)
class DeployedEngine:
    """The function or job of one ETL: its kind and names."""

    etl: str
    kind: str
    name: str
    log_group: str

    @property
    def word(self) -> str:
        """What the command line calls its ETL."""
        return "normalize" if self.etl == "ETL-1" else "etl"


@dataclass(frozen=True)
class EngineState:
    """An engine and its last runs, newest first."""

    engine: DeployedEngine
    runs: tuple[EngineRun, ...]

    @property
    def last(self) -> EngineRun | None:
        """The newest run that is known, if any."""
        return self.runs[0] if self.runs else None

    def begun_since(self, instant: datetime) -> EngineRun | None:
        """Return the newest run if it began since an instant; Glue's are whole seconds."""
        begun = instant.astimezone(UTC).replace(microsecond=0)
        return self.last if self.last is not None and self.last.started_at >= begun else None


def extract_engine(platform: Platform) -> DeployedEngine:
    """Return what runs ETL-1."""
    names, own_key = platform.names, platform.environment.encryption.customer_managed_key
    if platform.by_glue:
        security = names.normalize_glue_security if own_key else None
        logs = JobLogs.of(names.normalize_job_logs, names.normalize_job_role, security)
        return DeployedEngine("ETL-1", JOB, names.normalize_job, logs.output)
    return DeployedEngine("ETL-1", FUNCTION, names.normalize_function, names.normalize_log_group)


def transform_engine(platform: Platform) -> DeployedEngine:
    """Return what runs ETL-2."""
    names, own_key = platform.names, platform.environment.encryption.customer_managed_key
    if platform.by_spark:
        security = names.etl_glue_security if own_key else None
        logs = JobLogs.of(names.glue_job_logs, names.glue_job_role, security)
        return DeployedEngine("ETL-2", JOB, names.glue_job, logs.output)
    return DeployedEngine("ETL-2", FUNCTION, names.etl_function, names.etl_log_group)


def time_limit(platform: Platform, engine: DeployedEngine) -> timedelta:
    """Return after what time the service stops a run."""
    normalize, etl = platform.environment.normalize, platform.environment.etl
    if engine.etl == "ETL-1":
        by_job, by_function = normalize.extract.glue.timeout, normalize.lambda_.timeout
    else:
        by_job, by_function = etl.glue.timeout, etl.transform.arrow.timeout
    return timedelta(minutes=by_job) if engine.kind == JOB else timedelta(seconds=by_function)


def event_time(platform: Platform) -> timedelta:
    """Return how long an arrival may take to start ETL-2."""
    return _EVENT + timedelta(seconds=platform.environment.etl.glue.event_batch_window if platform.by_spark else 0)


def last_runs(platform: Platform, engine: DeployedEngine, now: datetime) -> EngineState:
    """Return an engine with its last runs; of a function, those of the last days."""
    if engine.kind == JOB:
        return EngineState(engine, tuple(job_runs(platform, engine.name))[:_MOST_RUNS])
    found = invocations.invocations(function_log(platform, engine, now - LOOK_BACK))
    runs = (EngineRun(run.request_id, run.state, run.started_at, run.billed_seconds, run.error) for run in found)
    return EngineState(engine, tuple(runs)[:_MOST_RUNS])


def job_runs(platform: Platform, name: str) -> list[EngineRun]:
    """Return the newest runs of a Glue job, newest first."""
    answer = platform.glue.get_job_runs(JobName=name, MaxResults=50)
    runs = [job_run(run) for run in answer["JobRuns"]]
    return sorted(runs, key=lambda run: run.started_at, reverse=True)


def job_run(run: JobRunTypeDef) -> EngineRun:
    """Read a run as Glue tells it."""
    state = str(run["JobRunState"])
    told = RUNNING if state in _GOING_ON else FAILED if state in _JOB_FAILED else state
    seconds = None if told == RUNNING else float(run.get("ExecutionTime", 0))
    return EngineRun(run["Id"], told, run["StartedOn"].astimezone(UTC), seconds, run.get("ErrorMessage", ""))


def function_log(platform: Platform, engine: DeployedEngine, since: datetime) -> Iterator[LogLine]:
    """Yield the lines of a function's log from ``since`` on; none where it has not run yet."""
    return Tail(platform.logs, engine.log_group, since).new_lines()
