from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.retries.bucket import TokenBucket

from lambda_src import page_queue, scan
from lambda_src.exceptions import SourceError
from lambda_src.read_capacity import ReadLimit
from lambda_src.scan import MOST_READERS, Page, read_pages
from tests.unit.lambda_src.scripted_dynamodb import TABLE, Answer, good, page, refusal, scan_client, scripted

SOON = 10.0
"""Seconds after which a test that waits for another thread has failed."""


def item(segment: int) -> dict[str, Any]:
    return {"PK": {"N": str(segment)}}


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "scan"]


def eventually(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    return holds()


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    assert eventually(lambda: not readers())


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What a script waits for; set at the latest when the test ends."""
    event = threading.Event()
    yield event
    event.set()


def segments_of(pages: list[Page]) -> list[int]:
    return sorted(int(json.loads(bytes(item))["PK"]["N"]) for page in pages for item in page.items)


def test_all_segments_are_read_at_once() -> None:
    all_are_there = threading.Barrier(MOST_READERS)

    def script(request: dict[str, Any]) -> Answer:
        all_are_there.wait(SOON)
        return good(page(item(request["Segment"])))

    with scripted(script) as server:
        pages = list(read_pages(scan_client(server.port), TABLE, range(8), 8, ReadLimit(None)))
    assert segments_of(pages) == list(range(MOST_READERS)) == list(range(8))


def test_of_many_segments_the_next_is_read_when_one_is_done(
    release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "_CHECK_SECONDS", 0.01)
    reading = []

    def script(request: dict[str, Any]) -> Answer:
        release.wait(SOON)
        return good(page(item(request["Segment"])))

    def while_waiting() -> None:
        reading.append(len(readers()))
        release.set()

    with scripted(script) as server:
        client = scan_client(server.port)
        pages = list(read_pages(client, TABLE, range(100, 130), 200, ReadLimit(None), while_waiting))
    assert reading[0] == MOST_READERS
    assert segments_of(pages) == list(range(100, 130))
    assert sorted(request["Segment"] for request in server.requests) == list(range(100, 130))


def test_the_next_page_is_read_ahead_but_not_the_whole_table() -> None:
    endless = good(page(item(0), key=item(0)))
    with scripted(lambda _: endless) as server:
        with closing(read_pages(scan_client(server.port), TABLE, [0], 1, ReadLimit(None))) as pages:
            for taken in range(1, 4):
                next(pages)
                # One page waits in the queue, and another for its place there.
                assert eventually(lambda expected=taken + 2: len(server.requests) == expected)  # type: ignore[misc]
        time.sleep(0.05)

    assert len(server.requests) == 5


def test_one_segment_that_fails_ends_the_scan() -> None:
    all_are_there = threading.Barrier(3)

    def script(request: dict[str, Any]) -> Answer:
        all_are_there.wait(SOON)
        if request["Segment"] == 1:
            return refusal("AccessDeniedException")
        time.sleep(0.2)
        return good(page(item(request["Segment"]), key=item(0)))

    with scripted(script) as server:
        pages = read_pages(scan_client(server.port), TABLE, range(3), 3, ReadLimit(None))
        with pytest.raises(SourceError, match="AccessDeniedException"):
            next(pages)
        assert eventually(lambda: not readers())
    assert len(server.requests) == 3


def test_an_exception_between_pages_ends_the_threads() -> None:
    endless = good(page(item(0), key=item(0)))

    def consume() -> None:
        with closing(read_pages(scan_client(server.port), TABLE, range(4), 4, ReadLimit(None))) as pages:
            next(pages)
            message = "of the consumer"
            raise LookupError(message)

    with scripted(lambda _: endless) as server, pytest.raises(LookupError):
        consume()
    assert not readers()


def test_threads_that_wait_for_the_limit_end_with_the_scan() -> None:
    endless = good(page(item(0), key=item(0), units=128.0))
    with scripted(lambda _: endless) as server:
        # A page a day.
        pages = read_pages(scan_client(server.port), TABLE, range(4), 4, ReadLimit(128 / 86_400))
        next(pages)
        pages.close()

    assert not readers()
    assert len(server.requests) == 1


def test_a_defect_in_a_thread_is_raised_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(lambda _: good(page(item(0)))) as server:
        client = scan_client(server.port)
        monkeypatch.setattr(client, "scan", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            list(read_pages(client, TABLE, range(3), 3, ReadLimit(None)))


class _Impatient(Exception):  # noqa: N818 - only raised here
    pass


def test_while_a_page_is_slow_the_caller_is_asked_whether_to_go_on(
    release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(scan, "_JOIN_SECONDS", 0.01)
    calls = []

    def script(_: dict[str, Any]) -> Answer:
        release.wait(SOON)
        return good(page(item(0)))

    def while_waiting() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise _Impatient

    with scripted(script) as server, pytest.raises(_Impatient):
        next(read_pages(scan_client(server.port), TABLE, [0], 1, ReadLimit(None), while_waiting))
    assert len(calls) == 3


def test_a_thread_that_the_sdk_holds_does_not_hold_the_end_and_asks_for_nothing_more(
    release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "_JOIN_SECONDS", 0.05)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        release.wait(SOON)

    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=pause))

    def script(request: dict[str, Any]) -> Answer:
        if request["Segment"] == 0:
            return refusal("InternalServerError", 500)
        return good(page(item(1), key=item(1)))

    with scripted(script) as server:
        pages = read_pages(scan_client(server.port, attempts=5), TABLE, range(2), 2, ReadLimit(None))
        assert eventually(lambda: next(pages) is not None and bool(pauses))
        began = time.monotonic()
        pages.close()

        assert time.monotonic() - began < SOON / 2
        assert eventually(lambda: len(readers()) == 1)
        asked = len(server.requests)
        release.set()
        assert eventually(lambda: not readers())
        assert len(server.requests) == asked
        assert len(pauses) == 1


def test_a_failure_after_the_end_is_not_retried(release: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_JOIN_SECONDS", 0.05)
    pauses: list[float] = []
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=pauses.append))

    def script(request: dict[str, Any]) -> Answer:
        if request["Segment"] == 0:
            release.wait(SOON)
            return refusal("InternalServerError", 500)
        return good(page(item(1), key=item(1)))

    with scripted(script) as server:
        pages = read_pages(scan_client(server.port, attempts=5), TABLE, range(2), 2, ReadLimit(None))
        next(pages)
        assert eventually(lambda: any(request["Segment"] == 0 for request in server.requests))
        pages.close()
        release.set()
        assert eventually(lambda: not readers())

    assert [request["Segment"] for request in server.requests].count(0) == 1
    assert not pauses


def test_a_request_that_adaptive_retries_hold_back_is_not_sent_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_queue, "_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(scan, "_JOIN_SECONDS", 0.01)
    held_back = threading.Event()
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    acquire = TokenBucket.acquire

    def noted(bucket: TokenBucket, *arguments: Any, **named: Any) -> Any:
        held_back.set()
        return acquire(bucket, *arguments, **named)

    monkeypatch.setattr(TokenBucket, "acquire", noted)

    def while_waiting() -> None:
        if held_back.is_set():
            raise _Impatient

    with scripted(lambda _: refusal("ThrottlingException")) as server:
        with pytest.raises(_Impatient):
            next(read_pages(scan_client(server.port, attempts=5), TABLE, [0], 1, ReadLimit(None), while_waiting))
        assert len(readers()) == 1
        assert eventually(lambda: not readers())

    assert len(server.requests) == 1
