"""The deployed pipeline's results, against an independent computation over the same items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from contract.runs import RunSummary
from contract.serving import named_queries_of
from tests.integration.conftest import EARLIER_DAY, VIEWS, Run, in_order, metadata_of, night, rows
from tests.integration.oracle import expected
from tests.sql import expected as answers
from tools.local.errors import FunctionError
from tools.local.pipeline import Pipeline
from tools.local.reconciliation import reconcile

DRY_DAY = "2026-01-30"
DATASETS = ("conversations", "messages", "feedback", "rejected")


def test_summary_counts_every_item(first_run: Run, sample: list[dict[str, Any]]) -> None:
    items, wanted = first_run.summary.items, first_run.expected
    assert items.scanned == len(sample)
    assert items.accepted["conversations"] == len(wanted.conversations)
    assert items.accepted["feedback"] == len(wanted.feedback)
    assert items.accepted["registers"] == wanted.registers
    assert items.excluded == {"automated-checks": wanted.excluded}
    assert items.rejected_total == len(wanted.rejected)
    assert first_run.summary.rows_of("messages") == len(wanted.messages)
    assert min(wanted.registers, wanted.excluded, len(wanted.rejected)) > 0


@pytest.mark.parametrize("table", ["conversations", "messages", "feedback"])
def test_table_holds_exactly_the_expected_rows(first_run: Run, table: str) -> None:
    assert in_order(first_run.rows(table)) == in_order(first_run.expected.tables()[table])


def test_rejected_items_are_kept_whole_with_a_reason(first_run: Run) -> None:
    found = first_run.rows("rejected")
    items = [{"item": json.loads(row["item_json"])} for row in found]
    assert in_order(items) == in_order(first_run.expected.rejected)
    for row, item in zip(found, items, strict=True):
        assert json.loads(row["item_key"]) == {name: item["item"][name] for name in ("PK", "SK")}
        assert row["reason"]


@pytest.mark.parametrize("view", VIEWS)
def test_view_answers_as_computed_without_sql(first_run: Run, view: str) -> None:
    wanted = getattr(answers, view)(first_run.expected.tables())
    assert sorted(first_run.views[view], key=repr) == sorted(wanted, key=repr)


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


def test_a_night_in_which_nothing_changed_commits_to_no_data_table(first_run: Run) -> None:
    pipeline = first_run.pipeline
    before = metadata_of(pipeline)
    summary = night(pipeline)
    assert metadata_of(pipeline) == before
    recorded = recorded_run(first_run, summary)
    assert {name: row["rows_now"] for name, row in recorded.items()} == {
        name: summary.rows_of(name) for name in DATASETS
    }
    assert {(row["bytes_written"], row["partitions_rewritten"]) for row in recorded.values()} == {(0, 0)}


@dataclass(frozen=True)
class Erased:
    """A night after which one user's items are gone, and what was there before."""

    summary: RunSummary
    items: list[dict[str, Any]]
    metadata: dict[str, str]


@pytest.fixture(scope="module")
def erased(first_run: Run, sample: list[dict[str, Any]]) -> Iterator[Erased]:
    pipeline, table = first_run.pipeline, first_run.pipeline.workspace.source_table()
    kept = [item for item in sample if item["PK"]["S"] != "USER#usuario-00001"]
    before = metadata_of(pipeline)
    table.load(kept)
    try:
        yield Erased(night(pipeline, EARLIER_DAY), kept, before)
    finally:
        table.load(sample)


def test_a_second_night_replaces_what_differs(first_run: Run, erased: Erased) -> None:
    reconcile(first_run.pipeline.environment.contract, erased.summary, first_run.athena)
    for name in ("conversations", "messages", "feedback"):
        wanted = expected(erased.items).tables()[name]
        assert in_order(rows(first_run.athena, name)) == in_order(wanted)
        assert len(wanted) < len(first_run.expected.tables()[name])
    # The user had no rejected item: that table is as it was.
    changed = {name for name, location in metadata_of(first_run.pipeline).items() if location != erased.metadata[name]}
    assert changed == {"conversations", "messages", "feedback"}


def test_the_day_before_can_still_be_asked_for(first_run: Run, erased: Erased) -> None:
    (of_the_day,) = [
        query
        for query in answers_of_named_queries(first_run, "snapshots_by_day")
        if (query["dataset"], query["business_day"]) == ("conversations", EARLIER_DAY)
    ]
    assert of_the_day["snapshot_id"] == recorded_run(first_run, erased.summary)["conversations"]["snapshot_id"]
    assert in_order(first_run.rows("conversations")) == in_order(first_run.expected.conversations)
    gone = "SELECT DISTINCT user_id FROM conversations FOR VERSION AS OF {} EXCEPT SELECT user_id FROM conversations"
    assert first_run.athena.query(gone.format(first_run.snapshots["conversations"]))[1] == [("usuario-00001",)]


def recorded_run(run: Run, summary: RunSummary) -> dict[str, dict[str, Any]]:
    """What the table of runs tells of a run, by dataset."""
    found = rows(run.athena, "runs")
    return {row["dataset"]: row for row in found if row["run_id"] == summary.run_id}


def answers_of_named_queries(run: Run, name: str) -> list[dict[str, Any]]:
    """The answer of one of the deployed named queries."""
    (query,) = [each for each in named_queries_of(run.pipeline.environment.contract) if each.name == name]
    columns, found = run.athena.query(query.sql)
    return [dict(zip(columns, row, strict=True)) for row in found]
