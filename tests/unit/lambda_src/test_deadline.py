from __future__ import annotations

import pickle
import time
from contextlib import nullcontext

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


def test_the_service_is_asked_how_long_it_is() -> None:
    left = [900.0]
    deadline = Deadline.of(lambda: left[0], "Raise the timeout.")

    deadline.check()
    left[0] = 29.9
    with pytest.raises(DeadlineExceededError, match=r"^29\.9 s are left"):
        deadline.check()


@pytest.mark.parametrize(("limit", "is_over"), [(600.0, False), (-1.0, True)])
def test_another_machine_can_hold_it(limit: float, *, is_over: bool) -> None:
    deadline = pickle.loads(pickle.dumps(Deadline.after(limit, "Raise the timeout.")))

    with pytest.raises(DeadlineExceededError) if is_over else nullcontext():
        deadline.check()
