"""Stop before the service does: a program that is killed cannot abort its uploads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from lambda_src.exceptions import DeadlineExceededError

#: In seconds. Enough for a request that is not answered (lambda_src.clients has the timeout) and the clean-up after it.
MOST_MARGIN: Final = 30.0


@dataclass(frozen=True)
class Deadline:
    """The end of the time that a run may use, short of the service's own limit. All in seconds."""

    #: How long it is until the service stops the run, by the service's own account where it gives one.
    seconds_left: Callable[[], float]
    margin: float
    remedy: str

    @classmethod
    def of(cls, seconds_left: Callable[[], float], remedy: str) -> Deadline:
        """Return the deadline of a run that begins now; ``remedy`` says how to get more time."""
        return cls(seconds_left, min(MOST_MARGIN, seconds_left() / 2), remedy)

    @classmethod
    def after(cls, seconds: float, remedy: str) -> Deadline:
        """Return the deadline of a run that is stopped after ``seconds``: one that other machines can hold too."""
        return cls.of(partial(_seconds_until, time.time() + seconds), remedy)

    def check(self) -> None:
        """Return while there is time.

        Raises:
            DeadlineExceededError: less than the margin is left.
        """
        left = self.seconds_left()
        if left < self.margin:
            message = (
                f"{left:.1f} s are left until the service stops this run, which ends itself at {self.margin:.1f} s to "
                f"clean up in time: nothing is published. {self.remedy}"
            )
            raise DeadlineExceededError(message)


def _seconds_until(limit: float) -> float:
    """Return the time until ``limit``, which is in seconds of the epoch."""
    return limit - time.time()
