"""Stop before Lambda does: a function that is killed cannot abort its uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lambda_src.exceptions import DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Callable

#: Enough for a slow page, a slow part and the clean-up; a short timeout gives up a tenth of itself instead.
_MARGIN_MILLISECONDS: Final = 30_000
_MARGIN_SHARE: Final = 10


class Deadline:
    """The end of the time that a run may use, short of the function's own."""

    def __init__(self, remaining_milliseconds: Callable[[], int]) -> None:
        """Take the function's clock: ``context.get_remaining_time_in_millis``."""
        self._remaining_milliseconds = remaining_milliseconds
        self._margin = min(_MARGIN_MILLISECONDS, remaining_milliseconds() // _MARGIN_SHARE)

    def check(self) -> None:
        """Return while there is time.

        Raises:
            DeadlineExceededError: less than the margin is left.
        """
        remaining = self._remaining_milliseconds()
        if remaining < self._margin:
            message = (
                f"{remaining} ms of the function's timeout are left and a run stops at {self._margin} ms, to clean up "
                "in time: nothing is published. Raise the function's timeout (at most 900 s) or memory_size (CPU grows "
                "with it), or scan_segments where the scan itself is slow."
            )
            raise DeadlineExceededError(message)
