"""What the job releases to expire, what it never releases, and what it forgets once the lifecycle rules have acted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from glue_src.exceptions import FailedDaysError
from modules.contract.datasets import DATA_QUALITY
from sources.catia import CONTRACT, CONVERSATIONS, MESSAGES
from tests.curation.faults import CrashError, Crashing
from tests.curation.lake import MONDAY, TUESDAY, WEDNESDAY, Lake, rows_of_users, run_id

# No engine has a part in this, so that one will do.
pytestmark = pytest.mark.parametrize("engine", ["arrow"], indirect=True)


def clean_keys_of(lake: Lake, day: date, *numbers: int) -> set[str]:
    objects = {lake.clean_key(dataset, day, run_id(number)) for dataset in CONTRACT.datasets for number in numbers}
    return objects | {lake.summary_key(day, run_id(number)) for number in numbers}


def curated_keys_of(lake: Lake, *days: date) -> set[str]:
    """Return the keys of whole days: each has at least one file in each table."""
    keys = {key for day in days for key in lake.day_keys(day)}
    assert len(keys) >= len(CONTRACT.tables) * len(days)
    return keys


def all_superseded(lake: Lake) -> set[str]:
    return lake.superseded(lake.clean_keys()) | lake.superseded(lake.curated_keys())


def curate(lake: Lake, *days: date) -> None:
    """Let each day be as if curated from a run of its own, numbered by its day of the month; then run the job."""
    for day in days:
        lake.publish_run(day, run_id(day.day), rows_of_users(f"user-{day.day}"))
        lake.pretend_curated(day, run_id(day.day))
    lake.run_job()


def expire(lake: Lake, keys: set[str]) -> None:
    for key in keys:
        lake.delete(key)


def test_the_only_day_is_never_released(lake: Lake) -> None:
    curate(lake, MONDAY)
    lake.run_job()
    assert all_superseded(lake) == set()


def test_a_day_is_released_once_a_newer_one_is_curated(lake: Lake) -> None:
    curate(lake, MONDAY)
    curate(lake, TUESDAY)
    assert all_superseded(lake) == clean_keys_of(lake, MONDAY, 2) | curated_keys_of(lake, MONDAY)
    for dataset in CONTRACT.tables:
        assert lake.parameters(MONDAY, dataset)["superseded"] == "true"
        assert lake.parameters(MONDAY, dataset)["source_run_id"] == run_id(2)
        assert "superseded" not in lake.parameters(TUESDAY, dataset)


def test_a_released_day_is_still_read(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    lake.run_job()
    assert lake.registered_days() == [[MONDAY, TUESDAY]] * 5
    assert lake.partitions(MESSAGES)[MONDAY]["StorageDescriptor"]["Columns"]


def test_a_released_day_is_not_tagged_again(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    s3: Any = Crashing(lake.s3, "get_object_tagging", at=1)
    lake.run_job(s3=s3)


def test_tags_that_an_object_already_has_stay(lake: Lake) -> None:
    curate(lake, MONDAY)
    key = lake.clean_key(MESSAGES, MONDAY, run_id(2))
    lake.s3.put_object_tagging(
        Bucket=lake.bucket, Key=key, Tagging={"TagSet": [{"Key": "confidential", "Value": "yes"}]}
    )
    curate(lake, TUESDAY)
    assert lake.tags(key) == {"confidential": "yes", "cat:superseded": "true"}


def test_of_the_newest_day_only_older_runs_are_released(lake: Lake) -> None:
    for number in (1, 2, 3):
        lake.publish_run(MONDAY, run_id(number), rows_of_users("ana"))
    lake.pretend_curated(MONDAY, run_id(3))
    lake.run_job()
    assert all_superseded(lake) == clean_keys_of(lake, MONDAY, 1, 2)


@pytest.mark.parametrize("day", [MONDAY, TUESDAY])
def test_a_run_newer_than_the_curated_one_is_not_released(lake: Lake, day: date) -> None:
    """It may be publishing its objects at this very moment."""
    curate(lake, MONDAY, TUESDAY)
    lake.publish_run(day, run_id(9), rows_of_users("new"))
    lake.delete(lake.clean_key(CONVERSATIONS, day, run_id(9)))
    curate(lake, WEDNESDAY)
    expected = clean_keys_of(lake, MONDAY, 2) | clean_keys_of(lake, TUESDAY, 3)
    assert all_superseded(lake) == expected | curated_keys_of(lake, MONDAY, TUESDAY)


def test_a_day_that_could_not_be_curated_is_not_released(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(2), rows_of_users("ana"))
    lake.delete(lake.summary_key(MONDAY, run_id(2)))
    with pytest.raises(FailedDaysError):
        curate(lake, TUESDAY)
    assert all_superseded(lake) == set()


def test_while_the_newest_day_fails_the_one_before_it_is_not_released(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    lake.publish_run(WEDNESDAY, run_id(4), rows_of_users("ana"))
    lake.delete(lake.summary_key(WEDNESDAY, run_id(4)))
    with pytest.raises(FailedDaysError):
        lake.run_job()
    assert all_superseded(lake) == clean_keys_of(lake, MONDAY, 2) | curated_keys_of(lake, MONDAY)


def test_a_released_day_that_is_run_again_is_released_again(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    lake.publish_run(MONDAY, run_id(9), rows_of_users("again"))
    lake.run_job()
    assert lake.users(MONDAY) == ["again"]
    assert all_superseded(lake) == clean_keys_of(lake, MONDAY, 2, 9) | curated_keys_of(lake, MONDAY)
    assert lake.parameters(MONDAY)["superseded"] == "true"


def test_a_crash_while_releasing_heals(lake: Lake) -> None:
    curate(lake, MONDAY)
    s3: Any = Crashing(lake.s3, "put_object_tagging", at=3)
    lake.pretend_curated(TUESDAY, run_id(3))
    with pytest.raises(CrashError):
        lake.run_job(s3=s3)
    lake.run_job()
    assert all_superseded(lake) == clean_keys_of(lake, MONDAY, 2) | curated_keys_of(lake, MONDAY)


def test_an_expired_day_leaves_the_catalog_and_does_not_come_back(lake: Lake) -> None:
    """Even while its clean data, kept for longer, is still there."""
    curate(lake, MONDAY, TUESDAY)
    expire(lake, curated_keys_of(lake, MONDAY))
    lake.run_job()
    assert lake.registered_days() == [[TUESDAY]] * 5
    lake.run_job()
    assert lake.registered_days() == [[TUESDAY]] * 5
    assert set(lake.curated_keys()) == curated_keys_of(lake, TUESDAY)


def test_a_day_half_expired_leaves_all_tables(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    expire(lake, {lake.curated_key(MESSAGES, MONDAY)})
    lake.run_job()
    lake.run_job()
    assert lake.registered_days() == [[TUESDAY]] * 4 + [[MONDAY, TUESDAY]]
    expire(lake, {lake.check_key(MONDAY, run_id(2))})
    lake.run_job()
    assert lake.registered_days() == [[TUESDAY]] * 5


def test_a_crash_while_forgetting_leaves_no_day_that_lacks_a_dataset_only(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    expire(lake, {lake.curated_key(MESSAGES, MONDAY), *clean_keys_of(lake, MONDAY, 2)})
    glue: Any = Crashing(lake.glue, "delete_partition", at=2)
    with pytest.raises(CrashError):
        lake.run_job(glue=glue)
    lake.run_job()
    assert lake.registered_days() == [[TUESDAY]] * 4 + [[MONDAY, TUESDAY]]


def test_the_checks_of_a_day_that_was_never_published_are_released_and_forgotten(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    for dataset in CONTRACT.datasets:
        lake.delete(lake.curated_key(dataset, MONDAY))
    for key in clean_keys_of(lake, MONDAY, 2):
        lake.delete(key)
    lake.run_job()
    assert lake.registered_days() == [[TUESDAY]] * 4 + [[MONDAY, TUESDAY]]
    assert lake.superseded([lake.check_key(MONDAY, run_id(2))])
    assert lake.parameters(MONDAY, DATA_QUALITY)["superseded"] == "true"
    expire(lake, {lake.check_key(MONDAY, run_id(2))})
    lake.run_job()
    assert lake.registered_days() == [[TUESDAY]] * 5


def test_an_expired_day_that_is_run_again_comes_back(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    expire(lake, curated_keys_of(lake, MONDAY))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(9), rows_of_users("again"))
    lake.run_job()
    assert lake.users(MONDAY) == ["again"]
    assert lake.registered_days() == [[MONDAY, TUESDAY]] * 5


def test_a_day_whose_clean_data_has_expired_stays(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    expire(lake, clean_keys_of(lake, MONDAY, 2))
    lake.run_job()
    assert lake.registered_days() == [[MONDAY, TUESDAY]] * 5


def test_a_day_whose_clean_data_is_expiring_is_no_failure(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    expire(lake, curated_keys_of(lake, MONDAY) | {lake.clean_key(MESSAGES, MONDAY, run_id(2))})
    lake.run_job()
    lake.run_job()
    assert lake.registered_days() == [[TUESDAY]] * 5


def test_a_day_deleted_before_its_time_is_curated_again(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    for dataset in CONTRACT.datasets:
        lake.glue.delete_partition(
            DatabaseName=lake.arguments.database, TableName=dataset.name, PartitionValues=[MONDAY.isoformat()]
        )
    lake.run_job()
    assert lake.registered_days() == [[MONDAY, TUESDAY]] * 5
    assert lake.parameters(MONDAY)["superseded"] == "true"


def test_the_newest_day_is_never_forgotten(lake: Lake) -> None:
    curate(lake, MONDAY, TUESDAY)
    expire(lake, curated_keys_of(lake, TUESDAY))
    lake.run_job()
    assert lake.registered_days() == [[MONDAY, TUESDAY]] * 5
