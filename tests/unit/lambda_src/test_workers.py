from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import NoReturn

import pytest

from contract.discretion import UnexpectedError
from contract.runs import ScanStatistics
from lambda_src.exceptions import DeadlineExceededError, DestinationError, SettingsError, SourceError, WorkerError
from lambda_src.parallelism import Parallelism
from lambda_src.tally import Tally
from lambda_src.work_units import WorkUnit, WorkUnitResult, divide
from lambda_src.workers import make_work_units

SHARES = divide(Parallelism(processes=3, segments=3), 0, None)


def result_of(work_unit: WorkUnit) -> WorkUnitResult:
    return WorkUnitResult(
        os.getpid(), Tally(accepted=Counter(registers=work_unit.index)), ScanStatistics(1, 1, 0.5, 0, 0), {}, {}, {}
    )


def never() -> None:
    """A deadline that is far away."""


def workers_left() -> list[str]:
    """Names of worker processes of these tests that still run."""
    return [process.name for process in multiprocessing.active_children()]


def test_a_single_share_is_made_in_this_process() -> None:
    (made,) = make_work_units(SHARES[:1], result_of, never)

    assert made.scanned == os.getpid()


def test_several_shares_are_made_in_a_process_each_and_come_in_their_order() -> None:
    def slowest_first(work_unit: WorkUnit) -> WorkUnitResult:
        time.sleep(0.05 * (len(SHARES) - work_unit.index))
        return result_of(work_unit)

    made = make_work_units(SHARES, slowest_first, never)

    assert [result.tally.accepted["registers"] for result in made] == [0, 1, 2]
    assert len({os.getpid(), *(result.scanned for result in made)}) == 4
    assert workers_left() == []


def failing_in(index: int, error: BaseException) -> Callable[[WorkUnit], WorkUnitResult]:
    def work(work_unit: WorkUnit) -> WorkUnitResult:
        if work_unit.index == index:
            raise error
        time.sleep(60)
        return result_of(work_unit)

    return work


@pytest.mark.parametrize(
    "error", [SourceError("the table is gone"), DestinationError("no bucket"), SettingsError(["a", "b"])]
)
def test_the_first_failure_ends_all_and_is_raised_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        make_work_units(SHARES, failing_in(1, error), never)

    assert type(caught.value) is type(error)
    assert str(caught.value) == str(error)
    assert caught.value.__notes__[0].startswith("In the process of work unit 1:\nTraceback")
    assert workers_left() == []


def test_a_failure_that_cannot_travel_is_told() -> None:
    class Local(Exception):  # noqa: N818 - of a function's own, so that no other process can read it
        pass

    with pytest.raises(UnexpectedError, match=r"Local in work, .*test_workers\.py.* has 11 characters") as caught:
        make_work_units(SHARES, failing_in(2, Local("what it was")), never)
    assert "what it was" not in "".join(caught.value.__notes__)


def test_a_process_that_dies_ends_the_run() -> None:
    def die(work_unit: WorkUnit) -> WorkUnitResult:
        if work_unit.index == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)
        return result_of(work_unit)

    with pytest.raises(
        WorkerError, match=r"the process of work unit 1 ended with status -9 and no answer.*memory_size"
    ):
        make_work_units(SHARES, die, never)
    assert workers_left() == []


def test_the_deadline_ends_processes_that_hang() -> None:
    def hang(_: WorkUnit) -> NoReturn:
        time.sleep(60)
        raise AssertionError

    def over() -> None:
        message = "too late"
        raise DeadlineExceededError(message)

    with pytest.raises(DeadlineExceededError, match="too late"):
        make_work_units(SHARES, hang, over)
    assert workers_left() == []
