"""Stop before the service does: a program that is killed cannot abort its uploads."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from lambda_src.exceptions import DeadlineExceededError

#: Enough for a request that is not answered (lambda_src.clients has the timeout) and the clean-up after it.
_MOST_MARGIN: Final = 30.0


@dataclass(frozen=True)
class Deadline:
    """The end of the time that a run may use, short of the service's own limit. Times in seconds, by the epoch.

    A value, so that worker processes can hold it too.
    """

    limit: float
    margin: float
    remedy: str

    @classmethod
    def after(cls, seconds: float, remedy: str) -> Deadline:
        """Return the deadline of a run that its service stops after ``seconds``; ``remedy`` says how to get more."""
        return cls(time.time() + seconds, min(_MOST_MARGIN, seconds / 2), remedy)

    def check(self) -> None:
        """Return while there is time.

        Raises:
            DeadlineExceededError: less than the margin is left.
        """
        left = self.limit - time.time()
        if left < self.margin:
            message = (
                f"{left:.1f} s are left until the service stops this run, which ends itself at {self.margin:.1f} s to "
                f"clean up in time: nothing is published. {self.remedy}"
            )
            raise DeadlineExceededError(message)
