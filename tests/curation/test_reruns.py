"""Events that come twice, late, or never; days that are run again."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from types import NoneType

import pytest

from glue_src.exceptions import FailedDaysError
from modules.contract.datasets import REJECTED
from modules.contract.layout import partition_prefix
from sources.catia import CONTRACT, CONVERSATIONS, MESSAGES
from tests.curation.lake import MONDAY, TUESDAY, WEDNESDAY, Lake, one_file_per_dataset, rows_of_users, run_id
from tests.curation.told import RERUNS, told

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@told(RERUNS, "A run arrives", "the day, whole, in all tables")
def test_a_day_is_published_and_registered(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana", "luis"))
    assert lake.run_job() == 1
    assert lake.users(MONDAY) == ["ana", "luis"]
    assert lake.day_keys(MONDAY) == [*one_file_per_dataset(lake, MONDAY), lake.check_key(MONDAY, run_id(1))]
    assert lake.registered_days() == [[MONDAY]] * 5
    assert lake.leftovers() == []


@told(RERUNS, "Nothing has arrived yet", "empty tables; the job succeeds")
def test_an_empty_clean_zone_is_no_error(lake: Lake) -> None:
    assert lake.run_job() == 0
    assert lake.registered_days() == [[], [], [], [], []]


@told(RERUNS, "The event of a run comes twice", "the same files, untouched")
def test_a_duplicate_event_changes_nothing(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    before = lake.s3.head_object(Bucket=lake.bucket, Key=lake.curated_key(MESSAGES, MONDAY))["LastModified"]
    with caplog.at_level(logging.INFO, logger="cat.etl2"):
        assert lake.run_job() == 0
    assert [record.getMessage() for record in caplog.records] == ["nothing to curate"]
    assert lake.s3.head_object(Bucket=lake.bucket, Key=lake.curated_key(MESSAGES, MONDAY))["LastModified"] == before


@told(RERUNS, "Events were lost for days", "after the next run all days, curated oldest first")
def test_a_lost_event_heals_at_the_next_run_oldest_day_first(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    for number, day in enumerate((WEDNESDAY, MONDAY, TUESDAY)):
        lake.publish_run(day, run_id(number), rows_of_users(f"user-{day:%d}"))
    with caplog.at_level(logging.INFO, logger="cat.etl2"):
        assert lake.run_job() == 3
    curated = [record.fields["day"] for record in caplog.records if record.getMessage() == "day curated"]  # type: ignore[attr-defined]
    assert curated == [MONDAY, TUESDAY, WEDNESDAY]
    assert lake.registered_days() == [[MONDAY, TUESDAY, WEDNESDAY]] * 5


@told(RERUNS, "A day has several runs when its event comes", "the newest run")
def test_the_newest_run_of_a_day_is_taken(lake: Lake) -> None:
    for number in (2, 3, 1):
        lake.publish_run(MONDAY, run_id(number), rows_of_users(f"user-{number}"))
    lake.run_job()
    assert lake.users(MONDAY) == ["user-3"]
    assert lake.parameters(MONDAY)["source_run_id"] == run_id(3)


@told(RERUNS, "A curated day is run again", "the new run in place of the old one; the checks of both")
def test_a_rerun_replaces_the_day(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana", "luis"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users("luis"))
    lake.run_job()
    assert lake.users(MONDAY) == ["luis"]
    checks = [lake.check_key(MONDAY, run_id(number)) for number in (1, 2)]
    assert lake.day_keys(MONDAY) == [*one_file_per_dataset(lake, MONDAY), *checks]
    assert lake.registered_days() == [[MONDAY]] * 5
    assert (lake.parameters(MONDAY)["source_run_id"], lake.parameters(MONDAY)["row_count"]) == (run_id(2), "1")


@told(RERUNS, "An older run arrives late", "the newer run, as before")
def test_an_older_run_that_arrives_late_does_not_bring_the_day_back(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(2), rows_of_users("new"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    assert lake.run_job() == 0
    assert lake.users(MONDAY) == ["new"]


@told(RERUNS, "Two runs of one day end at the same time", "one of them: the one with the later id")
def test_two_runs_of_one_day_are_one_day(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("first"))
    lake.publish_run(MONDAY, run_id(2), rows_of_users("second", "third"))
    lake.run_job()
    lake.run_job()
    assert lake.users(MONDAY) == ["second", "third"]
    assert {lake.parameters(MONDAY, dataset)["source_run_id"] for dataset in CONTRACT.datasets} == {run_id(2)}
    assert lake.day_keys(MONDAY) == [*one_file_per_dataset(lake, MONDAY), lake.check_key(MONDAY, run_id(2))]


@told(RERUNS, "ETL-2 is started twice at the same time", "one whole day; a start that got in the other's way fails")
def test_two_starts_at_once_leave_one_day(lake: Lake) -> None:
    """Neither service lets that happen by itself, but a person may."""
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users("ana", "luis"))
    with ThreadPoolExecutor(2) as threads:
        starts = [threads.submit(lake.run_job) for _ in range(2)]
    assert all(isinstance(start.exception(), FailedDaysError | NoneType) for start in starts)
    assert lake.users(MONDAY) in (["old"], ["ana", "luis"])
    lake.run_job()
    assert lake.users(MONDAY) == ["ana", "luis"]
    assert {lake.parameters(MONDAY, dataset)["source_run_id"] for dataset in CONTRACT.datasets} == {run_id(2)}
    checks = [lake.check_key(MONDAY, run_id(number)) for number in (1, 2)]
    assert lake.day_keys(MONDAY) == [*one_file_per_dataset(lake, MONDAY), *checks]
    assert lake.leftovers() == []


@told(RERUNS, "The crawler has registered a day's folder first", "the day, with the job's own parameters")
def test_partitions_that_a_crawler_added_are_taken_over(lake: Lake) -> None:
    for dataset in CONTRACT.datasets:
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


@told(RERUNS, "A table has a partition that is no day", "that partition, left alone, and the days")
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


@told(RERUNS, "Somebody's file lies in a day's folder", "the day without it: it is removed once the day is published")
def test_foreign_objects_in_a_days_folder_are_removed(lake: Lake) -> None:
    folder = partition_prefix(lake.arguments.curated_prefix, MESSAGES, MONDAY)
    lake.put(f"{folder}part-00000-left-behind.parquet", b"x")
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    assert lake.day_keys(MONDAY) == [*one_file_per_dataset(lake, MONDAY), lake.check_key(MONDAY, run_id(1))]


@told(RERUNS, "Files and partitions say where they came from", "`source_run_id` and `row_count` in each partition")
def test_a_partition_says_where_its_rows_came_from_and_how_many_they_are(lake: Lake) -> None:
    rows = rows_of_users("ana", "luis")
    lake.publish_run(MONDAY, run_id(1), rows)
    lake.run_job()
    for dataset in CONTRACT.datasets:
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
    assert CONVERSATIONS in rows
