"""From published runs to curated, registered days: the whole job over Spark and an emulated S3 and catalog."""

from __future__ import annotations

import dataclasses
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from glue_src.exceptions import FailedDaysError, NoCompleteRunError, NullsError, RowCountError
from modules.contract.datasets import CONVERSATIONS, DATASETS, FEEDBACK, MESSAGES, REJECTED
from modules.contract.layout import partition_prefix, staging_prefix
from tests.spark.faults import Crashing, lose_messages
from tests.spark.lake import MONDAY, TUESDAY, WEDNESDAY, Lake, conversation, message, rows_of_users, run_id

if TYPE_CHECKING:
    from modules.contract.datasets import Dataset

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def only_failure(caught: pytest.ExceptionInfo[FailedDaysError]) -> Exception:
    (failure,) = caught.value.failures.values()
    return failure


def one_file_per_table(lake: Lake, day: Any) -> list[str]:
    return sorted(lake.curated_key(dataset, day) for dataset in DATASETS)


# a day


def test_a_day_is_published_and_registered(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana", "luis"))
    lake.run_job()
    assert lake.users(MONDAY) == ["ana", "luis"]
    assert lake.curated_keys() == one_file_per_table(lake, MONDAY)
    assert lake.registered_days() == [[MONDAY]] * 4


def test_a_partition_says_where_its_rows_came_from_and_how_many_they_are(lake: Lake) -> None:
    rows = rows_of_users("ana", "luis")
    lake.publish_run(MONDAY, run_id(1), rows)
    lake.run_job()
    for dataset in DATASETS:
        partition = lake.partitions(dataset)[MONDAY]
        assert partition["Parameters"] == {
            "classification": "parquet",
            "source_run_id": run_id(1),
            "row_count": str(len(rows[dataset])),
        }
        folder = partition_prefix(lake.arguments.curated_prefix, dataset, MONDAY)
        storage = partition["StorageDescriptor"]
        assert storage["Location"] == f"s3://{lake.bucket}/{folder}"
        assert [column["Name"] for column in storage["Columns"]] == list(dataset.column_names)
        assert storage["SerdeInfo"] == {"SerializationLibrary": "parquet.serde"}


def test_the_newest_run_of_a_day_is_taken(lake: Lake) -> None:
    for number in (2, 3, 1):
        lake.publish_run(MONDAY, run_id(number), rows_of_users(f"user-{number}"))
    lake.run_job()
    assert lake.users(MONDAY) == ["user-3"]
    assert lake.parameters(MONDAY)["source_run_id"] == run_id(3)


def test_a_duplicate_event_changes_nothing(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    before = lake.s3.head_object(Bucket=lake.bucket, Key=lake.curated_key(MESSAGES, MONDAY))["LastModified"]
    with caplog.at_level(logging.INFO, logger="cat.etl2"):
        lake.run_job()
    assert [record.getMessage() for record in caplog.records] == ["nothing to curate"]
    assert lake.s3.head_object(Bucket=lake.bucket, Key=lake.curated_key(MESSAGES, MONDAY))["LastModified"] == before


def test_an_empty_clean_zone_is_no_error(lake: Lake) -> None:
    lake.run_job()
    assert lake.registered_days() == [[], [], [], []]


def test_a_rerun_replaces_the_day(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana", "luis"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users("luis"))
    lake.run_job()
    assert lake.users(MONDAY) == ["luis"]
    assert lake.curated_keys() == one_file_per_table(lake, MONDAY)
    assert lake.registered_days() == [[MONDAY]] * 4
    assert (lake.parameters(MONDAY)["source_run_id"], lake.parameters(MONDAY)["row_count"]) == (run_id(2), "1")


def test_an_older_run_that_arrives_late_does_not_bring_the_day_back(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(2), rows_of_users("new"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    assert lake.users(MONDAY) == ["new"]


def test_foreign_objects_in_a_days_folder_are_removed(lake: Lake) -> None:
    folder = partition_prefix(lake.arguments.curated_prefix, MESSAGES, MONDAY)
    lake.put(f"{folder}part-00000-left-behind.parquet", b"x")
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    assert lake.curated_keys() == one_file_per_table(lake, MONDAY)


def test_staging_of_a_crashed_run_is_overwritten_and_removed(lake: Lake) -> None:
    staging = staging_prefix(lake.arguments.curated_prefix, MESSAGES, run_id(1))
    lake.put(f"{staging}part-00000-of-a-crashed-run.parquet", b"x")
    lake.put(f"{staging.rstrip('/')}_$folder$", b"")
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    assert lake.users(MONDAY) == ["ana"]
    assert lake.curated_keys() == one_file_per_table(lake, MONDAY)


def test_a_lost_event_heals_at_the_next_run_oldest_day_first(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    for number, day in enumerate((WEDNESDAY, MONDAY, TUESDAY)):
        lake.publish_run(day, run_id(number), rows_of_users(f"user-{day:%d}"))
    with caplog.at_level(logging.INFO, logger="cat.etl2"):
        lake.run_job()
    curated = [record.fields["day"] for record in caplog.records if record.getMessage() == "day curated"]  # type: ignore[attr-defined]
    assert curated == [MONDAY, TUESDAY, WEDNESDAY]
    assert lake.registered_days() == [[MONDAY, TUESDAY, WEDNESDAY]] * 4


# runs that may not be taken


def test_an_incomplete_run_is_passed_over(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.publish_run(MONDAY, run_id(2), rows_of_users("luis"))
    lose_messages(lake)
    lake.run_job()
    assert lake.users(MONDAY) == ["ana"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_day_of_incomplete_runs_only_fails(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(2), rows_of_users("ana"))
    lose_messages(lake)
    lake.publish_run(TUESDAY, run_id(3), rows_of_users("luis"))
    with pytest.raises(FailedDaysError, match=f"{MONDAY} has no complete run among 1: .* is missing") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), NoCompleteRunError)
    assert lake.registered_days() == [[TUESDAY]] * 4


def test_a_newer_incomplete_run_leaves_a_curated_day_alone(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users("luis"))
    lose_messages(lake)
    lake.run_job()
    assert lake.users(MONDAY) == ["ana"]
    lake.publish_run(MONDAY, run_id(2), rows_of_users("luis"))
    lake.run_job()
    assert lake.users(MONDAY) == ["luis"]


def test_a_run_without_its_conversations_does_not_exist_yet(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.delete(lake.clean_key(CONVERSATIONS, MONDAY, run_id(1)))
    lake.run_job()
    assert lake.registered_days() == [[], [], [], []]


# days that fail


def promise_more_rows(lake: Lake, dataset: Dataset) -> None:
    """Let Monday's summary promise a message that its CSV does not hold."""
    summary = lake.summary(MONDAY, run_id(2))
    objects = tuple(
        dataclasses.replace(written, rows=written.rows + 1) if written.dataset == dataset.name else written
        for written in summary.objects
    )
    lake.put_summary(dataclasses.replace(summary, objects=objects))


def test_a_wrong_row_count_publishes_nothing(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    before = {key: lake.get(key) for key in lake.curated_keys()}
    lake.publish_run(MONDAY, run_id(2), rows_of_users("new"))
    promise_more_rows(lake, MESSAGES)
    with pytest.raises(FailedDaysError, match="1 rows were staged, the run's summary promises 2") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), RowCountError)
    assert {key: lake.get(key) for key in lake.curated_keys()} == before
    assert lake.parameters(MONDAY)["source_run_id"] == run_id(1)


def test_the_last_dataset_is_checked_before_the_first_is_published(lake: Lake) -> None:
    rows = rows_of_users("ana")
    rows[CONVERSATIONS] = [(None, *conversation("ana")[1:])]
    lake.publish_run(MONDAY, run_id(1), rows)
    with pytest.raises(FailedDaysError, match=r"conversations\.user_id: 1") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), NullsError)
    assert lake.curated_keys() == []
    assert lake.registered_days() == [[], [], [], []]


def test_one_bad_day_does_not_stop_the_others(lake: Lake) -> None:
    bad = rows_of_users("ana")
    bad[MESSAGES] = [("ana", "c", "first", "user", "hola", None)]
    lake.publish_run(MONDAY, run_id(1), rows_of_users("monday"))
    lake.publish_run(TUESDAY, run_id(2), bad)
    lake.publish_run(WEDNESDAY, run_id(3), rows_of_users("wednesday"))
    with pytest.raises(FailedDaysError, match=r"1 day\(s\) could not be curated.*\n  2026-02-03: .*first") as caught:
        lake.run_job()
    assert list(caught.value.failures) == [TUESDAY]
    assert lake.registered_days() == [[MONDAY, WEDNESDAY]] * 4
    assert not [key for key in lake.curated_keys() if "_staging" in key]
    lake.publish_run(TUESDAY, run_id(4), rows_of_users("tuesday"))
    lake.run_job()
    assert lake.users(TUESDAY) == ["tuesday"]


def test_a_foreign_header_fails_the_day(lake: Lake) -> None:
    header = (*FEEDBACK.column_names[:-1], "foreign")
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"), headers={FEEDBACK: header})
    with pytest.raises(FailedDaysError, match="CSV header does not conform"):
        lake.run_job()
    assert lake.curated_keys() == []


# crashes


@pytest.mark.parametrize("registered", [0, 3])
def test_a_crash_between_copy_and_registration_heals(lake: Lake, registered: int) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    glue: Any = Crashing(lake.glue, "batch_create_partition", at=registered + 1)
    with pytest.raises(FailedDaysError):
        lake.run_job(glue=glue)
    assert [len(days) for days in lake.registered_days()] == [1] * registered + [0] * (4 - registered)
    lake.run_job()
    assert lake.registered_days() == [[MONDAY]] * 4
    assert lake.curated_keys() == one_file_per_table(lake, MONDAY)


@pytest.mark.parametrize("copied", [0, 3])
def test_a_crash_between_two_copies_heals(lake: Lake, copied: int) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users("new"))
    s3: Any = Crashing(lake.s3, "copy", at=copied + 1)
    with pytest.raises(FailedDaysError):
        lake.run_job(s3=s3)
    assert lake.parameters(MONDAY)["source_run_id"] == run_id(1)
    lake.run_job()
    assert lake.users(MONDAY) == ["new"]
    assert {lake.parameters(MONDAY, dataset)["source_run_id"] for dataset in DATASETS} == {run_id(2)}


def test_partitions_that_a_crawler_added_are_taken_over(lake: Lake) -> None:
    for dataset in DATASETS:
        lake.glue.create_partition(
            DatabaseName=lake.arguments.database,
            TableName=dataset.name,
            PartitionInput={"Values": [MONDAY.isoformat()], "StorageDescriptor": {"Location": "s3://elsewhere/"}},
        )
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    folder = partition_prefix(lake.arguments.curated_prefix, REJECTED, MONDAY)
    assert lake.partitions(REJECTED)[MONDAY]["StorageDescriptor"]["Location"] == f"s3://{lake.bucket}/{folder}"
    assert lake.users(MONDAY) == ["ana"]


def test_partitions_that_are_no_day_are_left_alone(lake: Lake) -> None:
    lake.glue.create_partition(
        DatabaseName=lake.arguments.database,
        TableName=MESSAGES.name,
        PartitionInput={"Values": ["__HIVE_DEFAULT_PARTITION__"]},
    )
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    found = lake.glue.get_partitions(DatabaseName=lake.arguments.database, TableName=MESSAGES.name)["Partitions"]
    assert sorted(partition["Values"][0] for partition in found) == [MONDAY.isoformat(), "__HIVE_DEFAULT_PARTITION__"]


# what operators read


def test_every_step_is_one_json_line(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    from glue_src.logs import JsonFormatter  # noqa: PLC0415 - only this test formats

    rows = rows_of_users("ana", "luis")
    rows[MESSAGES].append(message("ana", "otra\nlínea", 2))
    lake.publish_run(MONDAY, run_id(1), rows)
    with caplog.at_level(logging.INFO, logger="cat.etl2"):
        lake.run_job()
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    steps = ["dataset staged"] * 4 + ["dataset published"] * 4 + ["partition registered"] * 4 + ["day curated"]
    assert [line["step"] for line in lines] == steps
    assert [line["dataset"] for line in lines[4:8]] == ["messages", "feedback", "rejected", "conversations"]
    rows_staged = {line["dataset"]: line["rows"] for line in lines[:4]}
    assert rows_staged == {"messages": 3, "feedback": 1, "rejected": 0, "conversations": 2}
    assert all(line["seconds"] >= 0 and line["day"] == "2026-02-02" for line in lines)
    assert all(line["bytes"] > 0 for line in lines[:8])
    assert {line["run_id"] for line in lines} == {run_id(1)}
