"""What a run does to a table, from its summary and the table's state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from contract.datasets import REJECTED, Dataset, Partition
from contract.partition_sums import PartitionSum, PartitionSums, version_of
from contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics
from contract.snapshots import NO_SNAPSHOT, SnapshotProperty
from contract.sources.catia import MESSAGES
from glue_src.plan import Change, change_of, removals, table_plan
from glue_src.tables import TableState
from tests.table_states import empty_state, holding, metadata_of, snapshot, state_of, summed

JAN, FEB, MAR = (f"CONVERSATION#2026-0{month}" for month in (1, 2, 3))
OLD = {JAN: PartitionSum(10, 1), FEB: PartitionSum(5, 2)}
NEW = {JAN: PartitionSum(10, 1), FEB: PartitionSum(4, 3), MAR: PartitionSum(1, 4)}


def change(
    new: PartitionSums, state: TableState, dataset: Dataset = MESSAGES, version: str = "", *, rebuild: bool = False
) -> Change:
    return change_of(dataset, summary_of(dataset, new, version), state, rebuild=rebuild)


def summary_of(dataset: Dataset, sums: PartitionSums, version: str = "") -> RunSummary:
    at = datetime(2026, 2, 5, tzinfo=UTC)
    rows = sum(one.rows for one in sums.values())
    written = RunObject(dataset.name, "k.csv", rows, 9, version or version_of(dataset), sums)
    items, scan = ItemCounts(0, {}), ScanStatistics(1, 1, 1, 0, 0)
    return RunSummary("r2", at.date(), "UTC", "t", at, at, items, scan, (written,))


def test_equal_sums_leave_a_table_alone() -> None:
    assert change(OLD, holding(MESSAGES, OLD)).is_none
    assert change({**OLD, MAR: PartitionSum(0, 0)}, holding(MESSAGES, OLD)).is_none
    assert change({}, empty_state(MESSAGES)).is_none


def test_what_differs_is_changed_and_what_vanished_is_gone() -> None:
    found = change(NEW, holding(MESSAGES, OLD))
    assert (set(found.changed), set(found.gone), found.replaces_all) == ({FEB, MAR}, set(), False)
    assert found.promised == {FEB: 4, MAR: 1}
    assert found.rows_removed == 1
    found = change({JAN: OLD[JAN]}, holding(MESSAGES, OLD))
    assert (set(found.changed), set(found.gone), found.rows_removed) == (set(), {FEB}, 5)


def test_the_first_load_adds_to_an_empty_table() -> None:
    found = change(NEW, empty_state(MESSAGES))
    assert (set(found.changed), found.replaces_all, found.rows_removed) == (set(NEW), False, 0)


@pytest.mark.parametrize(
    "state",
    [
        state_of(
            "messages",
            metadata_of(
                MESSAGES, snapshots=[snapshot(1, None, 1, **{"total-records": "20"})], **{"current-snapshot-id": 1}
            ),
        ),
        holding(MESSAGES, {**OLD, MAR: PartitionSum(5, 1)}, version="another"),
    ],
    ids=["untrusted", "another version"],
)
def test_a_table_that_nobody_knows_is_written_whole(state: TableState) -> None:
    found = change(NEW, state)
    assert (set(found.changed), set(found.gone), found.replaces_all) == (set(NEW), set(), True)
    assert found.promised == {JAN: 10, FEB: 4, MAR: 1}
    # Of what it would lose, only the totals tell.
    assert found.rows_removed == 20 - 15
    assert not found.repartitions


def test_another_partitioning_writes_the_table_whole() -> None:
    wide = replace(MESSAGES, partition=Partition("conversation_id", 23))
    assert change(OLD, holding(MESSAGES, OLD), wide).repartitions
    whole = replace(MESSAGES, partition=None)
    assert change({"": PartitionSum(15, 1)}, holding(MESSAGES, OLD), whole).repartitions
    assert change(OLD, holding(whole, {"": PartitionSum(15, 1)}), MESSAGES).repartitions


def test_a_run_of_another_contract_is_compared_and_written_whole() -> None:
    """ETL-1 was not deployed yet: its partitions may be of another width, so no file is chosen by them."""
    same = change(OLD, holding(MESSAGES, OLD, version="theirs"), version="theirs")
    assert same.is_none
    found = change(NEW, holding(MESSAGES, OLD, version="theirs"), version="theirs")
    assert found.replaces_all
    assert found.promised is None
    assert (found.rows_promised, found.rows_removed) == (15, 1)


def test_a_rebuild_writes_what_is_unchanged() -> None:
    found = change(OLD, holding(MESSAGES, OLD), rebuild=True)
    assert (set(found.changed), found.replaces_all, found.rows_removed) == (set(OLD), True, 0)


@pytest.mark.parametrize(("ratio", "held"), [(0.0, True), (0.33, True), (5 / 15, False), (1.0, False)])
def test_more_than_a_ratio_of_the_rows_holds_a_run(ratio: float, *, held: bool) -> None:
    found = change({JAN: OLD[JAN]}, holding(MESSAGES, OLD))
    assert [str(each) for each in removals([found], ratio)] == (["5 of 15 rows of messages"] if held else [])


def test_rejected_items_may_vanish() -> None:
    one = {"": PartitionSum(1, 1)}
    assert removals([change({}, holding(REJECTED, one), REJECTED)], 0.0) == []


def test_a_plan_says_what_the_snapshot_will() -> None:
    found = change(NEW, holding(MESSAGES, OLD))
    plan = table_plan(found, summary_of(MESSAGES, NEW), MESSAGES.columns)
    assert plan.base_snapshot_id == 1
    assert plan.kept == {JAN}
    assert plan.properties[SnapshotProperty.BASE_SNAPSHOT_ID] == "1"
    assert plan.properties[SnapshotProperty.RUN_ID] == "r2"
    properties: Any = plan.properties
    document = metadata_of(
        MESSAGES, snapshots=[snapshot(1, None, 1), snapshot(2, 1, 2, **properties)], **{"current-snapshot-id": 2}
    )
    trusted = state_of("messages", document).trusted_sums
    assert trusted is not None
    assert (trusted.version, trusted.partitions) == (version_of(MESSAGES), NEW)
    first = change(NEW, empty_state(MESSAGES))
    properties = table_plan(first, summary_of(MESSAGES, NEW), MESSAGES.columns).properties
    assert properties[SnapshotProperty.BASE_SNAPSHOT_ID] == NO_SNAPSHOT
    assert summed(MESSAGES, NEW, None)[SnapshotProperty.SUMS_VERSION] == properties[SnapshotProperty.SUMS_VERSION]
