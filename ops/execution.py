"""Starts a function or a job, follows its log until it has ended, and says how it ended."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from botocore.exceptions import ClientError, ReadTimeoutError

from ops.aws_errors import code_of
from ops.engines import FUNCTION, DeployedEngine, job_run
from ops.exits import Exit, OpsError, attention
from ops.invocations import FAILED, RUNNING, LogLine, document_in
from ops.platform import Platform
from ops.remedies import remedy_for
from ops.tail import Tail

#: Between two looks at the log, and at a job's state.
POLL_SECONDS: Final = 2.0
#: Until a function is asked again that was busy.
_BUSY_SECONDS: Final = 10.0
#: So many characters of an error are told; its log has the rest.
_MOST_OF_AN_ERROR: Final = 600
#: This machine's clock and CloudWatch's may differ by so much.
_CLOCKS_APART: Final = timedelta(seconds=2)


class Watch(Protocol):
    """Whoever looks on."""

    def line(self, line: LogLine) -> None:
        """Take a new line of the log."""

    def beat(self, doing: str) -> None:
        """Take notice that it is still going on, and what is being waited for."""


@dataclass(frozen=True)
class Ended:
    """What a function answered, or what a job's log says at its end; empty where neither says anything."""

    run_id: str
    seconds: float
    document: dict[str, Any]


def execute(platform: Platform, engine: DeployedEngine, event: Mapping[str, Any], watch: Watch) -> Ended:
    """Run an engine to its end.

    Raises:
        OpsError: it failed, or its answer was lost on the way.
    """
    started = time.monotonic()
    run = _invoke if engine.kind == FUNCTION else _run_job
    run_id, document = run(platform, engine, event, watch)
    return Ended(run_id, time.monotonic() - started, document)


def start(platform: Platform, engine: DeployedEngine, event: Mapping[str, Any]) -> str | None:
    """Start an engine with an event, and do not wait for it. Return a job's run id; a function's start has none."""
    if engine.kind == FUNCTION:
        platform.lambda_.invoke(FunctionName=engine.name, InvocationType="Event", Payload=json.dumps(event).encode())
        return None
    return _start_job(platform, engine, event)


def _invoke(
    platform: Platform, engine: DeployedEngine, event: Mapping[str, Any], watch: Watch
) -> tuple[str, dict[str, Any]]:
    """Invoke a function and wait for its answer, while its log is followed."""
    configured = platform.lambda_.get_function_configuration(FunctionName=engine.name)
    client = platform.invoking(configured["Timeout"])
    tail = Tail(platform.logs, engine.log_group, datetime.now(UTC) - _CLOCKS_APART)
    try:
        told = _answer(
            engine, lambda: client.invoke(FunctionName=engine.name, Payload=json.dumps(event).encode()), tail, watch
        )
    except ReadTimeoutError as error:
        message = f"{engine.name} did not answer in time; it may still run. {error}"
        raise OpsError(Exit.NOT_IN_TIME, message, f"See python -m ops status --env {platform.names.env}.") from error
    document = json.loads(told["Payload"].read() or b"null")
    if told.get("FunctionError"):
        raise failure(platform, engine, _error_in(document))
    return told["ResponseMetadata"].get("RequestId", ""), document if isinstance(document, dict) else {}


def _answer(engine: DeployedEngine, invoke: Callable[[], Any], tail: Tail, watch: Watch) -> Any:
    """Return what a function answered. One that may work on one event at a time is asked again once it is free."""
    while True:
        answer = _in_background(invoke)
        while not _is_done(answer, POLL_SECONDS):
            _tell(tail, watch, f"{engine.name} runs")
        _tell(tail, watch, f"{engine.name} has ended")
        try:
            return answer.result()
        except ClientError as error:
            if code_of(error) != "TooManyRequestsException":
                raise
        watch.beat(f"{engine.name} is at work on something else")
        time.sleep(_BUSY_SECONDS)


def _in_background(work: Callable[[], Any]) -> Future[Any]:
    """Start some work that nobody waits for at the program's end, so that Ctrl-C ends the program at once."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def _is_done(future: Future[Any], seconds: float) -> bool:
    try:
        future.exception(seconds)
    except NotYet:
        return False
    return True


def _run_job(
    platform: Platform, engine: DeployedEngine, event: Mapping[str, Any], watch: Watch
) -> tuple[str, dict[str, Any]]:
    """Start a job with the event's entries as arguments, and wait for its end, while its output is followed."""
    run_id = _start_job(platform, engine, event)
    tail = Tail(platform.logs, engine.log_group, datetime.now(UTC) - _CLOCKS_APART, stream=run_id)
    summaries: list[dict[str, Any]] = []
    while True:
        run = job_run(platform.glue.get_job_run(JobName=engine.name, RunId=run_id)["JobRun"])
        summaries += _tell(tail, watch, f"{engine.name}, run {run_id}, is {run.state}")
        if run.state != RUNNING:
            break
        time.sleep(POLL_SECONDS)
    if run.failed:
        raise failure(platform, engine, f"{run.state} {run.error}".strip())
    return run_id, summaries[-1] if summaries else {}


def _start_job(platform: Platform, engine: DeployedEngine, event: Mapping[str, Any]) -> str:
    """Start a job with the event's entries as arguments, and return its run's id."""
    arguments = {f"--{key}": value if isinstance(value, str) else json.dumps(value) for key, value in event.items()}
    # Of a job and its run, the run's own word counts: without it, a run beside another one is refused.
    return platform.glue.start_job_run(JobName=engine.name, Arguments=arguments, JobRunQueuingEnabled=True)["JobRunId"]


def _tell(tail: Tail, watch: Watch, doing: str) -> list[dict[str, Any]]:
    """Pass new lines on, and return the summaries of runs among them."""
    summaries = []
    for line in tail.new_lines():
        watch.line(line)
        summary = document_in(line.message).get("summary")
        if isinstance(summary, dict):
            summaries.append(summary)
    watch.beat(doing)
    return summaries


def _error_in(document: Any) -> str:
    """Return what a failed function answered: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html."""
    if not isinstance(document, dict):
        return str(document)
    return f"{document.get('errorType', FAILED)}: {document.get('errorMessage', '')}".strip()


def failure(platform: Platform, engine: DeployedEngine, error: str) -> OpsError:
    """Return the error for an engine that failed: what it said, and the runbook's remedy."""
    todo, heading = remedy_for(engine.etl, error, platform)
    return attention(
        f"{engine.etl} ({engine.name}) failed: {' '.join(error.split())[:_MOST_OF_AN_ERROR]}",
        f"{todo[0].upper()}{todo[1:]} (docs/runbook.md, {heading}; {platform.command(f'logs {engine.word}')}).",
    )
