"""A replay server in this process, and boto3 clients that know no other AWS."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from tools.bench.replay_server import Replay, Server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_CONFIG = Config(retries={"total_max_attempts": 1}, proxies={})


@contextmanager
def running(replay: Replay) -> Iterator[int]:
    """Serve ``replay`` for as long as the block lasts; yields the port."""
    with Server(replay) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def dynamodb_client(port: int) -> DynamoDBClient:
    return boto3.client("dynamodb", **_options(port))


def s3_client(port: int) -> S3Client:
    return boto3.client("s3", **_options(port))


def _options(port: int) -> dict[str, Any]:
    return {
        "endpoint_url": f"http://127.0.0.1:{port}",
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
        "config": _CONFIG,
    }
