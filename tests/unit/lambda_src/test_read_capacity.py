from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_src.read_capacity import FULL_PAGE_UNITS, MADE_UP_SECONDS, ReadLimit

SOON = 10.0


def eventually(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    return holds()


@pytest.fixture
def end() -> threading.Event:
    """What stops those that still wait when a test has ended, well or not."""
    return threading.Event()


@contextmanager
def waiting_in_turn(
    limit: ReadLimit, stops: Sequence[threading.Event], end: threading.Event
) -> Iterator[list[Future[None]]]:
    """Have a thread for each of ``stops`` wait for the limit, one behind the other."""
    with ThreadPoolExecutor(len(stops)) as threads:
        waiting: list[Future[None]] = []
        try:
            for stop in stops:
                waiting.append(threads.submit(limit.acquire, stop.is_set))
                assert eventually(lambda: len(limit._waiting) == len(waiting))
            yield waiting
        finally:
            end.set()
            limit.wake()


class SimulatedTime(threading.Condition):
    """A condition by which waiting takes no time: when all threads wait, the clock goes on to what is due next."""

    def __init__(self, threads: int) -> None:
        super().__init__(threading.Lock())
        self.now = 0.0
        self.waits = 0
        self._threads = threads
        self._due: dict[int, float] = {}
        self._is_stuck = False

    def clock(self) -> float:
        return self.now

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        return self._wait_until(math.inf if timeout is None else self.now + timeout)

    def notify_all(self) -> None:
        self._due.clear()
        super().notify_all()

    def sleep(self, seconds: float) -> None:
        """Let a request last so long."""
        with self:
            end = self.now + seconds
            while self.now < end:
                self._wait_until(end)

    def leave(self) -> None:
        """Say that a thread has ended."""
        with self:
            self._threads -= 1
            self._go_on()

    def _wait_until(self, due: float) -> bool:
        thread = threading.get_ident()
        self._due[thread] = due
        self._go_on()
        while thread in self._due and not self._is_stuck:
            super().wait()
        assert not self._is_stuck, "every thread waits, and nothing is due"
        return True

    def _go_on(self) -> None:
        if self._due and len(self._due) == self._threads:
            self.now = min(self._due.values())
            self._is_stuck = self.now == math.inf
            self._due = {thread: due for thread, due in self._due.items() if due > self.now}
            super().notify_all()


class Asked(NamedTuple):
    """A page that a thread was let to ask for, when, and what it consumed."""

    thread: int
    at: float
    units: float


def simulate(rate: float, costs: Sequence[Sequence[float]], seconds: float) -> tuple[list[Asked], SimulatedTime]:
    """Let a thread for each row of ``costs`` ask for pages that cost this, each of which takes ``seconds`` to come."""
    simulated = SimulatedTime(len(costs))
    limit = ReadLimit(rate, simulated.clock, simulated)
    asked: list[Asked] = []

    def read(thread: int) -> None:
        try:
            for units in costs[thread]:
                limit.acquire(lambda: False)
                asked.append(Asked(thread, simulated.now, units))
                simulated.sleep(seconds)
                limit.settle(units)
        finally:
            simulated.leave()

    with ThreadPoolExecutor(len(costs)) as threads:
        for done in [threads.submit(read, thread) for thread in range(len(costs))]:
            done.result(SOON)
    return asked, simulated


COSTS = st.lists(
    st.lists(st.floats(0.5, FULL_PAGE_UNITS) | st.just(FULL_PAGE_UNITS), min_size=1, max_size=12),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60)
@given(st.floats(0.1, 50_000), COSTS, st.floats(0, 100))
def test_in_no_period_is_the_limit_passed(rate: float, costs: list[list[float]], seconds: float) -> None:
    asked, _ = simulate(rate, costs, seconds)

    assert sorted(page.units for page in asked) == sorted(units for row in costs for units in row)
    for first, last in combinations(range(len(asked)), 2):
        consumed = sum(page.units for page in asked[first : last + 1])
        period = asked[last].at - asked[first].at
        assert consumed <= (rate * (period + MADE_UP_SECONDS) + len(costs) * FULL_PAGE_UNITS) * 1.000001


def test_full_pages_follow_each_other_at_the_very_rate() -> None:
    asked, simulated = simulate(256.0, [[FULL_PAGE_UNITS] * 50] * 4, seconds=0.05)

    assert [page.at for page in asked] == [pytest.approx(0.5 * number) for number in range(200)]
    # 200 pages: each time one thread leaves the head of the queue or settles, the others look and wait on.
    assert simulated.waits <= 200 * 2 * 4


def test_threads_take_turns() -> None:
    asked, _ = simulate(64.0, [[FULL_PAGE_UNITS] * 30] * 5, seconds=0.01)

    for start in range(0, 150, 5):
        assert set(Counter(page.thread for page in asked[start : start + 5]).values()) == {1}


def test_who_comes_when_there_is_room_waits_behind_who_came_before(end: threading.Event) -> None:
    now = 0.0
    limit = ReadLimit(FULL_PAGE_UNITS / SOON, lambda: now)
    limit.acquire(end.is_set)
    with waiting_in_turn(limit, [end, end], end) as (first, second):
        now = 1000.0
        limit.wake()
        first.result(SOON / 2)
        assert not second.done()


def test_a_page_that_cost_less_than_booked_gives_the_rest_back_at_once() -> None:
    asked, _ = simulate(1.0, [[0.5], [0.5], [0.5]], seconds=0.01)

    assert sorted(page.at for page in asked) == [0.0, pytest.approx(0.5), pytest.approx(1.0)]


def test_time_in_which_nothing_was_read_is_not_saved_up() -> None:
    now = 0.0
    limit = ReadLimit(128.0, lambda: now)
    limit.acquire(lambda: False)
    limit.settle(FULL_PAGE_UNITS)
    now = 1000.0
    limit.acquire(lambda: False)

    assert limit._free_at == 1000.0 - MADE_UP_SECONDS + 1.0


def test_none_is_no_limit() -> None:
    limit = ReadLimit(None)
    for _ in range(1000):
        limit.acquire(pytest.fail)
        limit.settle(FULL_PAGE_UNITS)


def test_whoever_waits_stops_when_woken(end: threading.Event) -> None:
    limit = ReadLimit(FULL_PAGE_UNITS / 86_400)
    limit.acquire(end.is_set)
    with waiting_in_turn(limit, [end, end, end], end) as waiting:
        free_at = limit._free_at
        end.set()
        limit.wake()
        for future in waiting:
            future.result(SOON)
    limit.acquire(end.is_set)
    assert limit._free_at == free_at


def test_who_stops_leaves_its_turn_to_the_next(end: threading.Event) -> None:
    limit = ReadLimit(FULL_PAGE_UNITS * 2)
    limit.acquire(end.is_set)
    stop = threading.Event()
    with waiting_in_turn(limit, [stop, end], end) as (stopped, next_one):
        stop.set()
        limit.wake()
        stopped.result(SOON)
        next_one.result(SOON)


def test_by_the_real_clock_too() -> None:
    pages, threads_count = 15, 4
    limit = ReadLimit(FULL_PAGE_UNITS * 200)
    began = time.monotonic()

    def read(_: int) -> None:
        for _ in range(pages):
            limit.acquire(lambda: False)
            limit.settle(FULL_PAGE_UNITS)

    with ThreadPoolExecutor(threads_count) as threads:
        list(threads.map(read, range(threads_count)))
    assert time.monotonic() - began >= (pages * threads_count - 1) / 200 - MADE_UP_SECONDS
