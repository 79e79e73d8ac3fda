"""HTTP/1.1 messages as they lie on the wire: read whole, kept byte for byte."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Final
from urllib.parse import parse_qs, urlsplit

_END_OF_HEAD: Final = b"\r\n"
_WITHOUT_BODY: Final = frozenset((204, 304))
#: The first digit of the statuses that only announce the real answer.
_INTERIM: Final = 1

#: S3 operations by method and the parameters that the query must hold, the most particular first.
_S3_OPERATIONS: Final = (
    ("POST", {"uploads"}, "CreateMultipartUpload"),
    ("POST", {"uploadId"}, "CompleteMultipartUpload"),
    ("POST", {"delete"}, "DeleteObjects"),
    ("PUT", {"uploadId", "partNumber"}, "UploadPart"),
    ("PUT", set[str](), "PutObject"),
    ("DELETE", {"uploadId"}, "AbortMultipartUpload"),
    ("DELETE", set[str](), "DeleteObject"),
    ("GET", {"uploads"}, "ListMultipartUploads"),
    ("GET", {"uploadId"}, "ListParts"),
    ("GET", {"list-type"}, "ListObjectsV2"),
    ("GET", set[str](), "GetObject"),
    ("HEAD", set[str](), "HeadObject"),
)


class CutShortError(Exception):
    """The connection ended within a message."""


@dataclass(frozen=True)
class Message:
    """One request or answer: its head with the empty line, and its body with whatever frames it."""

    head: bytes
    body: bytes

    @property
    def data(self) -> bytes:
        """The message as it came."""
        return self.head + self.body

    @property
    def status(self) -> int:
        """An answer's status."""
        return int(self.head.split(b" ", 2)[1])

    @property
    def content(self) -> bytes:
        """The body without what frames it."""
        if self.header("Transfer-Encoding") != "chunked":
            return self.body
        content, rest = b"", self.body
        while size := int(rest.partition(b"\r\n")[0].split(b";")[0], 16):
            start = rest.index(b"\r\n") + 2
            content, rest = content + rest[start : start + size], rest[start + size + 2 :]
        return content

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever its name's case, or None."""
        return header(self.head, name)


@dataclass(frozen=True)
class Request(Message):
    """A request to DynamoDB or S3."""

    @property
    def operation(self) -> str:
        """The AWS operation that is asked for."""
        target = self.header("X-Amz-Target")
        return target.rpartition(".")[2] if target else _s3_operation(*self._method_and_target)

    @property
    def _method_and_target(self) -> tuple[str, str]:
        method, target, _ = self.head.decode("latin-1").split(" ", 2)
        return method, target


def header(head: bytes, name: str) -> str | None:
    """Return the value of a header in a message's head, whatever its name's case, or None."""
    found = re.search(rb"(?im)^" + re.escape(name.encode()) + rb":[ \t]*(.*?)[ \t]*\r$", head)
    return found[1].decode("latin-1") if found else None


def read_head(stream: BufferedIOBase) -> bytes:
    """Return a message's head, or nothing where the connection has ended before it."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line and not head:
            return b""
        if not line.endswith(_END_OF_HEAD):
            raise CutShortError
        head += line
    return bytes(head)


def read_request_body(stream: BufferedIOBase, head: bytes) -> bytes:
    """Return the body of the request of that head."""
    if header(head, "Transfer-Encoding") == "chunked":
        return _read_chunks(stream)
    return _read_exactly(stream, int(header(head, "Content-Length") or 0))


def read_answer(stream: BufferedIOBase, method: str) -> Message:
    """Return the answer to a request of that method; interim answers before it are dropped."""
    while True:
        head = read_head(stream)
        if not head:
            raise CutShortError
        answer = Message(head, b"")
        if answer.status // 100 != _INTERIM:
            break
    if method == "HEAD" or answer.status in _WITHOUT_BODY:
        return answer
    if header(head, "Transfer-Encoding") == "chunked":
        return Message(head, _read_chunks(stream))
    length = header(head, "Content-Length")
    return Message(head, stream.read() if length is None else _read_exactly(stream, int(length)))


def _read_exactly(stream: BufferedIOBase, length: int) -> bytes:
    body = stream.read(length)
    if len(body) < length:
        raise CutShortError
    return body


def _read_chunks(stream: BufferedIOBase) -> bytes:
    """Return chunks up to the last and the trailers after it, all as they came."""
    body = bytearray()
    while True:
        size_line = stream.readline()
        body += size_line
        try:
            size = int(size_line.split(b";")[0], 16)
        except ValueError as error:
            raise CutShortError from error
        if size == 0:
            return bytes(body) + _read_trailers(stream)
        body += _read_exactly(stream, size + len(b"\r\n"))


def _read_trailers(stream: BufferedIOBase) -> bytes:
    trailers = bytearray()
    while True:
        line = stream.readline()
        if not line:
            raise CutShortError
        trailers += line
        if line == _END_OF_HEAD:
            return bytes(trailers)


def _s3_operation(method: str, target: str) -> str:
    parameters = parse_qs(urlsplit(target).query, keep_blank_values=True).keys()
    for operation_method, needed, operation in _S3_OPERATIONS:
        if method == operation_method and needed <= parameters:
            return operation
    return method
