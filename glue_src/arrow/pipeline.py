"""Work side by side, results in order, and never more at once than was asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_order(
    executor: Executor, work: Callable[[_Item], _Result], items: Iterable[_Item], ahead: int
) -> Iterator[_Result]:
    """Yield ``work`` of each item in the items' order; at most ``ahead`` of them are under way or wait to be taken.

    The first error ends it: what has not begun is cancelled, and what has is waited for.
    """
    pending: deque[Future[_Result]] = deque()
    try:
        for item in items:
            pending.append(executor.submit(work, item))
            # No name may hold an item or a result while the next one is waited for: each is tens of megabytes.
            del item
            if len(pending) >= ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        abandon(pending)


def abandon(pending: Iterable[Future[_Result]]) -> None:
    """Wait until none of these runs any more. Their errors come after the first one and say nothing new."""
    for future in pending:
        if not future.cancel():
            future.exception()
