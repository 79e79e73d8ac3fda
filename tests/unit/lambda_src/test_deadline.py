from __future__ import annotations

import pickle
import time

import pytest

from lambda_src.deadline import Deadline
from lambda_src.exceptions import DeadlineExceededError


@pytest.mark.parametrize(("limit", "margin"), [(900.0, 30.0), (60.0, 30.0), (20.0, 10.0), (1.0, 0.5)])
def test_a_run_stops_short_of_the_limit(limit: float, margin: float, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_700_000_000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    deadline = Deadline.after(limit, "Raise the timeout.")

    deadline.check()
    clock[0] += limit - margin - 0.01
    deadline.check()
    clock[0] += 0.02
    with pytest.raises(DeadlineExceededError) as caught:
        deadline.check()

    assert f"stops this run, which ends itself at {margin:.1f} s" in str(caught.value)
    assert str(caught.value).endswith("nothing is published. Raise the timeout.")


def test_another_process_can_hold_it() -> None:
    deadline = Deadline.after(0.0, "Raise the timeout.")

    with pytest.raises(DeadlineExceededError):
        pickle.loads(pickle.dumps(Deadline(deadline.limit - 1, 0.0, "Raise the timeout."))).check()  # noqa: S301
