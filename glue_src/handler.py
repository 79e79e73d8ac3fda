"""ETL-2, the Lambda function's entry point: what the Glue job does, in one process and with the Arrow engine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from contract.discretion import discreet
from contract.settings import CRAWLER_VARIABLE, TransformArgument
from glue_src import logs
from glue_src.arguments import read_variables
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import default_clients
from glue_src.exceptions import DISCREET, ArgumentsError, OutOfTimeError
from glue_src.run import run

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_CRAWLER_RUNS: Final = "CrawlerRunningException"
#: What a single run may be asked for, and what its value is.
_OF_ONE_RUN: Final = {TransformArgument.REBUILD: "table names", TransformArgument.FORGET_BEFORE: "an instant"}
#: Seconds of the function's time that are kept for checks and commits, once all is written.
_KEPT_SECONDS: Final = 30.0


def handler(event: object, context: Any) -> dict[str, object]:
    """Publish the newest complete run, if there is anything new. Lambda calls this.

    Args:
        event: ``{"rebuild": "messages"}`` writes these tables anew, and ``{"forget_before": "2026-01-31T04:30:00Z"}``
            leaves nothing of what they held before, as the job's arguments do; of any other event, such as
            EventBridge's, nothing is read: the clean zone says what is to be done.
        context: Lambda's own.

    Returns:
        ``recorded_run`` (null if there was nothing to do), ``rewritten_partitions`` and ``bytes_written``.

    Raises:
        ArgumentsError: a variable is missing or wrong.
        CurationError: nothing was published.
    """
    logs.write_to_standard_output()
    try:
        return _run(_asked(event), lambda: context.get_remaining_time_in_millis() / 1000)
    except Exception as error:  # noqa: BLE001 - raised as what may be told of it
        told = discreet(error, DISCREET)
        logs.failure("run failed", told)
        raise told from None


def _asked(event: object) -> dict[str, str]:
    """Return what an event asks of this one run, by the job's arguments."""
    if not isinstance(event, Mapping):
        return {}
    asked = {name: event[name] for name in _OF_ONE_RUN if name in event}
    for name, value in asked.items():
        if not isinstance(value, str):
            message = f"{name} in the event is a {type(value).__name__}: write a text of {_OF_ONE_RUN[name]}."
            raise ArgumentsError(message)
    return asked


def _run(asked: Mapping[str, str], seconds_left: Callable[[], float]) -> dict[str, object]:
    arguments = read_variables(os.environ, asked)
    clients = default_clients()
    engine = ArrowEngine(
        clients.glue,
        clients.s3,
        arguments.bucket,
        arguments.database,
        _empty_scratch(),
        check_time=partial(_check_time, seconds_left),
    )
    outcome = run(arguments, engine, clients)
    crawler = os.environ.get(CRAWLER_VARIABLE)
    if crawler and outcome.recorded_run:
        _start_crawler(clients.glue, crawler)
    return asdict(outcome)


def _check_time(seconds_left: Callable[[], float]) -> None:
    left = seconds_left()
    if left < _KEPT_SECONDS:
        raise OutOfTimeError(left, _KEPT_SECONDS)


def _empty_scratch() -> Path:
    """Return a folder for scratch files. A run that was killed in the same sandbox may have left some of its own."""
    folder = Path(tempfile.gettempdir()) / "etl2"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _start_crawler(glue: GlueClient, name: str) -> None:
    try:
        glue.start_crawler(Name=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != _CRAWLER_RUNS:
            raise
        logs.info("crawler runs already", crawler=name)
    else:
        logs.info("crawler started", crawler=name)
