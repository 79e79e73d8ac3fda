from __future__ import annotations

import pytest

from lambda_src.deadline import Deadline
from lambda_src.exceptions import DeadlineExceededError


@pytest.mark.parametrize(("timeout", "margin"), [(900_000, 30_000), (300_000, 30_000), (60_000, 6_000), (1_000, 100)])
def test_a_run_stops_short_of_the_timeout(timeout: int, margin: int) -> None:
    clock = [timeout]
    deadline = Deadline(lambda: clock[0])

    deadline.check()
    clock[0] = margin
    deadline.check()
    clock[0] = margin - 1
    with pytest.raises(DeadlineExceededError) as caught:
        deadline.check()

    assert str(caught.value).startswith(
        f"{margin - 1} ms of the function's timeout are left and a run stops at {margin} ms"
    )
    assert all(setting in str(caught.value) for setting in ("timeout (at most 900 s)", "memory_size", "scan_segments"))
