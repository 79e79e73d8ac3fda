"""When a check passes, how it is told, and which checks there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from glue_src.checks import Check, checks_of
from glue_src.engine import RelationFacts, TableFacts
from modules.contract.datasets import DATA_QUALITY, REJECTED, Dataset
from modules.contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics
from tests.shop import (
    HAS_ORDER,
    IS_A_CUSTOMERS,
    LINES,
    NOTEBOOK,
    NOTES,
    ORDERS,
    PAYMENTS,
    PAYS_AN_ORDER,
    SHOP,
    VISITS,
)


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
def test_a_check_passes_up_to_its_share(checked: int, failed: int, allowed: float, *, passed: bool) -> None:
    assert Check("messages", "unique_key", checked, failed, allowed).passed is passed


def test_a_check_is_told_with_its_limit_where_it_has_one() -> None:
    assert str(Check("messages", "unique_key", 10, 2, 0.0)) == "messages.unique_key: 2 of 10 fail"
    assert str(Check("rejected", "share_of_items", 10, 2, 0.05)) == (
        "rejected.share_of_items: 2 of 10 fail, 0.05 of them may"
    )


def test_a_row_has_the_columns_of_the_table() -> None:
    now = datetime(2026, 2, 5, tzinfo=timezone.utc)
    row = dict(zip(DATA_QUALITY.column_names, Check("feedback", "unique_key", 10, 2, 0.0).row("r", now), strict=True))
    assert row == {
        "run_id": "r",
        "dataset": "feedback",
        "check_name": "unique_key",
        "outcome": "failed",
        "rows_checked": 10,
        "rows_failed": 2,
        "allowed_share": 0.0,
        "checked_at": now,
    }


def summary_of(rows: dict[Dataset, int]) -> RunSummary:
    at = datetime(2026, 2, 5, tzinfo=timezone.utc)
    return RunSummary(
        run_id="r",
        dt=at.date(),
        time_zone="UTC",
        source_table="t",
        started_at=at,
        finished_at=at,
        items=ItemCounts(scanned=10, placed={}, rejected={"test": 2}),
        scan=ScanStatistics(1, 1, 1, 0, 0),
        objects=tuple(RunObject(dataset.name, "k", count, 1) for dataset, count in rows.items()),
    )


def test_a_contract_says_which_checks_there_are() -> None:
    rows = {LINES: 7, REJECTED: 2, VISITS: 3, PAYMENTS: 5, ORDERS: 4}
    facts = {dataset.name: TableFacts(count, {}, 0) for dataset, count in rows.items()}
    facts[LINES.name] = TableFacts(6, {"sku13": 2}, 1)
    relations = {
        IS_A_CUSTOMERS: RelationFacts(3),
        PAYS_AN_ORDER: RelationFacts(0, 2),
        HAS_ORDER: RelationFacts(1, 0),
    }
    checks = checks_of(SHOP, summary_of(rows), facts, relations, 0.2)
    assert [str(check) for check in checks] == [
        "lines2.rows_as_promised: 1 of 7 fail",
        "lines2.shop_id_not_null: 0 of 6 fail",
        "lines2.order_id_not_null: 0 of 6 fail",
        "lines2.line_no_not_null: 0 of 6 fail",
        "lines2.sku13_not_null: 2 of 6 fail",
        "lines2.unique_key: 1 of 6 fail",
        "rejected.rows_as_promised: 0 of 2 fail",
        "rejected.item_key_not_null: 0 of 2 fail",
        "rejected.reason_not_null: 0 of 2 fail",
        "rejected.item_json_not_null: 0 of 2 fail",
        "visits.rows_as_promised: 0 of 3 fail",
        "visits.visited_at_not_null: 0 of 3 fail",
        "visits.unique_key: 0 of 3 fail",
        "payments.rows_as_promised: 0 of 5 fail",
        "payments.payment_id_not_null: 0 of 5 fail",
        "payments.shop_id_not_null: 0 of 5 fail",
        "payments.order_id_not_null: 0 of 5 fail",
        "payments.unique_key: 0 of 5 fail",
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
        "visits.is_a_customers: 3 of 3 fail, 1 of them may",
        "rejected.share_of_items: 2 of 10 fail, 0.2 of them may",
    ]
    assert {str(check).partition(":")[0] for check in checks if not check.passed} == {
        "lines2.rows_as_promised",
        "lines2.sku13_not_null",
        "lines2.unique_key",
        "lines2.has_order",
        "orders.payment_count",
    }


def test_a_count_is_a_promise_even_where_children_may_lack_a_parent() -> None:
    optional = replace(PAYS_AN_ORDER, is_required=False)
    contract = replace(SHOP, datasets=(REJECTED, PAYMENTS, ORDERS), relations=(optional,))
    rows = {REJECTED: 2, PAYMENTS: 5, ORDERS: 4}
    facts = {dataset.name: TableFacts(count, {}, 0) for dataset, count in rows.items()}
    checks = checks_of(contract, summary_of(rows), facts, {optional: RelationFacts(5, 1)}, 1.0)
    assert [check for check in checks if not check.passed] == [Check("orders", "payment_count", 4, 1, 0.0)]


def test_a_contract_without_relations_has_the_other_checks() -> None:
    rows = {REJECTED: 2, NOTES: 1}
    facts = {dataset.name: TableFacts(count, {}, 0) for dataset, count in rows.items()}
    names = [f"{check.dataset}.{check.name}" for check in checks_of(NOTEBOOK, summary_of(rows), facts, {}, 1.0)]
    assert names[-4:] == [
        "notes.rows_as_promised",
        "notes.note_id_not_null",
        "notes.unique_key",
        "rejected.share_of_items",
    ]
    assert len(names) == 4 + 3 + 1
