"""What happens to the lake, in words: each test tells its own case, ``tests.curation.matrix`` makes a table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

RERUNS: Final = "The same day again"
FAULTS: Final = "Crashes and broken runs"
EVOLUTION: Final = "The contract changes"
CHECKS: Final = "The data is wrong"
PARTS: Final = (RERUNS, FAULTS, EVOLUTION, CHECKS)

_Test = TypeVar("_Test", bound=Callable[..., None])


@dataclass(frozen=True)
class Told:
    """One case: what happens, what readers of the tables see then, and the test that tries it."""

    part: str
    happens: str
    seen: str
    module: str
    test: str


TOLD: Final[list[Told]] = []


def told(part: str, happens: str, seen: str) -> Callable[[_Test], _Test]:
    """Tell the case that the decorated test tries."""

    def remember(test: _Test) -> _Test:
        TOLD.append(Told(part, happens, seen, test.__module__, test.__name__))
        return test

    return remember
