"""Runs that may not be taken, and machines that are gone in the middle."""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING, Any

import pytest

from glue_src.arrow_engine import ArrowEngine
from glue_src.exceptions import FailedDaysError, NoCompleteRunError
from glue_src.spark_engine import SparkEngine
from glue_src.storage import Bucket
from modules.contract.layout import staging_prefix
from sources.catia import CONTRACT, CONVERSATIONS, MESSAGES
from tests.curation.conftest import NARROW
from tests.curation.faults import Crashing, lose_messages, lose_summary
from tests.curation.lake import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    Lake,
    one_file_per_dataset,
    only_failure,
    rows_of_users,
    run_id,
)
from tests.curation.told import FAULTS, told

if TYPE_CHECKING:
    from glue_src.engine import TransformEngine

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@told(FAULTS, "A run lacks one of its files", "the run before it, of the same day; the job succeeds with a warning")
def test_an_incomplete_run_is_passed_over(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.publish_run(MONDAY, run_id(2), rows_of_users("luis"))
    lose_messages(lake)
    lake.run_job()
    assert lake.users(MONDAY) == ["ana"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@told(FAULTS, "A run has files but no summary", "no such day, until its ETL-1 is repeated; the job fails and says so")
def test_a_run_without_its_summary_is_not_taken(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(2), rows_of_users("ana"))
    lose_summary(lake)
    with pytest.raises(FailedDaysError, match=r"its summary .* is missing") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), NoCompleteRunError)
    assert lake.registered_days() == [[], [], [], [], []]
    lake.publish_run(MONDAY, run_id(3), rows_of_users("ana"))
    lake.run_job()
    assert lake.users(MONDAY) == ["ana"]


@told(FAULTS, "A day has incomplete runs only", "the other days; the job fails and names this one")
def test_a_day_of_incomplete_runs_only_fails(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(2), rows_of_users("ana"))
    lose_messages(lake)
    lake.publish_run(TUESDAY, run_id(3), rows_of_users("luis"))
    with pytest.raises(FailedDaysError, match=f"{MONDAY} has no complete run among 1: .* is missing") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), NoCompleteRunError)
    assert lake.registered_days() == [[TUESDAY]] * 5


@told(FAULTS, "A curated day gets a newer, incomplete run", "the day as it was, until that run is whole")
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


@told(FAULTS, "A run is still being published", "nothing of it: without its conversations it does not exist")
def test_a_run_without_its_conversations_does_not_exist_yet(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.delete(lake.clean_key(CONVERSATIONS, MONDAY, run_id(1)))
    lake.run_job()
    assert lake.registered_days() == [[], [], [], [], []]


@told(FAULTS, "One of several days cannot be read", "the others; that day once its ETL-1 has been repeated")
def test_one_bad_day_does_not_stop_the_others(lake: Lake) -> None:
    bad = rows_of_users("ana")
    bad[MESSAGES] = [("ana", "c", "first", "user", "hola", None)]
    lake.publish_run(MONDAY, run_id(1), rows_of_users("monday"))
    lake.publish_run(TUESDAY, run_id(2), bad)
    lake.publish_run(WEDNESDAY, run_id(3), rows_of_users("wednesday"))
    with pytest.raises(
        FailedDaysError, match=r"1 day\(s\) could not be curated.*\n  2026-02-03: .*malformed"
    ) as caught:
        lake.run_job()
    assert list(caught.value.failures) == [TUESDAY]
    assert lake.registered_days() == [[MONDAY, WEDNESDAY]] * 5
    assert lake.leftovers() == []
    lake.publish_run(TUESDAY, run_id(4), rows_of_users("tuesday"))
    lake.run_job()
    assert lake.users(TUESDAY) == ["tuesday"]


@told(FAULTS, "The machine is gone while a day was prepared", "nothing of what was left; the next run begins anew")
def test_staging_of_a_crashed_run_is_overwritten_and_removed(lake: Lake) -> None:
    staging = staging_prefix(lake.arguments.curated_prefix, MESSAGES, run_id(1))
    lake.put(f"{staging}part-00000-of-a-crashed-run.parquet", b"x")
    lake.put(f"{staging.rstrip('/')}_$folder$", b"")
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    assert lake.users(MONDAY) == ["ana"]
    assert lake.day_keys(MONDAY) == [*one_file_per_dataset(lake, MONDAY), lake.check_key(MONDAY, run_id(1))]
    assert lake.leftovers() == []


@told(
    FAULTS,
    "The machine is gone while a day's file is put together",
    "the day as it was; after the next run, the new one",
)
def test_a_crash_while_a_file_is_put_together_heals(lake: Lake) -> None:
    users = [f"user {number:04}" for number in range(1000)]
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users(*users))
    whole, lake.engine = lake.engine, crashing_at_the_last_step(lake.engine, lake.s3)
    with pytest.raises(FailedDaysError):
        lake.run_job()
    assert lake.users(MONDAY) == ["old"]
    assert lake.leftovers() == []
    assert lake.s3.list_multipart_uploads(Bucket=lake.bucket).get("Uploads", []) == []
    lake.engine = whole
    lake.run_job()
    assert lake.users(MONDAY) == users


def crashing_at_the_last_step(engine: TransformEngine, s3: Any) -> TransformEngine:
    """Return an engine whose machine is gone just before S3 is to show what it has made of a dataset."""
    if isinstance(engine, SparkEngine):
        client: Any = Crashing(s3, "complete_multipart_upload", at=1)
        return dataclasses.replace(engine, bucket=Bucket(client, engine.bucket.name), sizes=NARROW)
    assert isinstance(engine, ArrowEngine)
    client = Crashing(s3, "upload_file", at=1)
    return dataclasses.replace(engine, bucket=Bucket(client, engine.bucket.name))


@told(
    FAULTS,
    "The machine is gone between two tables' files, in a re-run",
    "per table the old run or the new one, until the next run; `latest_*` views stay on days that all tables have",
)
@pytest.mark.parametrize("copied", [0, 1, 2, 3])
def test_a_crash_between_two_copies_heals(lake: Lake, copied: int) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users("new"))
    s3: Any = Crashing(lake.s3, "copy", at=1 + copied + 1)  # the checks are copied first
    with pytest.raises(FailedDaysError):
        lake.run_job(s3=s3)
    assert lake.parameters(MONDAY)["source_run_id"] == run_id(1)
    lake.run_job()
    assert lake.users(MONDAY) == ["new"]
    assert {lake.parameters(MONDAY, dataset)["source_run_id"] for dataset in CONTRACT.datasets} == {run_id(2)}


@told(FAULTS, "The machine is gone between files and partitions", "a new day not yet; after the next run, whole")
@pytest.mark.parametrize("registered", [0, 1, 2, 3])
def test_a_crash_between_copy_and_registration_heals(lake: Lake, registered: int) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    glue: Any = Crashing(lake.glue, "batch_create_partition", at=1 + registered + 1)
    with pytest.raises(FailedDaysError):
        lake.run_job(glue=glue)
    assert [len(days) for days in lake.registered_days()] == [1] * registered + [0] * (4 - registered) + [1]
    lake.run_job()
    assert lake.registered_days() == [[MONDAY]] * 5
    assert lake.day_keys(MONDAY) == [*one_file_per_dataset(lake, MONDAY), lake.check_key(MONDAY, run_id(1))]


@told(FAULTS, "The machine is gone before the checks are told", "the day as it was; after the next run, the new one")
def test_a_crash_before_the_checks_are_told_heals(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users("new"))
    s3: Any = Crashing(lake.s3, "copy", at=1)
    with pytest.raises(FailedDaysError):
        lake.run_job(s3=s3)
    assert lake.users(MONDAY) == ["old"]
    lake.run_job()
    assert lake.users(MONDAY) == ["new"]
