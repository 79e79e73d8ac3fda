"""The AWS clients of the function: made once, at the first use, and kept while the function stays warm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

#: Adaptive retries slow this side down when AWS throttles. Timeouts are in seconds and well above a page or a part.
_CONFIG: Final = Config(
    retries={"mode": "adaptive", "total_max_attempts": 10}, connect_timeout=5, read_timeout=20, tcp_keepalive=True
)


@dataclass(frozen=True)
class Clients:
    """Low-level clients of the two services that a run talks to."""

    dynamodb: DynamoDBClient
    s3: S3Client


@cache
def default_clients() -> Clients:
    """Return the clients of the function's own credentials and region."""
    return Clients(dynamodb=boto3.client("dynamodb", config=_CONFIG), s3=boto3.client("s3", config=_CONFIG))
