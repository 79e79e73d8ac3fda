"""Work on several tables at once: small tables end in one task, which leaves the rest of the cluster idle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from pyspark import InheritableThread

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def side_by_side(function: Callable[[_In], _Out], arguments: Iterable[_In]) -> list[_Out]:
    """Return what a function returns for each of some arguments, each in a thread of its own.

    All of them end before the first error is raised. Spark's own kind of thread closes its connection to the JVM.
    """
    waiting = list(arguments)
    if len(waiting) == 1:
        return [function(waiting[0])]
    results: dict[int, _Out] = {}
    errors: dict[int, BaseException] = {}

    def work(index: int) -> None:
        try:
            results[index] = function(waiting[index])
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            errors[index] = error

    threads = [InheritableThread(target=work, args=(index,)) for index in range(len(waiting))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index in sorted(errors):
        raise errors[index]
    return [results[index] for index in range(len(waiting))]
