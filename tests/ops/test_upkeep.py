"""What doctor says of tables that nobody looked after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from contract.layout import first_metadata_key, table_prefix
from contract.partition_sums import PartitionSum, to_document
from contract.snapshots import STAGING_BRANCH, SnapshotProperty
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from envs.local import LOCAL
from ops.checks import extract, tables, upkeep
from ops.checks.findings import ATTENTION, OK, Examination, Finding
from ops.doctor import examine
from ops.platform import Platform
from ops.schemas import column_differences
from ops.tables import publishable_run, table_state
from tests.iceberg_lake import IcebergLake, utc
from tests.ops.conftest import DAY, rows


def found(platform: Platform, look: Callable[[Examination], Iterator[Finding]], days: float = 0) -> list[Finding]:
    """What a check finds so many days from now."""
    return list(look(Examination(platform, datetime.now(UTC) + timedelta(days=days))))


@pytest.mark.parametrize("look", [tables.tables, tables.columns, tables.agreement, *(c.look for c in upkeep.CHECKS)])
def test_tables_in_order_need_nothing(platform: Platform, look: Callable[[Examination], Iterator[Finding]]) -> None:
    assert {finding.state for finding in found(platform, look)} == {OK}


def test_snapshots_that_should_have_expired(platform: Platform) -> None:
    assert {finding.state for finding in found(platform, upkeep.history, days=31)} == {OK}, (
        "maintenance may miss a night"
    )
    late = found(platform, upkeep.history, days=33)
    assert {finding.state for finding in late} == {ATTENTION}
    assert "messages keeps 1 snapshots" in late[0].said
    assert "python -m tools.local curate" in late[0].remedy


def test_runs_that_etl_2_would_not_take(platform: Platform, lake: IcebergLake) -> None:
    now = datetime.now(UTC)
    newest = publishable_run(platform, now)
    assert newest is not None
    assert newest.dt == DAY
    lake.clean_run(DAY, rows(40), utc(2999, 1, 1))
    assert publishable_run(platform, now) == newest
    (finding,) = found(platform, extract.future)
    assert (finding.state, "29990101" in finding.said) == (ATTENTION, True)
    earlier = [key for key in lake.keys(LOCAL.etl.clean_prefix) if newest.run_id in key]
    lake.s3.delete_objects(Bucket=lake.bucket, Delete={"Objects": [{"Key": key} for key in earlier]})
    assert publishable_run(platform, now) is None, "the run before is older than what the tables hold"


def test_a_branch_that_was_left_behind(platform: Platform, lake: IcebergLake) -> None:
    head = lake.table(MESSAGES).metadata.current_snapshot_id
    assert head is not None
    with lake.table(MESSAGES).manage_snapshots() as snapshots:
        snapshots.create_branch(head, STAGING_BRANCH)
    assert [finding.state for finding in found(platform, upkeep.branches)] == [OK], "a run may be at work"
    (finding,) = found(platform, upkeep.branches, days=2)
    assert f"messages has the branch or tag {STAGING_BRANCH}" in finding.said
    with lake.table(MESSAGES).manage_snapshots() as snapshots:
        snapshots.remove_branch(STAGING_BRANCH)


def test_files_that_nothing_names(platform: Platform, lake: IcebergLake) -> None:
    lake.put(f"{table_prefix(LOCAL.etl.curated_prefix, FEEDBACK)}data/left.parquet", bytes(100_000))
    assert [finding.state for finding in found(platform, upkeep.orphans)] == [OK], "it is not a day old"
    (finding,) = found(platform, upkeep.orphans, days=3)
    assert finding.said.startswith("feedback: 97.7 KB of ")


def test_too_many_partitions_name_the_contracts_remedy(platform: Platform, lake: IcebergLake) -> None:
    many = {f"{number:020}": PartitionSum(1, number) for number in range(upkeep.MANY_PARTITIONS)}
    state = lake.table(MESSAGES).metadata.current_snapshot_id
    assert state is not None
    sums = {SnapshotProperty.SUMS: json.dumps(to_document(many))}
    lake.commit(MESSAGES, rows(1)[MESSAGES], "20260131T050000.000000Z-00000000", DAY, **sums)
    (finding,) = found(platform, upkeep.partitions)
    assert finding.said == "messages has 500"
    remedy = "in the contract catia, take a smaller width of messages's partition (conversation_id, width 20)"
    assert remedy in finding.remedy
    with lake.table(MESSAGES).manage_snapshots() as snapshots:
        snapshots.set_current_snapshot(state)


def test_another_programs_commit_is_seen(platform: Platform, lake: IcebergLake) -> None:
    before = table_state(platform, CONVERSATIONS)
    lake.commit(CONVERSATIONS, rows(5)[CONVERSATIONS])
    state = table_state(platform, CONVERSATIONS)
    assert (state.run_id, state.trusted_sums, state.rows) == (None, None, 5)
    (finding,) = found(platform, tables.agreement)
    assert finding.said.startswith(f"conversations is at snapshot {state.current_snapshot_id}, run ")
    with lake.table(CONVERSATIONS).manage_snapshots() as snapshots:
        snapshots.set_current_snapshot(before.current_snapshot_id)


def test_columns_that_are_not_yet_the_contracts(platform: Platform, lake: IcebergLake) -> None:
    with lake.table(FEEDBACK).update_schema() as change:
        change.rename_column("option", "choice")
        change.update_column("comment", doc="else")
    texts = list(column_differences(table_state(platform, FEEDBACK), FEEDBACK))
    assert texts == ["feedback.comment gets another comment", "feedback.choice becomes option"]
    assert [finding.remedy for finding in found(platform, tables.columns)] == ["python -m ops schema --env local"] * 2
    with lake.table(FEEDBACK).update_schema() as change:
        change.rename_column("choice", "option")
        change.update_column("comment", doc=FEEDBACK.column("comment").doc)


def test_a_metadata_file_that_is_gone_is_a_finding_and_the_others_are_made(
    platform: Platform, lake: IcebergLake
) -> None:
    parameters = lake.glue.get_table(DatabaseName=lake.database, Name="feedback")["Table"]["Parameters"]
    key = parameters["metadata_location"].partition(f"{lake.bucket}/")[2]
    content = lake.s3.get_object(Bucket=lake.bucket, Key=key)["Body"].read()
    lake.s3.delete_object(Bucket=lake.bucket, Key=key)
    try:
        report = examine(Examination(platform, datetime.now(UTC)))
    finally:
        lake.put(key, content)
    (damaged,) = [each for each in report.findings if each.check == "tables"]
    assert "feedback: its metadata file" in damaged.said
    assert key in damaged.said
    assert "metadata_location" not in damaged.said
    assert "ops restore" not in damaged.said, "the remedy says it"
    assert "python -m ops restore --env local --deleted-since" in damaged.remedy
    assert {"partitions", "history", "branches", "orphans", "workgroup"} <= {each.check for each in report.findings}
    assert key != first_metadata_key(LOCAL.name, FEEDBACK)
    assert CONTRACT.tables
