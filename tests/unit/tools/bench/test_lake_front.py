"""The front before the emulator: it serves the clean zone, passes on all else unchanged, and counts both."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tools.bench.lake.front import BUCKET, Front, take_log
from tools.bench.lake.task import Traffic

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONTENT = bytes(range(256)) * 20_000
KEY = "clean/first/messages/dt=2026-01-01/messages.csv"


class Upstream(BaseHTTPRequestHandler):
    """Keeps one object; answers in chunks where it is asked for."""

    protocol_version = "HTTP/1.1"
    kept = b""

    def log_message(self, *_: object) -> None:
        """Be silent."""

    def do_PUT(self) -> None:
        Upstream.kept = self.rfile.read(int(self.headers["content-length"]))
        self._answer(200, {"content-length": "0"})

    def do_GET(self) -> None:
        self._answer(200, {"transfer-encoding": "chunked"})
        for piece in (self.kept[:1000], self.kept[1000:], b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def do_HEAD(self) -> None:
        self._answer(200, {"content-length": str(len(self.kept))})

    def do_DELETE(self) -> None:
        self._answer(204, {})

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    (tmp_path / KEY).parent.mkdir(parents=True)
    (tmp_path / KEY).write_bytes(CONTENT)
    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as upstream, Front(tmp_path, upstream.server_port) as server:
        upstream.daemon_threads = True
        for one in (upstream, server):
            threading.Thread(target=one.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
        upstream.shutdown()


@pytest.fixture
def s3(front: Front) -> S3Client:
    endpoint = f"http://127.0.0.1:{front.server_address[1]}"
    config = Config(retries={"total_max_attempts": 1}, request_checksum_calculation="when_required")
    session = boto3.Session("key", "secret", region_name="us-east-1")
    return session.client("s3", endpoint_url=endpoint, config=config)


def test_the_clean_zone_is_a_folder_whole_in_parts_and_as_a_list(s3: S3Client, front: Front) -> None:
    whole = s3.get_object(Bucket=BUCKET, Key=KEY)
    assert (whole["ContentLength"], whole["Body"].read()) == (len(CONTENT), CONTENT)
    part = s3.get_object(Bucket=BUCKET, Key=KEY, Range="bytes=255-300")
    assert (part["ContentRange"], part["Body"].read()) == (f"bytes 255-300/{len(CONTENT)}", CONTENT[255:301])
    assert s3.get_object(Bucket=BUCKET, Key=KEY, Range="bytes=-10")["Body"].read() == CONTENT[-10:]
    assert s3.head_object(Bucket=BUCKET, Key=KEY)["ContentLength"] == len(CONTENT)
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=BUCKET, Key="clean/first/nothing.csv")

    (listed,) = s3.list_objects_v2(Bucket=BUCKET, Prefix="clean/first/messages/")["Contents"]
    assert (listed["Key"], listed["Size"]) == (KEY, len(CONTENT))
    folders = s3.list_objects_v2(Bucket=BUCKET, Prefix="clean/first/", Delimiter="/")["CommonPrefixes"]
    assert folders == [{"Prefix": "clean/first/messages/"}]

    traffic = Traffic.of(take_log(front.server_address[1]))
    assert traffic == Traffic(csv_read=len(CONTENT) + 46 + 10, reads=4, writes=2)
    assert take_log(front.server_address[1]) == []


def test_all_else_passes_through_both_ways(s3: S3Client, front: Front) -> None:
    data, records = "curated/a/messages/data/x.parquet", "curated/a/runs/data/y.parquet"
    s3.put_object(Bucket=BUCKET, Key=records, Body=b"y" * 7)
    s3.put_object(Bucket=BUCKET, Key=data, Body=CONTENT)
    assert s3.get_object(Bucket=BUCKET, Key=data)["Body"].read() == CONTENT == Upstream.kept
    assert s3.head_object(Bucket=BUCKET, Key=data)["ContentLength"] == len(CONTENT)
    s3.delete_object(Bucket=BUCKET, Key=data)

    traffic = Traffic.of(take_log(front.server_address[1]))
    assert traffic == Traffic(data_written=len(CONTENT), other_written=7, writes=2, reads=2)
