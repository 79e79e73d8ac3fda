"""The boto3 clients of ETL-2: the one place that says how often and how long they try.

Where an answer breaks off, ``glue_src.arrow.s3_files`` asks again. Spark's own requests are the Java SDK's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

#: Timeouts are in seconds, and well above what a chunk of a CSV or a part of an upload takes.
_CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 8},
    connect_timeout=5,
    read_timeout=30,
    tcp_keepalive=True,
    max_pool_connections=32,
)


@dataclass(frozen=True)
class Clients:
    """The AWS services that ETL-2 talks to."""

    s3: S3Client
    glue: GlueClient
    cloudwatch: CloudWatchClient
    events: EventBridgeClient
    ssm: SSMClient


@cache
def default_clients() -> Clients:
    """Return clients of the process's own credentials and region, made at the first use and kept."""
    return Clients(
        s3=boto3.client("s3", config=_CONFIG),
        glue=boto3.client("glue", config=_CONFIG),
        cloudwatch=boto3.client("cloudwatch", config=_CONFIG),
        events=boto3.client("events", config=_CONFIG),
        ssm=boto3.client("ssm", config=_CONFIG),
    )
