"""DynamoDB and S3 for the benchmark: a process of its own that replays encoded pages and swallows uploads.

It must cost the measured program as little as a fast network would, so it is a thread per connection around blocking
sockets with the least parsing that the AWS SDK's requests need. Waiting and sending release the interpreter's lock: a
slow page holds no other connection.
"""

from __future__ import annotations

import argparse
import json
import socketserver
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

from tools.bench.items import Kind, generate
from tools.bench.pages import Page, Table, TableWriter
from tools.bench.s3_sink import Answer, S3Sink

STATISTICS_TARGET: Final = "/_bench/take-statistics"
_JSON_TYPE: Final = "application/x-amz-json-1.0"


@dataclass
class Replay:
    """What the server serves: tables by name, each page after ``latency`` seconds, and the sink."""

    tables: Mapping[str, Table]
    sink: S3Sink
    latency: float = 0.0

    def page(self, request: Mapping[str, Any]) -> Page | None:
        """Return the page that a Scan request asks for; None if no such page was encoded."""
        start = request.get("ExclusiveStartKey")
        key = None if start is None else (start["PK"]["S"], start["SK"]["S"])
        request_key = (request.get("TotalSegments", 1), request.get("Segment", 0), key)
        return self.tables[request["TableName"]].pages.get(request_key)


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of the loopback interface."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        super().__init__(("127.0.0.1", 0), _Connection)


class _Connection(socketserver.StreamRequestHandler):
    """One kept-alive HTTP/1.1 connection."""

    rbufsize = 256 * 1024
    disable_nagle_algorithm = True

    def handle(self) -> None:
        replay = cast("Server", self.server).replay
        try:
            while line := self.rfile.readline():
                method, target, _ = line.decode("latin-1").split(" ", 2)
                headers = dict(self._headers())
                body = self._body(headers)
                self._respond(replay, method, target, headers, body)
        except ConnectionError:
            return  # The measured program is gone: nobody is left to tell.

    def _headers(self) -> Iterator[tuple[bytes, bytes]]:
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            yield name.lower(), value.strip()

    def _body(self, headers: Mapping[bytes, bytes]) -> bytearray:
        if headers.get(b"expect", b"").lower() == b"100-continue":
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = bytearray(int(headers.get(b"content-length", b"0")))
        view = memoryview(body)
        while view and (received := self.rfile.readinto(view)):
            view = view[received:]
        return body

    def _respond(
        self, replay: Replay, method: str, target: str, headers: Mapping[bytes, bytes], body: bytearray
    ) -> None:
        operation = headers.get(b"x-amz-target", b"").rpartition(b".")[2]
        if target == STATISTICS_TARGET:
            self._send(Answer(200, body=json.dumps(replay.sink.take_statistics()).encode()))
        elif operation == b"Scan":
            self._send_page(replay, json.loads(body))
        elif operation == b"DescribeTable":
            table = replay.tables[json.loads(body)["TableName"]]
            self._send(Answer(200, {"Content-Type": _JSON_TYPE}, json.dumps({"Table": table.description()}).encode()))
        elif operation:
            self._send(_validation_error(f"{operation.decode()} is not replayed."))
        else:
            self._send(replay.sink.handle(method, target, body))

    def _send_page(self, replay: Replay, request: Mapping[str, Any]) -> None:
        page = replay.page(request)
        if page is None:
            self._send(_validation_error("No page was encoded for these segments and this start key."))
            return
        if replay.latency:
            time.sleep(replay.latency)
        with_capacity = request.get("ReturnConsumedCapacity", "NONE") != "NONE"
        tail, crc = (page.capacity_tail, page.capacity_crc) if with_capacity else (page.plain_tail, page.plain_crc)
        length = len(page.head) + len(tail)
        head = _head(200, {"Content-Type": _JSON_TYPE, "x-amz-crc32": str(crc), "x-amzn-RequestId": "R"}, length)
        self.request.sendall(head)
        self.request.sendall(page.head)
        self.request.sendall(tail)

    def _send(self, answer: Answer) -> None:
        self.request.sendall(_head(answer.status, answer.headers, len(answer.body)) + answer.body)


def _head(status: int, headers: Mapping[str, str], length: int) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: {length}\r\n{lines}\r\n".encode("latin-1")


def _validation_error(message: str) -> Answer:
    document = {"__type": "com.amazon.coral.validate#ValidationException", "message": message}
    return Answer(400, {"Content-Type": _JSON_TYPE}, json.dumps(document).encode())


def build_table(name: str, count: int, *, clean: bool, segment_counts: list[int]) -> tuple[Table, dict[str, int]]:
    """Return a table of ``count`` generated items, and how many must end as what."""
    writer = TableWriter(name, segment_counts)
    known = dict.fromkeys(["messages", *(kind.value for kind in Kind)], 0)
    for sample in generate(count, clean=clean):
        writer.add(sample.item)
        known[sample.kind.value] += 1
        known["messages"] += sample.messages
    return writer.finish(), known


def _facts(table: Table, known: Mapping[str, int]) -> dict[str, Any]:
    """Return what the measuring side has to know: the outcome of a right run, and how much is to be read for it."""
    pages = table.pages_of(1)
    body_bytes = sum(len(page.head) + len(page.plain_tail) for page in pages)
    return {"items": table.items, "known": known, "pages": len(pages), "body_bytes": body_bytes}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.replay_server", description=__doc__)
    parser.add_argument("tables", help='JSON: {"name": {"count": 20000, "clean": false, "segment_counts": [1, 4]}}')
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each page")
    return parser.parse_args()


def main() -> None:
    """Build the tables, tell the port and what is in them by one line of JSON, and serve until killed."""
    arguments = _arguments()
    built = {name: build_table(name, **wanted) for name, wanted in json.loads(arguments.tables).items()}
    replay = Replay({name: table for name, (table, _) in built.items()}, S3Sink(), arguments.latency)
    with Server(replay) as server:
        facts = {name: _facts(table, known) for name, (table, known) in built.items()}
        sys.stdout.write(json.dumps({"port": server.server_address[1], "tables": facts}) + "\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
