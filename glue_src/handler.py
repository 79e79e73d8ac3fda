"""ETL-2, the Lambda function's entry point: what the Glue job does, in one process and with the Arrow engine."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from glue_src import logs
from glue_src.arguments import read_variables
from glue_src.arrow_engine import ArrowEngine
from glue_src.exceptions import ArgumentsError, OutOfTimeError
from glue_src.run import Clients, run
from glue_src.storage import Bucket
from modules.contract.settings import CRAWLER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_glue import GlueClient

#: Timeouts are in seconds, and well above what a piece of a CSV or a part of an upload takes.
_CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 8},
    connect_timeout=5,
    read_timeout=30,
    tcp_keepalive=True,
    max_pool_connections=32,
)
_CRAWLER_RUNS: Final = "CrawlerRunningException"

#: A day is begun only while this share of the function's time is left, within these bounds: at least so many seconds,
#: at most another share.
_KEPT_SHARE: Final = 1 / 5
_LEAST_KEPT: Final = 30.0
_MOST_KEPT_SHARE: Final = 1 / 2


@dataclass(frozen=True)
class TimeLimit:
    """The function's time, in seconds: how much is ``left`` now, and how much a day has to find when it begins."""

    left: Callable[[], float]
    kept: float

    @classmethod
    def of(cls, left: Callable[[], float]) -> TimeLimit:
        """Return the limit of a function that has just started."""
        limit = left()
        return cls(left, min(max(_LEAST_KEPT, limit * _KEPT_SHARE), limit * _MOST_KEPT_SHARE))

    def check(self) -> None:
        """Return while there is time for another day.

        Raises:
            OutOfTimeError: there is not.
        """
        left = self.left()
        if left < self.kept:
            raise OutOfTimeError(left, self.kept)


def handler(event: object, context: Any) -> dict[str, int]:  # noqa: ARG001 - the clean zone says what is to be done
    """Curate what is to be curated, then start the crawler. Lambda calls this.

    Args:
        event: whatever started the function; it is not read.
        context: Lambda's own.

    Returns:
        ``{"curated_days": …}``, how many days were curated.

    Raises:
        ArgumentsError: a variable is missing or wrong.
        FailedDaysError: days could not be curated; all others were.
    """
    logs.write_to_standard_output()
    try:
        return {"curated_days": _run(TimeLimit.of(lambda: context.get_remaining_time_in_millis() / 1000))}
    except Exception as error:
        logs.failure("run failed", error)
        raise


def _run(limit: TimeLimit) -> int:
    arguments = read_variables(os.environ)
    crawler = _crawler_name()
    clients = _clients()
    engine = ArrowEngine(Bucket(clients.s3, arguments.bucket), _empty_scratch())
    curated = run(arguments, engine, clients, limit.check)
    _start_crawler(clients.glue, crawler)
    return curated


def _crawler_name() -> str:
    name = os.environ.get(CRAWLER_VARIABLE)
    if not name:
        message = f"environment variable {CRAWLER_VARIABLE} is missing. Deploy the stack again."
        raise ArgumentsError(message)
    return name


@cache
def _clients() -> Clients:
    """Return clients that are made at the first use, and kept while the function stays warm."""
    return Clients(
        boto3.client("s3", config=_CONFIG),
        boto3.client("glue", config=_CONFIG),
        boto3.client("cloudwatch", config=_CONFIG),
    )


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
