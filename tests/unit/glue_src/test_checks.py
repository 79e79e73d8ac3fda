"""When a check passes, how it is told, and which checks there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contract.datasets import DATA_QUALITY, REJECTED, Dataset
from contract.runs import ItemCounts, RunObject
from glue_src.checks import Check, checks_of, rejected_check, relations_of
from glue_src.engine import RelationFacts, TableFacts
from glue_src.plan import Change
from tests.shop import HAS_ORDER, IS_A_CUSTOMERS, LINES, NOTEBOOK, NOTES, ORDERS, PAYS_AN_ORDER, SHOP, VISITS
from tests.table_states import empty_state


@pytest.mark.parametrize(
    ("checked", "failed", "allowed", "passed"),
    [
        (10, 0, 0.0, True),
        (10, 1, 0.0, False),
        (0, 0, 0.0, True),
        (0, 1, 0.0, False),
        (10, 1, 0.1, True),
        (10, 2, 0.1, False),
        (10, 10, 1.0, True),
    ],
)
def test_a_check_passes_up_to_its_ratio(checked: int, failed: int, allowed: float, *, passed: bool) -> None:
    assert Check("messages", "unique_key", checked, failed, allowed).passed is passed


def test_a_check_is_told_with_its_limit_where_it_has_one() -> None:
    assert str(Check("messages", "unique_key", 10, 2, 0.0)) == "messages.unique_key: 2 of 10 fail"
    assert str(Check("rejected", "rejected_ratio", 10, 2, 0.05)) == (
        "rejected.rejected_ratio: 2 of 10 fail, 0.05 of them may"
    )


def test_a_row_has_the_columns_of_the_table() -> None:
    now = datetime(2026, 2, 5, tzinfo=UTC)
    row = dict(
        zip(
            DATA_QUALITY.column_names,
            Check("feedback", "unique_key", 10, 2, 0.0).row("r", "2026-02-04", now),
            strict=True,
        )
    )
    assert row == {
        "run_id": "r",
        "business_day": "2026-02-04",
        "dataset": "feedback",
        "check_name": "unique_key",
        "outcome": "failed",
        "rows_checked": 10,
        "rows_failed": 2,
        "allowed_ratio": 0.0,
        "checked_at": now,
    }


def change_of(dataset: Dataset, promised: dict[str, int] | None, written: int = 0) -> Change:
    rows = sum(promised.values()) if promised is not None else written
    written_object = RunObject(dataset.name, "k", rows, 1, "v", {})
    state = empty_state(dataset)
    return Change(
        dataset,
        state,
        written_object,
        frozenset(promised or ()),
        frozenset(),
        replaces_all=False,
        promised=promised,
        rows_removed=0,
    )


def test_a_contract_says_which_checks_there_are() -> None:
    changes = [change_of(LINES, {"a": 5, "b": 2}), change_of(ORDERS, {"a": 4}), change_of(REJECTED, {"": 2})]
    facts = {
        LINES.name: TableFacts({"a": 4, "b": 3}, {"sku13": 2}, 1),
        ORDERS.name: TableFacts({"a": 4}, {}, 0),
        REJECTED.name: TableFacts({"": 2}, {}, 0),
    }
    relations = {PAYS_AN_ORDER: RelationFacts(5, 4, 0, 2), HAS_ORDER: RelationFacts(6, 4, 1, 0)}
    checks = checks_of(SHOP, changes, facts, relations)
    assert [str(check) for check in checks] == [
        "lines2.rows_as_promised: 2 of 7 fail",
        "lines2.shop_id_not_null: 0 of 7 fail",
        "lines2.order_id_not_null: 0 of 7 fail",
        "lines2.line_no_not_null: 0 of 7 fail",
        "lines2.sku13_not_null: 2 of 7 fail",
        "lines2.unique_key: 1 of 7 fail",
        "rejected.rows_as_promised: 0 of 2 fail",
        "rejected.item_key_not_null: 0 of 2 fail",
        "rejected.reason_not_null: 0 of 2 fail",
        "rejected.item_json_not_null: 0 of 2 fail",
        "orders.rows_as_promised: 0 of 4 fail",
        "orders.shop_id_not_null: 0 of 4 fail",
        "orders.order_id_not_null: 0 of 4 fail",
        "orders.placed_at_not_null: 0 of 4 fail",
        "orders.children_not_null: 0 of 4 fail",
        "orders.payment_count_not_null: 0 of 4 fail",
        "orders.unique_key: 0 of 4 fail",
        "lines2.has_order: 1 of 6 fail",
        "orders.children: 0 of 4 fail",
        "payments.pays_an_order: 0 of 5 fail",
        "orders.payment_count: 2 of 4 fail",
    ]


def test_a_count_is_a_promise_even_where_children_may_lack_a_parent() -> None:
    optional = replace(PAYS_AN_ORDER, is_required=False)
    contract = replace(SHOP, relations=(optional,))
    checks = checks_of(contract, [], {}, {optional: RelationFacts(5, 4, 5, 1)})
    assert [str(check) for check in checks if not check.passed] == ["orders.payment_count: 1 of 4 fail"]


@pytest.mark.parametrize(
    ("promised", "found", "failed"),
    [
        ({"a": 2}, {"a": 2}, 0),
        ({"a": 2, "b": 1}, {"a": 1, "b": 2}, 2),
        ({"a": 2}, {}, 2),
        ({"a": 2}, {"a": 2, "gone": 1}, 1),
        (None, {"a": 7}, 3),
    ],
)
def test_rows_are_compared_partition_by_partition(
    promised: dict[str, int] | None, found: dict[str, int], failed: int
) -> None:
    facts = {NOTES.name: TableFacts(found, {}, 0)}
    checks = checks_of(NOTEBOOK, [change_of(NOTES, promised, written=10)], facts, {})
    assert checks[0].name == "rows_as_promised"
    assert checks[0].rows_failed == failed


def test_only_relations_that_a_night_can_break_are_looked_at() -> None:
    assert relations_of(SHOP, [LINES]) == [HAS_ORDER]
    assert relations_of(SHOP, [VISITS]) == [IS_A_CUSTOMERS]
    assert relations_of(SHOP, [ORDERS]) == list(SHOP.relations)
    assert relations_of(SHOP, [REJECTED]) == []


def test_rejected_items_are_a_ratio_of_all() -> None:
    items = ItemCounts(scanned=10, accepted={}, rejected={"a": 1, "b": 1})
    assert str(rejected_check(items, 0.1)) == "rejected.rejected_ratio: 2 of 10 fail, 0.1 of them may"
    assert not rejected_check(items, 0.1).passed
    assert rejected_check(items, 0.2).passed
