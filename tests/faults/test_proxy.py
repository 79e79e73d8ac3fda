"""The proxy passes bytes on as they come, and strikes exactly where its rules say."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.faults import actions
from tests.faults.cases import ByProxy
from tests.faults.http_messages import Request, read_answer
from tests.faults.proxy import Exchange, Proxy, Rule, pass_on

HOST = "127.0.0.1"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
SCAN = b"POST / HTTP/1.1\r\nHost: x\r\nX-AMZ-Target: DynamoDB_20120810.Scan\r\ncontent-length:  4 \r\n\r\n{ } "
ANSWER = b"HTTP/1.1 200 Fine\r\nConnection: keep-alive\r\nContent-Length: 6\r\n\r\n\x00\r\n\xff{}"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'5;note="x"\r\n01234\r\n3\r\n\r\n\r\r\n0\r\nX-Trailer: 1\r\n\r\n'
)
CHUNKED_PUT = b"PUT /b/k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
EXPECTING_PUT = b"PUT /b/k HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"


class Upstream:
    """Answers each connection's request with the next answer, and keeps what it got."""

    def __init__(self, *answers: bytes) -> None:
        self.got: list[bytes] = []
        self._answers = iter(answers)
        self._listener = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self._answers:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                self.got.append(connection.recv(1 << 16))
                connection.sendall(answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def talk(upstream: Upstream, *requests: bytes, rules: tuple[Rule, ...] = ()) -> Iterator[bytes]:
    """Yield what the proxy answers to each of the requests, all on one connection; nothing means its end."""
    with closing(Proxy(upstream.url)) as proxy:
        proxy.inject(rules)
        with socket.create_connection((HOST, int(proxy.url.rpartition(":")[2])), timeout=10) as client:
            for request in requests:
                client.sendall(request)
                yield client.recv(1 << 16)


@pytest.mark.parametrize(
    "request_bytes",
    [SCAN, CHUNKED_PUT, b"DELETE /b/k?uploadId=u HTTP/1.1\r\nA: b\r\n\r\n"],
    ids=["with-length", "in-chunks", "without-body"],
)
@pytest.mark.parametrize(
    "answer",
    [ANSWER, CHUNKED, b"HTTP/1.1 204 No Content\r\n\r\n"],
    ids=["with-length", "in-chunks", "without-body"],
)
def test_requests_and_answers_pass_byte_for_byte(request_bytes: bytes, answer: bytes) -> None:
    with closing(Upstream(answer, answer)) as upstream:
        assert list(talk(upstream, request_bytes, request_bytes)) == [answer, answer]
    assert upstream.got == [request_bytes, request_bytes]


def test_client_that_expects_leave_gets_it_at_once_and_only_once() -> None:
    with closing(Upstream(CONTINUE + ANSWER)) as upstream:
        assert list(talk(upstream, EXPECTING_PUT, b"ab")) == [CONTINUE, ANSWER]
    assert upstream.got == [EXPECTING_PUT + b"ab"]


def test_answer_to_head_has_no_body() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
    with closing(Upstream(head)) as upstream:
        assert list(talk(upstream, b"HEAD /b/k HTTP/1.1\r\n\r\n")) == [head]


def test_answer_without_length_ends_with_its_connection() -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\nuntil the end"
    with closing(Upstream(answer)) as upstream:
        assert list(talk(upstream, SCAN)) == [answer]


@pytest.mark.parametrize(("answer", "content"), [(ANSWER, b"\x00\r\n\xff{}"), (CHUNKED, b"01234\r\n\r")])
def test_content_of_an_answer_is_told_from_its_frame(answer: bytes, content: bytes) -> None:
    assert read_answer(io.BytesIO(answer), "GET").content == content


def test_rule_strikes_only_its_occurrences_of_its_operation() -> None:
    struck = []

    def note(exchange: Exchange) -> None:
        struck.append(exchange.request.data)
        pass_on(exchange)

    rule = Rule("Scan", note, first=2, times=2)
    with closing(Upstream(*[ANSWER] * 5)) as upstream:
        assert list(talk(upstream, CHUNKED_PUT, SCAN, SCAN, SCAN, SCAN, rules=(rule,))) == [ANSWER] * 5
    assert struck == [SCAN, SCAN]


def test_lost_answer_is_a_reset_after_the_request_was_carried_out() -> None:
    with closing(Upstream(ANSWER)) as upstream:
        with pytest.raises(ConnectionResetError):
            list(talk(upstream, SCAN, rules=(actions.lost_answer("Scan").rule,)))
        assert upstream.got == [SCAN]


def test_cut_body_is_half_of_it_and_an_end_in_good_order() -> None:
    with closing(Upstream(ANSWER)) as upstream:
        assert list(talk(upstream, SCAN, b"", rules=(actions.cut_body("Scan").rule,))) == [ANSWER[:-3], b""]


@pytest.mark.parametrize(
    ("fault", "start"),
    [
        (actions.refused("Scan", "SlowDown", 503), b"HTTP/1.1 503 Service Unavailable\r\n"),
        (actions.error_within_success("Scan", "InternalError"), b"HTTP/1.1 200 OK\r\n"),
    ],
    ids=["as-error", "as-success"],
)
def test_refused_request_never_arrives(fault: ByProxy, start: bytes) -> None:
    with closing(Upstream(ANSWER)) as upstream:
        (answer,) = talk(upstream, SCAN, rules=(fault.rule,))
    assert answer.startswith(start)
    assert b"<Error><Code>" in answer
    assert upstream.got == []


@pytest.mark.parametrize(
    ("line", "operation"),
    [
        ("POST /b/k?uploads", "CreateMultipartUpload"),
        ("PUT /b/k?uploadId=u&partNumber=1", "UploadPart"),
        ("POST /b/k?uploadId=u", "CompleteMultipartUpload"),
        ("DELETE /b/k?uploadId=u", "AbortMultipartUpload"),
        ("PUT /b/k", "PutObject"),
        ("DELETE /b/k", "DeleteObject"),
        ("GET /b?uploads", "ListMultipartUploads"),
        ("PATCH /b", "PATCH"),
    ],
)
def test_operation_of_s3_is_told_by_method_and_query(line: str, operation: str) -> None:
    assert Request(f"{line} HTTP/1.1\r\n\r\n".encode(), b"").operation == operation
