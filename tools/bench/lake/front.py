"""``python -m tools.bench.lake.front ROOT EMULATOR_PORT``: what stands before the emulator, and counts what passes.

The emulator's S3 is a Python program that takes as long to deliver a large CSV as an engine to read it, with the same
processors. So objects of the clean zone are answered here from the files of a folder, by the kernel's own copying;
all other requests pass through to the emulator. Both are plain HTTP/1.1 on loopback, for real clients.

``GET /_bench/log`` returns all that has passed since the last time, as JSON: a list of [method, key, bytes]; for other
services than S3 the key is the operation.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from io import BufferedReader
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tools.bench.lake.http_messages import CHUNK, Head, copy_body, reader_of

HOST: Final = "127.0.0.1"
LOG_TARGET: Final = "/_bench/log"
BUCKET: Final = "lake"
CLEAN_PREFIX: Final = "clean/"
_MODIFIED: Final = "Thu, 01 Jan 2026 00:00:00 GMT"
_WITHOUT_BODY: Final = frozenset((204, 304))


class Log:
    """What has passed: method, key and the larger body's bytes. Safe to use from several threads."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, str, int]] = []
        self._lock = Lock()

    def add(self, method: str, key: str, size: int) -> None:
        """Note one request."""
        with self._lock:
            self._entries.append((method, key, size))

    def take(self) -> list[tuple[str, str, int]]:
        """Return all entries, and forget them."""
        with self._lock:
            taken, self._entries = self._entries, []
        return taken


class Front(ThreadingTCPServer):
    """The server; ``root`` has the clean zone's objects."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, root: Path, emulator: int) -> None:
        super().__init__((HOST, 0), _Connection)
        self.root, self.emulator, self.log = root, emulator, Log()


class _Connection(BaseRequestHandler):
    server: Front
    request: socket.socket

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._upstream: tuple[socket.socket, BufferedReader] | None = None
        with reader_of(self.request) as stream, suppress(ConnectionError):
            while (head := Head.read(stream)) is not None:
                self._answer(head, stream)
        if self._upstream is not None:
            self._upstream[1].close()
            self._upstream[0].close()

    def _answer(self, head: Head, stream: BufferedReader) -> None:
        method, target, _ = head.words
        if target == LOG_TARGET:
            self._send(200, json.dumps(self.server.log.take()).encode())
            return
        url = urlsplit(target)
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        query = parse_qs(url.query, keep_blank_values=True)
        prefix = query.get("prefix", [""])[0]
        if bucket == BUCKET and method in ("GET", "HEAD") and key.startswith(CLEAN_PREFIX):
            self._send_file(method, key, head.headers.get("range"))
        elif bucket == BUCKET and method == "GET" and not key and prefix.startswith(CLEAN_PREFIX):
            self.server.log.add("LIST", prefix, 0)
            self._send(200, _listing(self.server.root, prefix, query.get("delimiter", [""])[0]))
        else:
            self._pass_through(head, stream, (bucket == BUCKET and (key or prefix)) or "")

    def _send(self, status: int, body: bytes) -> None:
        head = Head(
            ("HTTP/1.1", str(status), "OK"), {"content-length": str(len(body)), "content-type": "application/xml"}
        )
        self.request.sendall(head.encoded() + body)

    def _send_file(self, method: str, key: str, wanted: str | None) -> None:
        path = self.server.root / key
        if not path.is_file():
            self._send(404, b"" if method == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>")
            return
        size = path.stat().st_size
        first, end = _range(wanted, size)
        headers = {
            "content-length": str(end - first),
            "content-type": "text/csv",
            "etag": f'"{size:032x}"',
            "last-modified": _MODIFIED,
            "accept-ranges": "bytes",
        }
        if wanted:
            headers["content-range"] = f"bytes {first}-{end - 1}/{size}"
        self.request.sendall(Head(("HTTP/1.1", "206" if wanted else "200", "OK"), headers).encoded())
        sent = 0
        try:
            if method == "GET":
                with path.open("rb") as file:
                    for piece in _send_slice(self.request, file, first, end):
                        sent += piece
        finally:
            # Whoever closes early has read as much as was sent, and no more than the sockets' buffers besides.
            self.server.log.add(method, key, sent)

    def _connected(self) -> tuple[socket.socket, BufferedReader]:
        if self._upstream is None:
            upstream = socket.create_connection((HOST, self.server.emulator))
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._upstream = upstream, reader_of(upstream)
        return self._upstream

    def _pass_through(self, head: Head, stream: BufferedReader, key: str) -> None:
        connection, answers = self._connected()
        if head.headers.pop("expect", None):
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(head.encoded())
        received = copy_body(stream, connection, head)
        answer = Head.read(answers)
        if answer is None:
            raise ConnectionError
        self.request.sendall(answer.encoded())
        has_body = head.words[0] != "HEAD" and int(answer.words[1]) not in _WITHOUT_BODY
        sent = copy_body(answers, self.request, answer) if has_body else 0
        received = int(head.headers.get("x-amz-decoded-content-length", received))
        self.server.log.add(_kind(head), key or head.headers.get("x-amz-target", ""), received or sent)


def _kind(head: Head) -> str:
    """Return the method, but LIST and COPY for what S3 calls so."""
    if "x-amz-copy-source" in head.headers:
        return "COPY"
    return "LIST" if head.words[0] == "GET" and "list-type=" in head.words[1] else head.words[0]


def _range(wanted: str | None, size: int) -> tuple[int, int]:
    """Return the first byte of a Range header, and the one after its last."""
    if not wanted:
        return 0, size
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


def _send_slice(target: socket.socket, file: BufferedReader, first: int, end: int) -> Iterator[int]:
    while first < end:
        sent = os.sendfile(target.fileno(), file.fileno(), first, min(CHUNK, end - first))
        if not sent:
            raise ConnectionError
        first += sent
        yield sent


def _listing(root: Path, prefix: str, delimiter: str) -> bytes:
    """Return ListObjectsV2's answer; a bench has fewer objects than a page holds."""
    keys = sorted(str(path.relative_to(root)) for path in (root / CLEAN_PREFIX).rglob("*") if path.is_file())
    contents, folders = [], set()
    for key in (key for key in keys if key.startswith(prefix)):
        folder, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        if found:
            folders.add(prefix + folder + delimiter)
        else:
            contents.append((key, (root / key).stat().st_size))
    members = [
        f"<Name>{BUCKET}</Name><Prefix>{escape(prefix)}</Prefix><IsTruncated>false</IsTruncated><MaxKeys>1000</MaxKeys>",
        f"<KeyCount>{len(contents) + len(folders)}</KeyCount>",
        *(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            f"<ETag>&quot;{size:032x}&quot;</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for key, size in contents
        ),
        *(f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" for name in sorted(folders)),
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>{"".join(members)}</ListBucketResult>'.encode()


def take_log(port: int) -> list[tuple[str, str, int]]:
    """Return what has passed through the front at that port since the last time."""
    connection = HTTPConnection(HOST, port)
    try:
        connection.request("GET", LOG_TARGET)
        entries: list[list[Any]] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return [(str(method), str(key), int(size)) for method, key, size in entries]


def main(root: str, emulator: str) -> None:
    """Serve until the process is ended; the port is the first line written."""
    with Front(Path(root), int(emulator)) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
