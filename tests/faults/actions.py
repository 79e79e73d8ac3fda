"""What our proxy does to a request, and what to call it."""

from __future__ import annotations

import re
from binascii import crc32
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from microburst.protocols import render_error  # type: ignore[import-untyped]

from tests.faults.cases import ByProxy
from tests.faults.http_messages import Message
from tests.faults.proxy import Exchange, pass_on

#: A table of 10 GiB.
_LARGE_BYTES: Final = 10 * 2**30


def lost_answer(operation: str, first: int = 1) -> ByProxy:
    return ByProxy(operation, lose_answer, "is carried out, but the connection is reset before the answer", first)


def refused(operation: str, code: str, status: int, first: int = 1, times: int | None = 1) -> ByProxy:
    """Let S3 answer with an error, without doing anything."""

    def refuse(exchange: Exchange) -> None:
        exchange.reply(_error(code, status, status))

    return ByProxy(operation, refuse, f"answers {status} {code}", first, times)


def no_such_table(operation: str, first: int) -> ByProxy:
    """Let DynamoDB answer that the table does not exist, from some request on."""

    def refuse(exchange: Exchange) -> None:
        status, headers, body = render_error("dynamodb", "ResourceNotFoundException", "Requested resource not found")
        exchange.reply(wire_answer(status, headers, body))

    return ByProxy(operation, refuse, "answers 400 ResourceNotFoundException", first, times=None)


def error_within_success(operation: str, code: str, first: int = 1) -> ByProxy:
    """Let S3 answer 200 with an error in its body, as it may when it has begun to answer too early."""

    def answer(exchange: Exchange) -> None:
        exchange.reply(_error(code, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.OK))

    return ByProxy(operation, answer, f"answers 200 and, in its body, {code}", first)


def cut_body(operation: str, first: int = 1) -> ByProxy:
    return ByProxy(operation, _cut_body, "answers half of its body and closes the connection in good order", first)


def falsified(operation: str, first: int = 1, times: int | None = 1) -> ByProxy:
    return ByProxy(
        operation,
        _falsify,
        "answers valid JSON with one letter changed, under the CRC-32 of the true page",
        first,
        times,
    )


def killed_before(operation: str, first: int) -> ByProxy:
    return ByProxy(operation, _kill, "never arrives: the process is killed", first)


def killed_after(operation: str, first: int) -> ByProxy:
    return ByProxy(operation, _carry_out_and_kill, "is carried out, then the process is killed", first)


def worker_killed(operation: str, first: int) -> ByProxy:
    return ByProxy(operation, _kill_a_worker, "comes, and one of the worker processes is killed", first)


def tell_large_size(exchange: Exchange) -> None:
    """Answer DescribeTable with a size at which several processes pay: the emulator tells hardly any."""
    answer = exchange.forward()
    body = re.sub(rb'("TableSizeBytes":\s*)\d+', rb"\g<1>" + str(_LARGE_BYTES).encode(), answer.content)
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amz-crc32": str(crc32(body))}
    exchange.reply(wire_answer(HTTPStatus.OK, headers, body))


def let_time_be_up(exchange: Exchange) -> None:
    """Leave the function hardly any time, and pass the request on to what may happen to it."""
    exchange.let_time_be_up()
    pass_on(exchange)


def lose_answer(exchange: Exchange) -> None:
    """Let a request be carried out, and reset the connection before its answer."""
    exchange.forward()
    exchange.reset()


def _cut_body(exchange: Exchange) -> None:
    answer = exchange.forward()
    exchange.reply(answer.head + answer.body[: len(answer.body) // 2])
    exchange.hang_up()


_TRUE: Final = b"CatIA"
_FALSE: Final = b"CatIB"


def _falsify(exchange: Exchange) -> None:
    answer = exchange.forward()
    assert _TRUE in answer.body
    exchange.reply(Message(answer.head, answer.body.replace(_TRUE, _FALSE, 1)).data)


def _kill(exchange: Exchange) -> None:
    exchange.kill()


def _carry_out_and_kill(exchange: Exchange) -> None:
    exchange.forward()
    exchange.kill()


def _kill_a_worker(exchange: Exchange) -> None:
    exchange.kill_a_worker()
    pass_on(exchange)


def _error(code: str, error_status: int, status: int) -> bytes:
    """Return an answer of S3 in which an error of ``error_status`` is told under ``status``."""
    _, headers, body = render_error("s3", code, f"made by the fault tests: {code}", error_status)
    return wire_answer(status, headers, body)


def wire_answer(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return an answer as it lies on the wire."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
