"""A limit on the read capacity that a scan consumes.

DynamoDB tells what a page cost with the page itself, too late to ask for less. So each request first counts as a full
page; the count is corrected when the page arrives. Of a page that breaks on its way and is asked for again, only the
last cost is known.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

#: A full page: 1 MB, in units of 4 KB of which an eventually consistent read takes half.
FULL_PAGE_UNITS: Final = 128.0
#: Seconds by which a request may come late and the next ones make up for it: no thread wakes up to the instant.
MADE_UP_SECONDS: Final = 0.1


class ReadLimit:
    """Lets requests of any number of threads pass, in the order in which they come, as fast as the limit allows.

    In any T seconds they consume ``units_per_second * (T + MADE_UP_SECONDS)`` at most, and a page for each thread.
    """

    def __init__(
        self,
        units_per_second: float | None,
        clock: Callable[[], float] = time.monotonic,
        changed: threading.Condition | None = None,
    ) -> None:
        """Start with nothing consumed; None is no limit. ``changed`` waits by the time of ``clock``, in seconds."""
        self._rate = units_per_second
        self._clock = clock
        self._changed = changed or threading.Condition()
        self._waiting: deque[object] = deque()
        self._free_at = clock()

    def acquire(self, stopped: Callable[[], bool]) -> None:
        """Wait until a page may be asked for; :meth:`settle` has to follow.

        It returns early, and nothing has to follow, when ``stopped`` is true, which is asked again at :meth:`wake`.
        """
        if self._rate is None:
            return
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            while not stopped():
                is_next = self._waiting[0] is ticket
                seconds = self._free_at - self._clock()
                if is_next and seconds <= 0:
                    self._free_at = max(self._free_at, self._clock() - MADE_UP_SECONDS)
                    self._free_at += FULL_PAGE_UNITS / self._rate
                    break
                self._changed.wait(seconds if is_next else None)
            self._waiting.remove(ticket)
            self._changed.notify_all()

    def settle(self, units: float) -> None:
        """Correct the booking of a page that has come: it consumed ``units``."""
        if self._rate is None:
            return
        with self._changed:
            self._free_at += (units - FULL_PAGE_UNITS) / self._rate
            self._changed.notify_all()

    def wake(self) -> None:
        """Have all that wait ask their ``stopped`` again."""
        with self._changed:
            self._changed.notify_all()
