"""The AWS clients of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from lambda_src import scan

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

#: Adaptive retries slow this side down when AWS throttles. Timeouts are in seconds and well above a page or a part.
_CONFIG: Final = Config(
    retries={"mode": "adaptive", "total_max_attempts": 10},
    connect_timeout=5,
    read_timeout=20,
    tcp_keepalive=True,
)


@dataclass
class Clients:
    """Low-level clients of the services that a run talks to; that of parameters is made where one is asked for."""

    dynamodb: DynamoDBClient
    s3: S3Client
    _check: Callable[[], None] | None = None

    @contextmanager
    def watched(self, check: Callable[[], None]) -> Iterator[None]:
        """Call ``check`` before every attempt of every request while the block lasts; what it raises ends the request.

        Otherwise a service that does not answer would hold a run for ten attempts, past any deadline.
        """
        outer, self._check = self._check, check
        try:
            yield
        finally:
            self._check = outer

    @cached_property
    def ssm(self) -> SSMClient:
        """Systems Manager's parameters."""
        client = boto3.client("ssm", region_name=self.s3.meta.region_name, config=_CONFIG)
        self.watch(client)
        return client

    def watch(self, client: Any) -> None:
        """Have a client ask, before every attempt, whether there is still time."""
        # The SDK takes an exception of the first for a failed attempt and asks whether to repeat it, hence the second.
        client.meta.events.register("before-send", self.before_attempt)
        client.meta.events.register("needs-retry", self.before_attempt)

    def before_attempt(self, **_: object) -> None:
        """Let an attempt pass, unless what watches the clients objects."""
        if self._check is not None:
            self._check()


@dataclass(frozen=True)
class DeadlineGuard:
    """What ends a run that goes on too long: ``check`` raises when it is time."""

    clients: Clients
    check: Callable[[], None]

    def requests(self) -> AbstractContextManager[None]:
        """Check before every attempt of every request, too, while the context lasts."""
        return self.clients.watched(self.check)


def make_clients(region: str | None = None) -> Clients:
    """Return new clients of the process's own credentials, and of its own region where none is named."""
    clients = Clients(
        boto3.client("dynamodb", region_name=region, config=_CONFIG),
        boto3.client("s3", region_name=region, config=_CONFIG),
    )
    scan.prepare(clients.dynamodb)
    for client in (clients.dynamodb, clients.s3):
        clients.watch(client)
    return clients


@cache
def default_clients(region: str | None = None) -> Clients:
    """Return clients that are made at the first use, and kept while the function or the worker stays warm."""
    return make_clients(region)


def cloudwatch_client() -> CloudWatchClient:
    """Return a new client for metrics, for a run whose log is none that CloudWatch takes them from."""
    return boto3.client("cloudwatch", config=_CONFIG)
