"""What a night makes of the tables: what changed is rewritten, in one commit, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import boto3
import pytest

from contract.datasets import REJECTED, RUNS, Dataset
from contract.metrics import CurationMetric
from contract.snapshots import NO_SNAPSHOT, TABLES_READY, SnapshotProperty
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from glue_src.exceptions import HeldError, NoCompleteRunError
from tests.curation.lake import Lake, months, rejection, run_id, talk, together

JAN, FEB, MAR, APR = "2026-01", "2026-02", "2026-03", "2026-04"


def without(
    rows: dict[Dataset, list[tuple[str | None, ...]]], user: str
) -> dict[Dataset, list[tuple[str | None, ...]]]:
    return {dataset: [row for row in found if row[0] != user] for dataset, found in rows.items()}


def test_night_after_night(lake: Lake) -> None:
    # First load.
    rows = months(JAN, FEB)
    lake.publish(run_id(1), rows)
    outcome = lake.night()
    assert (outcome.recorded_run, outcome.rewritten_partitions) == (run_id(1), 6)
    assert lake.sees(rows)
    assert lake.files(MESSAGES) == {f"CONVERSATION#{JAN}": [6], f"CONVERSATION#{FEB}": [6]}
    state = lake.state_of(MESSAGES)
    assert (state.rows, state.run_id, state.business_day) == (12, run_id(1), "2026-02-01")
    assert state.trusted_sums is not None
    assert lake.state_of(REJECTED).current_snapshot_id is None
    check_columns(lake)
    check_what_is_recorded_of_a_first_run(lake, run_id(1))

    # The same again: no CSV is read, and nothing is committed to a data table.
    before = lake.states()
    lake.publish(run_id(2), rows)
    lake.garble(run_id(2))
    outcome = lake.night()
    assert (outcome.recorded_run, outcome.rewritten_partitions, outcome.bytes_written) == (run_id(2), 0, 0)
    assert lake.states() == before
    assert {name: row["snapshot_id"] for name, row in lake.runs(run_id(2)).items()} == before
    assert list(lake.checks(run_id(2))) == ["rejected.rejected_ratio"]

    # One more conversation: its month is written anew, the other's file stays.
    kept = lake.data_keys(MESSAGES)
    rows = together(months(JAN, FEB), talk("u9", FEB, "nuevo"), rejection("k"))
    lake.publish(run_id(3), rows)
    assert lake.night().rewritten_partitions == 3
    assert lake.sees(rows)
    assert len(lake.data_keys(MESSAGES)) == len(kept) + 1
    assert lake.files(MESSAGES) == {f"CONVERSATION#{JAN}": [6], f"CONVERSATION#{FEB}": [7]}
    assert lake.states([FEEDBACK]) == {"feedback": before["feedback"]}
    assert lake.texts(REJECTED, "item_key") == ["k"]

    # A person erased, a month vanished, a month new: one commit for each table.
    rows = without(months(JAN, MAR), "u1")
    snapshots = len(lake.state_of(MESSAGES).snapshots)
    lake.publish(run_id(4), rows)
    lake.night(max_removed_ratio=1.0)
    assert lake.sees(rows)
    assert "u1" not in lake.texts(CONVERSATIONS, "user_id")
    assert lake.files(MESSAGES) == {f"CONVERSATION#{JAN}": [4], f"CONVERSATION#{MAR}": [4]}
    assert lake.texts(REJECTED, "item_key") == []
    assert len(lake.state_of(MESSAGES).snapshots) == snapshots + 1
    row = lake.runs(run_id(4))["messages"]
    told = ("rows_now", "rows_before", "partitions_rewritten", "partitions_gone")
    assert [row[name] for name in told] == [8, 13, 2, 1]

    check_that_manifests_are_few(lake)

    # Months vanished and nothing else, here all there are: no CSV is read for that.
    lake.publish(run_id(5), {})
    lake.garble(run_id(5), header=False)
    outcome = lake.night(max_removed_ratio=1.0)
    assert (outcome.rewritten_partitions, outcome.bytes_written) == (6, 0)
    assert lake.sees({})

    # Everything of before can still be asked for.
    earlier = lake.runs(run_id(3))["messages"]["snapshot_id"]
    assert len(lake.rows(MESSAGES, earlier)) == 13


def check_that_manifests_are_few(lake: Lake) -> None:
    """What says where files are does not grow night by night."""
    for dataset in (MESSAGES, RUNS):
        snapshot = lake.table(dataset).current_snapshot()
        assert snapshot is not None
        # One for each month or so, and one of what the last night took away.
        assert len(snapshot.manifests(lake.table(dataset).io)) <= 3


def check_columns(lake: Lake) -> None:
    for dataset in lake.contract.tables:
        expected = [(column.field_id, column.name, column.type.iceberg) for column in dataset.columns]
        assert [(field.id, field.name, field.type) for field in lake.state_of(dataset).fields] == expected
    types = {name: str(lake.arrow(CONVERSATIONS).schema.field(name).type) for name in ("created_at", "message_count")}
    assert types == {"created_at": "timestamp[us]", "message_count": "int64"}


def check_what_is_recorded_of_a_first_run(lake: Lake, run: str) -> None:
    written = lake.runs(run)
    assert set(written) == {dataset.name for dataset in lake.contract.datasets}
    for dataset in lake.contract.datasets:
        state, row = lake.state_of(dataset), written[dataset.name]
        assert row["snapshot_id"] == state.current_snapshot_id
        assert (row["rows_now"], row["rows_before"]) == (state.rows, 0)
        assert (row["business_day"], row["snapshot_expired_at"]) == ("2026-02-01", None)
        if state.current is None:
            continue
        assert row["bytes_written"] == int(state.current.summary["added-files-size"]) > 0
        base = state.current.summary[SnapshotProperty.BASE_SNAPSHOT_ID]
        assert base == (NO_SNAPSHOT if state.current.parent_id is None else str(state.current.parent_id))
    assert lake.state_of(RUNS).run_id == run
    checks = lake.checks(run)
    assert {row["outcome"] for row in checks.values()} == {"passed"}
    expected = {
        *("messages.rows_as_promised", "messages.unique_key", "messages.has_conversation"),
        *("conversations.message_count", "rejected.rejected_ratio", "feedback.user_has_conversation"),
    }
    assert expected <= set(checks)
    for check in ("rows_as_promised", "has_conversation"):
        assert checks[f"messages.{check}"]["rows_checked"] == lake.state_of(MESSAGES).rows


@contextmanager
def announcements(lake: Lake) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Listen to a lake's events; yield a function that gives those that have come."""
    sqs = boto3.client("sqs", endpoint_url=lake.endpoint)
    queue = sqs.create_queue(QueueName=lake.name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": [f"cat-{lake.arguments.environment}-etl2"]})
    lake.clients.events.put_rule(Name=lake.name, EventPattern=pattern)
    lake.clients.events.put_targets(Rule=lake.name, Targets=[{"Id": "q", "Arn": arn}])

    def heard() -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    try:
        yield heard
    finally:
        sqs.close()


def test_what_a_run_leaves_for_others(by_arrow: Lake) -> None:
    lake = by_arrow
    with announcements(lake) as heard:
        lake.publish(run_id(1), together(months(JAN), rejection("k")))
        lake.night()
        (event,) = heard()
    assert (event["source"], event["detail-type"]) == (f"cat-{lake.arguments.environment}-etl2", TABLES_READY)
    assert {name: table["rows"] for name, table in event["detail"]["tables"].items()} == {
        name: row["rows_now"] for name, row in lake.runs(run_id(1)).items()
    }
    assert {table["changed"] for table in event["detail"]["tables"].values()} == {True}
    check_what_is_recorded_of_a_first_run(lake, run_id(1))
    assert lake.metric(CurationMetric.RECORDED_RUNS) == 1
    assert lake.metric(CurationMetric.REWRITTEN_PARTITIONS) == 4
    assert lake.metric(CurationMetric.FAILED_DATA_CHECKS) == 0

    # The same run once more: it is announced again, and neither written nor recorded again.
    before = lake.states(lake.contract.tables)
    assert lake.night().recorded_run is None
    assert lake.states(lake.contract.tables) == before

    # An older run is never published, not even one that nobody has seen before.
    lake.publish(run_id(0), months(FEB))
    assert lake.night().recorded_run is None
    assert lake.states(lake.contract.tables) == before


KILOBYTE = "k" * 1024
ODD_KEY = "CONVERSATION#2026😀 +%23"
ODD_KEYS = (
    *("CONVERSATION#2026", "CONVERSATION#2026-01", "CONVERSATION#2026-01-05", "CONVERSATION#2026-02"),
    *("CONVERSATION#2026😀😀😀x", "CONVERSATION#2026😀😀😀y", "CONVERSATION#2026\ue000\ue000\ue000", "a"),
    *("CONVERSATION#2026-0\ud7ff", "CONVERSATION#2026-0\U0010ffff", "ñ" * 20 + "1", "ñ" * 19, KILOBYTE, "\u200b", " "),
)


def test_partitions_are_matched_exactly(lake: Lake) -> None:
    def rows(*changed: str) -> dict[Dataset, list[tuple[str | None, ...]]]:
        texts = {key: "otra" if key in changed else "una" for key in ODD_KEYS}
        return together(*(talk("u", JAN, text, key=key) for key, text in texts.items()))

    lake.publish(run_id(1), rows())
    lake.night()
    assert lake.sees(rows())
    assert len(lake.files(MESSAGES)) == len({key[:20] for key in ODD_KEYS})
    # Those that change and those that go are taken exactly.
    changed = ("CONVERSATION#2026", "CONVERSATION#2026😀😀😀y", "CONVERSATION#2026-0\ud7ff", "ñ" * 19, KILOBYTE)
    gone = {"CONVERSATION#2026-02", "a", " "}
    left = {dataset: [row for row in found if row[1] not in gone] for dataset, found in rows(*changed).items()}
    before = set(lake.data_keys(MESSAGES))
    lake.publish(run_id(2), left)
    # Those that go, go of the conversations, too.
    assert lake.night(max_removed_ratio=1.0).rewritten_partitions == len(changed) + 2 * len(gone)
    assert lake.sees(left)
    assert len(set(lake.data_keys(MESSAGES)) - before) == len(changed)


def test_a_night_that_removes_too_much_is_held(by_arrow: Lake) -> None:
    lake = by_arrow
    lake.publish(run_id(1), months(JAN, FEB, MAR))
    lake.night()
    before = lake.states(lake.contract.tables)
    lake.publish(run_id(2), months(JAN))
    with pytest.raises(HeldError, match=r"12 of 18 rows of messages.*--accept-removal") as held:
        lake.night()
    assert {removal.dataset_name for removal in held.value.removals} == {"messages", "conversations", "feedback"}
    assert lake.states(lake.contract.tables) == before
    # One row less than the limit passes; the limit itself, too.
    lake.publish(run_id(3), months(JAN, FEB))
    lake.night(max_removed_ratio=1 / 3)
    assert lake.sees(months(JAN, FEB))
    lake.publish(run_id(4), {}, accept_removal=True)
    lake.night()
    assert lake.sees({})
    # From nothing, nothing can be removed.
    lake.publish(run_id(5), months(JAN))
    lake.night()
    assert lake.sees(months(JAN))


def test_runs_that_cannot_be_taken_are_passed_over(by_arrow: Lake) -> None:
    lake = by_arrow
    assert lake.night().recorded_run is None  # nothing there yet
    rows = months(JAN)
    lake.publish(run_id(1), rows)
    lake.publish(run_id(2), months(FEB))
    lake.delete(lake.clean_key(MESSAGES, run_id(2)))
    lake.publish(run_id(3), months(FEB))
    lake.delete(lake.summary_key(run_id(3)))
    lake.publish(run_id(4), months(FEB))
    lake.put(lake.clean_key(FEEDBACK, run_id(4)), b"half")
    lake.publish("29990101T000000.000000Z-0000abcd", months(FEB))
    assert lake.night().recorded_run == run_id(1)
    assert lake.sees(rows)
    lake.delete(lake.summary_key(run_id(1)))
    with pytest.raises(NoCompleteRunError, match="none of 4 clean"):
        lake.night()


def test_a_run_of_a_day_or_instant_that_is_not_yet_does_not_win(by_arrow: Lake) -> None:
    lake = by_arrow
    lake.publish(run_id(1), months(JAN))
    forged = lake.publish(run_id(2), months(FEB))
    for key in [lake.summary_key(run_id(2)), *(written.key for written in forged.objects)]:
        body = lake.get(key)
        lake.delete(key)
        day = str(forged.dt)
        if key.endswith(".json"):
            body = body.replace(day.encode(), b"2999-01-01")
        lake.put(key.replace(day, "2999-01-01"), body)
    # Digits that are no time at all.
    lake.put(lake.clean_key(CONVERSATIONS, run_id(1)).replace(run_id(1), "99999999T999999.999999Z-0000abcd"), b"x")
    assert lake.night().recorded_run == run_id(1)
    assert lake.sees(months(JAN))
    # The next real run is published as if they were not there.
    lake.publish(run_id(3), months(JAN, FEB))
    assert lake.night().recorded_run == run_id(3)


def test_what_history_no_longer_needs_goes_and_nothing_else(lake: Lake) -> None:
    """Earlier states of rejected items after 10 days, of other tables after 30; what no table names, after one."""
    lake.publish(run_id(1), together(months(JAN, FEB), talk("ñ", JAN, "x", key=ODD_KEY), rejection("first")))
    lake.night()
    first = {dataset: lake.state_of(dataset).current_snapshot_id or 0 for dataset in (MESSAGES, REJECTED)}
    (rejected,) = lake.data_keys(REJECTED)
    assert rejected.startswith(lake.arguments.restricted_prefix)
    assert not any("rejected" in key for key in lake.keys(lake.arguments.curated_prefix))
    files = lake.table_keys(MESSAGES)
    prefix = files[0].partition("data/")[0]
    left = [f"{prefix}data/left.parquet", f"{prefix}metadata/left.avro"]
    others = f"{prefix}of-somebody-else"
    for key in [*left, others]:
        lake.put(key, b"left")
    written_at = lake.clients.s3.head_object(Bucket=lake.bucket, Key=left[0])["LastModified"]

    # Younger than a day: it may be a run's that is still at work.
    rows = together(months(JAN, FEB), talk("u9", FEB, "x"), rejection("second"))
    lake.publish(run_id(2), rows)
    lake.night_at(written_at + timedelta(hours=23))
    assert {*files, *left, others} <= set(lake.table_keys(MESSAGES))
    second = lake.state_of(MESSAGES).current
    assert second is not None

    files, changed = lake.table_keys(MESSAGES), together(rows, talk("u9", MAR, "y"))
    lake.publish(run_id(3), changed)
    lake.night_at(second.committed_at + timedelta(days=11))
    assert set(files) - set(lake.table_keys(MESSAGES)) == set(left)
    assert lake.state_of(REJECTED).snapshot(first[REJECTED]) is None
    assert lake.state_of(MESSAGES).snapshot(first[MESSAGES]) is not None
    assert lake.runs(run_id(1))["rejected"]["snapshot_expired_at"] is not None
    assert lake.runs(run_id(1))["messages"]["snapshot_expired_at"] is None
    assert rejected not in lake.data_keys(REJECTED)
    assert lake.texts(REJECTED, "item_key") == ["second"]

    # The first was seen until the second came: it stays for history_days from then on, though it is older.
    lake.publish(run_id(4), changed)
    lake.night_at(second.committed_at + timedelta(days=29))
    assert lake.state_of(MESSAGES).snapshot(first[MESSAGES]) is not None
    for snapshot in lake.state_of(MESSAGES).snapshots:
        if snapshot.rows:
            assert len(lake.rows(MESSAGES, snapshot.id)) == snapshot.rows

    rows = together(rows, talk("u9", MAR, "z"))
    lake.publish(run_id(5), rows)
    lake.night_at(second.committed_at + timedelta(days=31))
    assert lake.state_of(MESSAGES).snapshot(first[MESSAGES]) is None
    assert lake.runs(run_id(1))["messages"]["snapshot_expired_at"] is not None
    assert lake.runs(run_id(5))["messages"]["snapshot_expired_at"] is None
    # What only the first had named is gone, what others name is there.
    assert len(lake.data_keys(MESSAGES)) == 4
    assert len({task.file.file_path for task in lake.table(MESSAGES).scan().plan_files()}) == 3
    assert lake.sees(rows)
    assert [each.name for each in lake.contract.datasets if lake.state_of(each).trusted_sums is None] == []
