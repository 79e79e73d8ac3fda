from __future__ import annotations

import pytest

from ops.runs import deviations, measures
from tests.unit.ops.runs import run


def test_a_run_like_those_before_it_is_not_worth_a_look() -> None:
    assert deviations(run(4), [run(3), run(2), run(1)]) == ()
    assert deviations(run(1), []) == ()


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        (run(4, scanned=899, conversations=499), ["scanned fell to 899", "conversations fell to 499"]),
        (run(4, rejected=51), ["5.1% of the items were rejected, usually 0.1%"]),
        (run(4, seconds=61), ["took 61 s, usually 10 s"]),
    ],
)
def test_what_is_unlike_is_said(newest: object, said: list[str]) -> None:
    found = deviations(newest, [run(3), run(2), run(1)])  # type: ignore[arg-type]
    assert [text in line for text, line in zip(said, found, strict=True)] == [True] * len(said)


def test_edges_of_what_is_noticed() -> None:
    before = [run(3), run(2), run(1)]
    assert deviations(run(4, scanned=900, conversations=540), before) == ()
    assert deviations(run(4, rejected=5), before) == ()
    assert deviations(run(4, rejected=6), before) != ()
    assert deviations(run(4, seconds=60), before) == ()


def test_measures_compare_with_the_median() -> None:
    found = {each.name: each for each in measures(run(4, scanned=1100), [run(3), run(2, scanned=500), run(1)])}
    assert (found["scanned"].value, found["scanned"].trend) == (1100, 1000)
    assert found["scanned"].change == pytest.approx(0.1)
    assert found["throttled"].change is None, "nothing to divide by"
    alone = {each.name: each.trend for each in measures(run(1), [])}
    assert set(alone.values()) == {None}
