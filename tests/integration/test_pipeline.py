"""The deployed pipeline's results, against an independent computation over the same items."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from envs.local import LOCAL
from local.errors import FunctionError
from local.reconciliation import reconcile
from tests.integration.conftest import DAY, EARLIER_DAY, Run, rows, run_etl1
from tests.integration.oracle import expected
from tests.sql import expected as answers

if TYPE_CHECKING:
    from local.athena_sql import LocalAthena
    from local.pipeline import Pipeline

DRY_DAY = "2026-01-30"


def in_order(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(table, key=lambda row: json.dumps(row, sort_keys=True, default=str))


def test_summary_counts_every_item(first_run: Run, sample: list[dict[str, Any]]) -> None:
    items, wanted = first_run.summary.items, first_run.expected
    assert items.scanned == len(sample)
    assert items.placed["conversations"] == len(wanted.conversations)
    assert items.placed["feedback"] == len(wanted.feedback)
    assert items.placed["registers"] == wanted.registers
    assert items.excluded == {"automated-checks": wanted.excluded}
    assert items.rejected_total == len(wanted.rejected)
    assert first_run.summary.rows_of("messages") == len(wanted.messages)
    assert min(wanted.registers, wanted.excluded, len(wanted.rejected)) > 0


@pytest.mark.parametrize("table", ["conversations", "messages", "feedback"])
def test_table_holds_exactly_the_expected_rows(first_run: Run, athena: LocalAthena, table: str) -> None:
    assert in_order(rows(athena, table)) == in_order(first_run.expected.tables()[table])


def test_rejected_items_are_kept_whole_with_a_reason(first_run: Run, athena: LocalAthena) -> None:
    found = rows(athena, "rejected")
    items = [{"item": json.loads(row["item_json"])} for row in found]
    assert in_order(items) == in_order(first_run.expected.rejected)
    for row, item in zip(found, items, strict=True):
        assert json.loads(row["item_key"]) == {name: item["item"][name] for name in ("PK", "SK")}
        assert row["reason"]


def test_summary_and_tables_reconcile(first_run: Run, athena: LocalAthena) -> None:
    total = reconcile(LOCAL.contract, first_run.summary, athena, first_run.partitions)
    assert total == sum(map(len, first_run.expected.tables().values()))


@pytest.mark.parametrize("view", ["dashboard_usuarios", "feedback_in_context"])
def test_view_answers_as_computed_without_sql(first_run: Run, athena: LocalAthena, view: str) -> None:
    lake = {DAY: first_run.expected.tables()}
    _, found = athena.query(f"SELECT * FROM {view}")  # noqa: S608 our own views' names
    assert sorted(found, key=repr) == sorted(getattr(answers, view)(lake), key=repr)


def test_latest_views_show_the_newest_day(first_run: Run, athena: LocalAthena) -> None:
    for table in ("conversations", "messages", "feedback"):
        _, found = athena.query(f"SELECT count(*), min(dt), max(dt) FROM latest_{table}")  # noqa: S608 our own names
        assert found == [(len(first_run.expected.tables()[table]), DAY, DAY)]


def test_event_that_comes_twice_or_late_changes_nothing(first_run: Run) -> None:
    before = _curated_objects(first_run.pipeline)
    first_run.pipeline.curate(first_run.summary)
    assert before
    assert _curated_objects(first_run.pipeline) == before


def test_dry_run_leaves_nothing(first_run: Run) -> None:
    first_run.pipeline.arrivals.drain()
    answer = first_run.pipeline.normalize({"dt": DRY_DAY, "dry_run": True})
    assert answer["items"]["scanned"] == first_run.summary.items.scanned
    found = first_run.pipeline.workspace.clients().s3.list_objects_v2(
        Bucket=first_run.pipeline.names.reports_bucket, Prefix="reports/etl-process1/"
    )
    assert not [entry["Key"] for entry in found["Contents"] if f"dt={DRY_DAY}" in entry["Key"]]
    assert first_run.pipeline.arrivals.drain() == []


def test_unknown_event_key_fails_the_function(deployed: Pipeline) -> None:
    with pytest.raises(FunctionError, match="dryrun"):
        deployed.normalize({"dryrun": True})


def _curated_objects(pipeline: Pipeline) -> dict[str, str]:
    found = pipeline.workspace.clients().s3.list_objects_v2(
        Bucket=pipeline.names.reports_bucket, Prefix="reports/etl-process2/"
    )
    return {
        entry["Key"]: f"{entry['ETag']} {entry['LastModified']}"
        for entry in found["Contents"]
        if f"dt={DAY}" in entry["Key"]
    }


def test_day_that_is_run_again_is_replaced(first_run: Run, sample: list[dict[str, Any]]) -> None:
    pipeline = first_run.pipeline
    table = pipeline.workspace.source_table()
    earlier = run_etl1(pipeline, EARLIER_DAY)
    pipeline.curate(earlier)
    changed = [item for item in sample if item["PK"]["S"] != "USER#usuario-00001"]
    try:
        table.load(changed)
        later = run_etl1(pipeline, EARLIER_DAY)
        pipeline.curate(later)
    finally:
        table.load(sample)
    assert later.run_id > earlier.run_id
    warehouse = first_run.warehouse()
    with closing(warehouse.open()) as athena:
        reconcile(LOCAL.contract, later, athena, warehouse.partitions())
        for name in ("conversations", "messages", "feedback"):
            wanted = expected(changed).tables()[name]
            assert in_order(rows(athena, name, EARLIER_DAY)) == in_order(wanted)
            assert len(wanted) < len(first_run.expected.tables()[name])
        reconcile(LOCAL.contract, first_run.summary, athena, warehouse.partitions())
