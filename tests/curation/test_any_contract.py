"""ETL-2 by contracts that are nothing like CatIA's, from clean runs to what readers see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glue_src.exceptions import FailedDaysError, QuarantinedError
from modules.contract.datasets import REJECTED
from modules.contract.layout import quarantine_key
from tests.curation.conftest import lake_of
from tests.curation.lake import INSTANT, MONDAY, TUESDAY, Rows, one_file_per_dataset, only_failure, run_id
from tests.shop import LINES, NOTEBOOK, NOTES, ORDERS, PAYMENTS, SHOP, VISITS

if TYPE_CHECKING:
    from glue_src.engine import TransformEngine

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def shop_rows() -> Rows:
    """Two orders of two shops under one number, all of it right, and a visit of somebody who never ordered."""
    return {
        LINES: [("1", "A", "1", "b", None), ("1", "A", "2", "a", "rápido"), ("2", "A", "1", "c", "")],
        REJECTED: [],
        VISITS: [(INSTANT, "ana"), (INSTANT.replace("1Z", "2Z"), "a stranger")],
        PAYMENTS: [("p", "1", "A")],
        ORDERS: [("1", "A", INSTANT, "ana", "2", "1"), ("2", "A", INSTANT, None, "1", "0")],
    }


def test_a_run_of_another_contract_is_published(engine: TransformEngine, clients: Any, bucket: str) -> None:
    lake = lake_of(SHOP, engine, clients, bucket)
    lake.publish_run(MONDAY, run_id(1), shop_rows(), only_counted=3)
    assert lake.run_job() == 1
    assert lake.day_keys(MONDAY) == [*one_file_per_dataset(lake, MONDAY), lake.check_key(MONDAY, run_id(1))]
    assert lake.registered_days() == [[MONDAY]] * 6
    assert [row["note"] for row in lake.parquet(LINES, MONDAY).read().to_pylist()] == ["rápido", None, ""]
    assert lake.parameters(MONDAY, ORDERS) | {"row_count": "2", "source_run_id": run_id(1)} == (
        lake.parameters(MONDAY, ORDERS)
    )
    checks = lake.checks(MONDAY, run_id(1))
    assert {check["outcome"] for check in checks.values()} == {"passed"}
    counts = {
        name: (check["rows_checked"], check["rows_failed"], check["allowed_share"]) for name, check in checks.items()
    }
    assert counts["lines2.has_order"] == (3, 0, 0.0)
    assert counts["orders.children"] == (2, 0, 0.0)
    assert counts["payments.pays_an_order"] == (1, 0, 0.0)
    assert counts["orders.payment_count"] == (2, 0, 0.0)
    assert counts["visits.is_a_customers"] == (2, 1, 1.0)
    assert counts["rejected.share_of_items"] == (8, 0, 0.1)
    assert lake.run_job() == 0


def test_a_broken_run_of_another_contract_is_quarantined(engine: TransformEngine, clients: Any, bucket: str) -> None:
    lake = lake_of(SHOP, engine, clients, bucket)
    rows = shop_rows()
    rows[LINES] += [("2", "B", "1", "d", None), ("1", "A", "1", "b", None)]
    rows[PAYMENTS] = [("p", None, "A"), ("q", "2", "A")]
    lake.publish_run(MONDAY, run_id(1), rows)
    with pytest.raises(FailedDaysError) as caught:
        lake.run_job()
    failure = only_failure(caught)
    assert isinstance(failure, QuarantinedError)
    assert failure.failed == (
        "lines2.unique_key: 1 of 5 fail",
        "payments.shop_id_not_null: 1 of 2 fail",
        "lines2.has_order: 1 of 5 fail",
        "orders.children: 1 of 2 fail",
        "payments.pays_an_order: 1 of 2 fail",
        "orders.payment_count: 2 of 2 fail",
    )
    kept = [quarantine_key(lake.arguments.curated_prefix, dataset, MONDAY, run_id(1)) for dataset in SHOP.datasets]
    assert lake.quarantined_keys(MONDAY) == sorted(kept)
    assert lake.registered_days() == [[]] * 5 + [[MONDAY]]
    assert lake.run_job() == 0


def test_one_dataset_and_no_relation_is_a_contract_too(engine: TransformEngine, clients: Any, bucket: str) -> None:
    lake = lake_of(NOTEBOOK, engine, clients, bucket)
    for number, day in ((1, MONDAY), (2, TUESDAY)):
        lake.publish_run(day, run_id(number), {REJECTED: [], NOTES: [("2", "dos"), ("1", None)]})
    assert lake.run_job() == 2
    assert lake.parquet(NOTES, TUESDAY).read().to_pylist() == [
        {"note_id": "1", "text": None},
        {"note_id": "2", "text": "dos"},
    ]
    assert set(lake.checks(MONDAY, run_id(1))) == {
        *(f"rejected.{name}" for name in ("rows_as_promised", "share_of_items")),
        *(f"rejected.{name}_not_null" for name in REJECTED.column_names),
        *(f"notes.{name}" for name in ("rows_as_promised", "note_id_not_null", "unique_key")),
    }
    # Monday has had its time, so that it may expire: with its run, as soon as both are older than they may be.
    monday = [
        lake.clean_key(NOTES, MONDAY, run_id(1)),
        lake.curated_key(NOTES, MONDAY),
        lake.check_key(MONDAY, run_id(1)),
    ]
    tuesday = [lake.clean_key(NOTES, TUESDAY, run_id(2)), lake.curated_key(NOTES, TUESDAY)]
    assert lake.superseded([*monday, *tuesday]) == set(monday)
