"""Pages on their way from the threads that read them to the one that normalizes them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

PageT = TypeVar("PageT")

_CHECK_SECONDS: Final = 1.0


class StoppedError(Exception):
    """Nobody waits for pages any more."""


class PageQueue(Generic[PageT]):
    """Holds ``most`` pages of ``writers`` threads at most; a writer with one more waits.

    A writer ends by :meth:`end` or :meth:`fail`.
    """

    def __init__(self, most: int, writers: int) -> None:
        self._most = most
        self._writers = writers
        self._pages: deque[PageT] = deque()
        self._error: BaseException | None = None
        self._stopped = False
        self._changed = threading.Condition()

    def put(self, page: PageT) -> None:
        """Append a page.

        Raises:
            StoppedError: the queue is closed, or was while this waited.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._pages) < self._most)
            self.check()
            self._pages.append(page)
            self._changed.notify_all()

    def end(self) -> None:
        """Say that a writer has put its last page."""
        with self._changed:
            self._writers -= 1
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """Have the reader raise ``error``, unless another one came first."""
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()

    def read(self, while_waiting: Callable[[], None]) -> Iterator[PageT]:
        """Yield the pages as they come, until all writers have ended.

        ``while_waiting`` is called about once a second while none comes; what it raises ends the iteration, and so
        does what a writer failed with, whatever pages are still waiting.
        """
        while True:
            with self._changed:
                self._changed.wait_for(self._has_news, timeout=_CHECK_SECONDS)
                if self._error is not None:
                    raise self._error
                page = self._pages.popleft() if self._pages else None
                is_over = page is None and self._writers == 0
                self._changed.notify_all()
            if page is not None:
                yield page
            elif is_over:
                return
            else:
                while_waiting()

    def _has_news(self) -> bool:
        return bool(self._pages) or self._error is not None or self._writers == 0

    def close(self) -> None:
        """Drop all pages; whoever puts one, or waits to, stops."""
        with self._changed:
            self._stopped = True
            self._pages.clear()
            self._changed.notify_all()

    def is_closed(self) -> bool:
        """Return whether nobody waits for pages any more."""
        return self._stopped

    def check(self) -> None:
        """Return while pages are waited for.

        Raises:
            StoppedError: they are not any more.
        """
        if self._stopped:
            raise StoppedError
