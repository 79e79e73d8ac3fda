from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lambda_src import page_queue
from lambda_src.page_queue import PageQueue, StoppedError

SOON = 10.0


def nothing() -> None:
    pass


def test_pages_come_in_order_until_all_writers_have_ended() -> None:
    queue = PageQueue[int](most=3, writers=2)
    queue.put(1)
    queue.end()
    queue.put(2)
    queue.end()

    assert list(queue.read(nothing)) == [1, 2]


def test_every_page_of_many_writers_comes_once() -> None:
    writers, each = 8, 200
    queue = PageQueue[int](most=2, writers=writers)

    def write(first: int) -> None:
        for page in range(first, first + each):
            queue.put(page)
        queue.end()

    with ThreadPoolExecutor(writers) as threads:
        done = [threads.submit(write, writer * each) for writer in range(writers)]
        assert sorted(queue.read(nothing)) == list(range(writers * each))
    assert all(future.exception() is None for future in done)


def test_a_full_queue_holds_its_writers_up() -> None:
    queue = PageQueue[int](most=1, writers=1)
    queue.put(1)
    with ThreadPoolExecutor(1) as threads:
        second = threads.submit(queue.put, 2)
        with pytest.raises(TimeoutError):
            second.result(0.05)
        pages = queue.read(nothing)
        assert next(pages) == 1
        second.result(SOON)
        assert next(pages) == 2


def test_a_failure_comes_before_the_pages_that_wait_and_the_first_one_counts() -> None:
    queue = PageQueue[int](most=2, writers=2)
    queue.put(1)
    first = ValueError("first")
    queue.fail(first)
    queue.fail(ValueError("second"))

    with pytest.raises(ValueError, match="first") as caught:
        next(queue.read(nothing))
    assert caught.value is first


def test_closing_releases_who_waits_for_a_place_and_refuses_more() -> None:
    queue = PageQueue[int](most=1, writers=1)
    queue.check()
    queue.put(1)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(queue.put, 2)
        assert not queue.is_closed()
        queue.close()
        assert isinstance(waiting.exception(SOON), StoppedError)

    assert queue.is_closed()
    for refused in (queue.check, lambda: queue.put(3)):
        with pytest.raises(StoppedError):
            refused()


def test_whoever_waits_for_a_page_is_asked_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_queue, "_CHECK_SECONDS", 0.001)
    queue = PageQueue[int](most=1, writers=1)
    asked = threading.Event()

    def write() -> None:
        assert asked.wait(SOON)
        queue.put(1)

    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(write)
        assert next(queue.read(asked.set)) == 1
        written.result(SOON)
