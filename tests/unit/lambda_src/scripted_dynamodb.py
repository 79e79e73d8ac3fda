"""An HTTP server that answers Scan requests by script, byte by byte, and real clients for it."""

from __future__ import annotations

import json
import threading
from binascii import crc32
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config

from lambda_src import scan

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "cat-test-catia-conversations-table"


@dataclass(frozen=True)
class Answer:
    """A response; ``cut_at`` is after how many bytes of the body the connection ends."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None


def page(*items: object, key: object = None, units: float = 0.5) -> bytes:
    """Return the JSON of a page."""
    document = {
        "Items": items,
        "Count": len(items),
        "ScannedCount": len(items),
        "ConsumedCapacity": {"TableName": TABLE, "CapacityUnits": units},
    }
    return json.dumps(document if key is None else {**document, "LastEvaluatedKey": key}).encode()


def good(body: bytes) -> Answer:
    return Answer(200, body, {"x-amz-crc32": str(crc32(body))})


def refusal(code: str, status: int = 400) -> Answer:
    document = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": f"{code} it is"}
    return Answer(status, json.dumps(document).encode())


def in_order(*answers: Answer) -> Callable[[dict[str, Any]], Answer]:
    """Return a script that gives these answers one after the other."""
    left = list(answers)
    return lambda _: left.pop(0)


class ScriptedDynamoDB(ThreadingHTTPServer):
    """Keeps the requests, and the headers of each."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, script: Callable[[dict[str, Any]], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        server = cast("ScriptedDynamoDB", self.server)
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.requests.append(request)
        server.headers.append(dict(self.headers.items()))
        self._send(server.script(request))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: answer.cut_at])
        self.close_connection = answer.cut_at is not None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
        pass


@contextmanager
def scripted(script: Callable[[dict[str, Any]], Answer]) -> Iterator[ScriptedDynamoDB]:
    """Serve by ``script``, a function of the request, for as long as the block lasts."""
    with ScriptedDynamoDB(script) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@cache
def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


def plain_client(port: int, attempts: int = 1) -> DynamoDBClient:
    """Return a client that makes so many attempts, as the function's own does but for their number."""
    config = Config(retries={"mode": "adaptive", "total_max_attempts": attempts}, proxies={}, read_timeout=20)
    return _session().client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}", config=config)


def scan_client(port: int, attempts: int = 1) -> DynamoDBClient:
    """Return such a client, prepared."""
    client = plain_client(port, attempts)
    scan.prepare(client)
    return client
