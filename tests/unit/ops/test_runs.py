from __future__ import annotations

from dataclasses import replace

import pytest

from contract.source import ItemKind
from contract.sources.catia import CONTRACT
from ops.runs import deviations, figures, measures
from tests import orders
from tests.unit.ops.runs import run, run_of


def test_a_run_like_those_before_it_is_not_worth_a_look() -> None:
    assert deviations(CONTRACT, run(4), [run(3), run(2), run(1)]) == ()
    assert deviations(CONTRACT, run(1), []) == ()


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        (run(4, scanned=899, conversations=499), ["scanned fell to 899", "conversations fell to 499"]),
        (
            run(4, conversations=480, rejected=121),
            [
                "conversations fell to 480 from 600: 121 items were rejected, usually 1",
                "12.1% of the items were rejected, usually 0.1%",
            ],
        ),
        (
            run(4, scanned=800, conversations=399, rejected=2),
            ["scanned fell to 800 from 1,000: was something deleted", "fell to 399 from 600: was something deleted"],
        ),
        (run(4, rejected=51), ["5.1% of the items were rejected, usually 0.1%"]),
        (run(4, seconds=61), ["took 61 s, usually 10 s"]),
    ],
)
def test_what_is_unlike_is_said(newest: object, said: list[str]) -> None:
    found = deviations(CONTRACT, newest, [run(3), run(2), run(1)])  # type: ignore[arg-type]
    assert [text in line for text, line in zip(said, found, strict=True)] == [True] * len(said)


def test_edges_of_what_is_noticed() -> None:
    before = [run(3), run(2), run(1)]
    assert deviations(CONTRACT, run(4, scanned=900, conversations=540), before) == ()
    assert deviations(CONTRACT, run(4, rejected=5), before) == ()
    assert deviations(CONTRACT, run(4, rejected=6), before) != ()
    assert deviations(CONTRACT, run(4, seconds=60), before) == ()


def test_measures_compare_with_the_median() -> None:
    found = {
        each.name: each for each in measures(CONTRACT, run(4, scanned=1100), [run(3), run(2, scanned=500), run(1)])
    }
    assert (found["scanned"].value, found["scanned"].trend) == (1100, 1000)
    assert found["scanned"].change == pytest.approx(0.1)
    assert found["throttled"].change is None, "nothing to divide by"
    alone = {each.name: each.trend for each in measures(CONTRACT, run(1), [])}
    assert set(alone.values()) == {None}


def test_figures_of_catia_have_the_names_that_scripts_read() -> None:
    names = ["scanned", "conversations", "messages", "feedback", "registers", "excluded", "tombstoned", "rejected"]
    assert list(figures(CONTRACT, run())) == [*names, "seconds", "read_units", "throttled"]


def test_figures_follow_the_contract() -> None:
    newest = run_of(orders.CONTRACT, {"orders": 999}, {"orders": 999, "order_lines": 3000, "rejected": 1}, 4)
    found = figures(orders.CONTRACT, newest)
    assert list(found)[:6] == ["scanned", "orders", "order_lines", "excluded", "tombstoned", "rejected"]
    assert (found["orders"], found["order_lines"]) == (999, 3000)


def test_a_part_that_belongs_to_no_kind_is_counted_last() -> None:
    alone = replace(orders.CONTRACT, relations=(), kinds=(*orders.CONTRACT.kinds, ItemKind("drafts")))
    rows = {"orders": 900, "order_lines": 3000, "rejected": 1}
    newest = run_of(alone, {"orders": 900, "drafts": 99}, rows, 4)
    assert list(figures(alone, newest))[:4] == ["scanned", "orders", "drafts", "order_lines"]
    fewer = run_of(alone, {"orders": 999, "drafts": 0}, {**rows, "orders": 999, "order_lines": 2000}, 5)
    (found,) = deviations(alone, fewer, [newest])
    assert found.startswith("order_lines fell to 2,000 from 3,000"), "items that only are counted may come and go"


def test_the_writer_has_a_name_that_people_know() -> None:
    assert (CONTRACT.writer, orders.CONTRACT.writer) == ("the chatbot", "another system")
    (found,) = deviations(CONTRACT, run(4, rejected=51), [run(3)])
    assert found == "5.1% of the items were rejected, usually 0.1%: did the chatbot change its items?"
