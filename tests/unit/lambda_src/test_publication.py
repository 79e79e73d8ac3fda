from __future__ import annotations

import logging
import pickle
from datetime import UTC, date, datetime

import pytest

from contract.runs import ItemCounts, RunSummary, ScanStatistics
from contract.sources.catia import CONTRACT
from lambda_src.exceptions import DestinationError
from lambda_src.publication import Publication
from tests.run_objects import counted_object
from tests.unit.lambda_src.fakes import BUCKET, SETTINGS, FakeS3, failing_at

RUN_ID = "20260131T043000.000001Z-0123abcd"
DAY = date(2026, 1, 30)
PREFIX = "reports/etl-process1/"
KEYS = {
    dataset.name: f"{PREFIX}{dataset.name}/dt=2026-01-30/{dataset.name}-{RUN_ID}.csv" for dataset in CONTRACT.datasets
}
SUMMARY_KEY = f"{PREFIX}_runs/dt=2026-01-30/{RUN_ID}.json"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SUMMARY = RunSummary(
    run_id=RUN_ID,
    dt=DAY,
    time_zone="America/Bogota",
    source_table="table",
    started_at=NOON,
    finished_at=NOON,
    items=ItemCounts(0, {}),
    scan=ScanStatistics(1, 1, 0.0, 0, 0),
    objects=tuple(counted_object(dataset, KEYS[dataset.name], 0, 4) for dataset in CONTRACT.datasets),
)


def publish(fake: FakeS3) -> None:
    """Do what a run does with a publication, withdrawal included."""
    publication = Publication(fake.as_client(), SETTINGS, DAY, RUN_ID)
    try:
        publication.begin()
        parts = {dataset.name: [publication.upload(dataset.name, 1, b"csv\n")] for dataset in CONTRACT.datasets}
        publication.commit(SUMMARY, parts)
    except BaseException as error:
        publication.withdraw(error)
        raise


def right_calls() -> list[tuple[str, str]]:
    fake = FakeS3()
    publish(fake)
    return fake.calls


CALLS = right_calls()


def test_objects_become_visible_in_the_order_of_the_contract_with_the_summary_before_conversations() -> None:
    assert [call for call in CALLS if call[0] in {"complete", "put"}] == [
        ("complete", KEYS["messages"]),
        ("complete", KEYS["feedback"]),
        ("complete", KEYS["rejected"]),
        ("put", SUMMARY_KEY),
        ("complete", KEYS["conversations"]),
    ]


def test_nothing_becomes_visible_before_everything_is_uploaded() -> None:
    assert [name for name, _ in CALLS] == [*["create"] * 4, *["part"] * 4, *["complete"] * 3, "put", "complete"]


def test_objects_hold_what_was_given() -> None:
    fake = FakeS3()
    publish(fake)

    assert fake.objects == {**dict.fromkeys(KEYS.values(), b"csv\n"), SUMMARY_KEY: SUMMARY.to_json().encode()}
    assert fake.content_types == {
        **dict.fromkeys(KEYS.values(), "text/csv; charset=utf-8"),
        SUMMARY_KEY: "application/json",
    }
    assert fake.uploads == {}


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_after_any_refused_call_nothing_is_left(number: int) -> None:
    fake = FakeS3(before=failing_at(number))

    with pytest.raises(DestinationError, match=r"SlowDown.*run again later") as caught:
        publish(fake)

    assert (fake.objects, fake.uploads) == ({}, {})
    assert CALLS[number][1] in str(caught.value)
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_after_any_lost_answer_nothing_is_left(number: int) -> None:
    fake = FakeS3(after=failing_at(number))

    with pytest.raises(DestinationError) as caught:
        publish(fake)

    assert (fake.objects, fake.uploads) == ({}, {})
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("number", range(len(CALLS)))
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, MemoryError])
def test_interruptions_leave_nothing_either(number: int, interruption: type[BaseException]) -> None:
    def interrupt(call: int) -> None:
        if call == number:
            raise interruption

    fake = FakeS3(before=interrupt)

    with pytest.raises(interruption):
        publish(fake)
    assert (fake.objects, fake.uploads) == ({}, {})


def test_the_last_made_is_removed_first_and_aborted_before_it_is_deleted() -> None:
    fake = FakeS3(before=failing_at(len(CALLS) - 1))

    with pytest.raises(DestinationError):
        publish(fake)

    assert fake.calls[len(CALLS) :] == [
        ("abort", KEYS["conversations"]),
        ("delete", KEYS["conversations"]),
        ("delete", SUMMARY_KEY),
        ("delete", KEYS["rejected"]),
        ("delete", KEYS["feedback"]),
        ("delete", KEYS["messages"]),
    ]


def test_a_failed_cleanup_stops_neither_the_rest_of_it_nor_the_first_error(caplog: pytest.LogCaptureFixture) -> None:
    last = len(CALLS) - 1
    fake = FakeS3(before=failing_at(last, last + 1, last + 3, code="AccessDenied"))

    with caplog.at_level(logging.WARNING, "normalize.publication"), pytest.raises(DestinationError) as caught:
        publish(fake)

    assert str(caught.value).startswith(f"completing s3://{BUCKET}/{KEYS['conversations']} failed: ")
    assert "s3:AbortMultipartUpload" in str(caught.value)
    assert [note.split(" failed: ")[0] for note in caught.value.__notes__] == [
        f"Cleaning up after this failure failed too: aborting the upload of s3://{BUCKET}/{KEYS['conversations']}",
        f"Cleaning up after this failure failed too: deleting s3://{BUCKET}/{SUMMARY_KEY}",
    ]
    assert fake.objects.keys() == {SUMMARY_KEY}
    assert [record.message for record in caplog.records] == ["cleaning up failed"] * 2


def test_a_missing_bucket_shows_before_anything_is_scanned() -> None:
    fake = FakeS3(before=failing_at(0, code="NoSuchBucket"))

    with pytest.raises(DestinationError, match=r"NoSuchBucket.*correct s3_bucket_name"):
        Publication(fake.as_client(), SETTINGS, DAY, RUN_ID).begin()


def test_a_commit_before_begin_is_a_defect() -> None:
    publication = Publication(FakeS3().as_client(), SETTINGS, DAY, RUN_ID)

    with pytest.raises(DestinationError, match=r"has no open upload: begin\(\) must come first"):
        publication.commit(SUMMARY, {dataset.name: [] for dataset in CONTRACT.datasets})


def test_what_has_been_opened_can_be_sent_to_another_process() -> None:
    fake = FakeS3()
    publication = Publication(fake.as_client(), SETTINGS, DAY, RUN_ID)
    uploads = pickle.loads(pickle.dumps(publication.begin()))

    part = uploads.by(fake.as_client())("messages", 1, b"csv\n")

    assert (part.number, part.size) == (1, 4)
    assert {key: parts for key, parts in fake.uploads.values() if parts} == {KEYS["messages"]: {1: b"csv\n"}}


def test_parts_that_a_failed_worker_left_are_not_in_the_file() -> None:
    fake = FakeS3()
    publication = Publication(fake.as_client(), SETTINGS, DAY, RUN_ID)
    upload = publication.begin().by(fake.as_client())
    parts = {dataset.name: [upload(dataset.name, 1, b"csv\n")] for dataset in CONTRACT.datasets}
    upload("messages", 7, b"of an attempt that failed\n")

    publication.commit(SUMMARY, parts)

    assert fake.objects[KEYS["messages"]] == b"csv\n"


def test_uploads_that_were_opened_without_an_answer_are_aborted_at_once() -> None:
    fake = FakeS3(retries=1)
    fake.uploads["of-a-lost-answer"] = (KEYS["messages"], {})
    fake.uploads["of-another-run"] = (KEYS["messages"].replace("0123abcd", "ffffffff"), {})

    publish(fake)

    assert list(fake.uploads) == ["of-another-run"]
    assert fake.objects[KEYS["messages"]] == b"csv\n"


def test_without_repeated_requests_nobody_lists_uploads() -> None:
    assert "list" not in {name for name, _ in CALLS}
