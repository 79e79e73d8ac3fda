"""Data that contradicts its run, itself or the limits: it goes to quarantine, and readers keep what they had."""

from __future__ import annotations

import dataclasses
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from glue_src.exceptions import FailedDaysError, MalformedDataError, QuarantinedError
from glue_src.logs import JsonFormatter
from modules.contract.cells import escape
from modules.contract.datasets import REJECTED
from modules.contract.layout import quarantine_key
from modules.contract.metrics import CurationMetric
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.curation.faults import Crashing
from tests.curation.lake import (
    INSTANT,
    MONDAY,
    TUESDAY,
    Lake,
    Rows,
    conversation,
    message,
    one_file_per_dataset,
    only_failure,
    rows_of_users,
    run_id,
)
from tests.curation.told import CHECKS, told

if TYPE_CHECKING:
    from modules.contract.datasets import Dataset

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def promise_more_rows(lake: Lake, dataset: Dataset) -> None:
    """Let the summary of Monday's second run promise a row that its CSV does not hold."""
    summary = lake.summary(MONDAY, run_id(2))
    objects = tuple(
        dataclasses.replace(written, rows=written.rows + 1) if written.dataset == dataset.name else written
        for written in summary.objects
    )
    lake.put_summary(dataclasses.replace(summary, objects=objects))


def fail_checks(lake: Lake) -> QuarantinedError:
    """Run the job, which must quarantine one run, and return why."""
    with pytest.raises(FailedDaysError) as caught:
        lake.run_job()
    failure = only_failure(caught)
    assert isinstance(failure, QuarantinedError)
    return failure


def quarantine_after(lake: Lake, rows: Rows, *failed: str) -> QuarantinedError:
    """Curate Monday, then publish ``rows`` as its second run: it must fail just these checks, and nobody see it."""
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    before = {key: lake.get(key) for key in one_file_per_dataset(lake, MONDAY)}
    lake.publish_run(MONDAY, run_id(2), rows)
    error = fail_checks(lake)
    assert {text.partition(":")[0] for text in error.failed} == set(failed)
    checks = lake.checks(MONDAY, run_id(2))
    assert {name for name, check in checks.items() if check["outcome"] == "failed"} == set(failed)
    assert {key: lake.get(key) for key in one_file_per_dataset(lake, MONDAY)} == before
    assert lake.parameters(MONDAY)["source_run_id"] == run_id(1)
    kept = [quarantine_key(lake.arguments.curated_prefix, dataset, MONDAY, run_id(2)) for dataset in CONTRACT.datasets]
    assert lake.quarantined_keys(MONDAY) == sorted(kept)
    assert lake.leftovers() == []
    return error


@told(CHECKS, "Everything is as it should be", "the day, and its checks, all passed, in `data_quality`")
def test_what_was_checked_is_told(lake: Lake) -> None:
    rows = rows_of_users("ana", "luis")
    rows[FEEDBACK].append(("a stranger", f"FEEDBACK#{INSTANT}", INSTANT, "like", None, None))
    lake.publish_run(MONDAY, run_id(1), rows)
    lake.run_job()
    checks = lake.checks(MONDAY, run_id(1))
    assert {check["outcome"] for check in checks.values()} == {"passed"}
    assert {check["run_id"] for check in checks.values()} == {run_id(1)}
    figures = ("rows_checked", "rows_failed", "allowed_share")
    counts = {name: tuple(check[figure] for figure in figures) for name, check in checks.items()}
    assert counts["conversations.rows_as_promised"] == (2, 0, 0.0)
    assert counts["conversations.user_id_not_null"] == (2, 0, 0.0)
    assert counts["messages.unique_key"] == (2, 0, 0.0)
    assert counts["messages.has_conversation"] == (2, 0, 0.0)
    assert counts["conversations.message_count"] == (2, 0, 0.0)
    assert counts["feedback.user_has_conversation"] == (2, 1, 1.0)
    assert counts["rejected.share_of_items"] == (4, 0, 0.1)
    assert len(checks) == 4 + 5 + 3 + 3 + 3 + 3 + 4
    assert lake.metric(CurationMetric.FAILED_DATA_CHECKS) == 0
    assert lake.metric(CurationMetric.PUBLISHED_DAYS) == 1
    assert 0 < lake.metric(CurationMetric.DURATION_SECONDS) < 600


@told(CHECKS, "Fewer or more rows than the run's summary promises", "the day as it was; the run is quarantined")
def test_a_wrong_row_count_publishes_nothing(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("old"))
    lake.run_job()
    lake.publish_run(MONDAY, run_id(2), rows_of_users("new"))
    promise_more_rows(lake, MESSAGES)
    assert fail_checks(lake).failed == ("messages.rows_as_promised: 1 of 2 fail",)
    assert lake.users(MONDAY) == ["old"]


@told(CHECKS, "Nulls in a column that may hold none", "the day as it was; the run is quarantined")
def test_nulls_where_none_may_be_are_quarantined(lake: Lake) -> None:
    rows = rows_of_users("ana", "luis")
    rows[CONVERSATIONS][0] = (*conversation("ana")[:2], None, *conversation("ana")[3:])
    rows[REJECTED] = [("{}", None, "{}")]
    lake.arguments = dataclasses.replace(lake.arguments, most_rejected_share=1.0)
    error = quarantine_after(lake, rows, "conversations.created_at_not_null", "rejected.reason_not_null")
    assert "conversations.created_at_not_null: 1 of 2 fail" in error.failed


@told(CHECKS, "A message, conversation or feedback twice", "the day as it was; the run is quarantined")
def test_duplicate_keys_are_quarantined(lake: Lake) -> None:
    rows = rows_of_users("ana")
    rows[MESSAGES] += [message("ana", "otra vez"), message("ana", "y otra")]
    rows[FEEDBACK] *= 2
    rows[CONVERSATIONS] = [conversation("ana", messages=3)]
    error = quarantine_after(lake, rows, "messages.unique_key", "feedback.unique_key")
    assert "messages.unique_key: 2 of 3 fail" in error.failed


@told(CHECKS, "Messages of a conversation that is not there", "the day as it was; the run is quarantined")
def test_messages_without_conversation_are_quarantined(lake: Lake) -> None:
    rows = rows_of_users("ana")
    rows[MESSAGES] += [message("nobody", "hola", position) for position in (1, 2)]
    error = quarantine_after(lake, rows, "messages.has_conversation")
    assert error.failed == ("messages.has_conversation: 2 of 3 fail",)


@told(CHECKS, "A conversation with other messages than it counts", "the day as it was; the run is quarantined")
def test_conversations_that_miscount_their_messages_are_quarantined(lake: Lake) -> None:
    rows = rows_of_users("ana", "luis", "eva")
    rows[CONVERSATIONS] = [conversation("ana"), conversation("luis", messages=2), conversation("eva", messages=0)]
    error = quarantine_after(lake, rows, "conversations.message_count")
    assert error.failed == ("conversations.message_count: 2 of 3 fail",)


@told(
    CHECKS, "More items were rejected than the limit allows", "yesterday stays the newest day; the run is quarantined"
)
def test_too_many_rejects_are_quarantined(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    rows = rows_of_users("ana")
    rows[REJECTED] = [("{}", "no_time", "{}")]
    lake.publish_run(TUESDAY, run_id(2), rows, only_counted=6)
    assert fail_checks(lake).failed == ("rejected.share_of_items: 1 of 9 fail, 0.1 of them may",)
    assert lake.registered_days() == [[MONDAY]] * 4 + [[MONDAY, TUESDAY]]
    assert lake.metric(CurationMetric.FAILED_DATA_CHECKS) == 1


@told(CHECKS, "As many items were rejected as the limit allows", "the day, with its rejects")
def test_rejects_within_the_limit_are_published(lake: Lake) -> None:
    rows = rows_of_users("ana")
    rows[REJECTED] = [("{}", "no_time", "{}")]
    lake.publish_run(MONDAY, run_id(1), rows, only_counted=7)
    lake.run_job()
    assert lake.parquet(REJECTED, MONDAY).read().to_pylist() == [
        {"item_key": "{}", "reason": "no_time", "item_json": "{}"}
    ]


@told(CHECKS, "The job runs again after a quarantine", "the same; the run is not tried again, nobody is woken twice")
def test_a_quarantined_run_is_passed_over(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    quarantine_after(lake, {**rows_of_users("ana"), MESSAGES: []}, "conversations.message_count")
    caplog.clear()
    assert lake.run_job() == 0
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert warning.fields["run_ids"] == [run_id(2)]  # type: ignore[attr-defined]
    assert lake.users(MONDAY) == ["old"]
    lake.publish_run(MONDAY, run_id(3), rows_of_users("repeated"))
    lake.run_job()
    assert lake.users(MONDAY) == ["repeated"]


@told(CHECKS, "The limit is raised and the quarantined files are deleted", "the run, published by the next job")
def test_a_released_run_is_published(lake: Lake) -> None:
    rows = rows_of_users("ana")
    rows[REJECTED] = [("{}", "no_time", "{}")]
    lake.publish_run(MONDAY, run_id(1), rows)
    fail_checks(lake)
    lake.arguments = dataclasses.replace(lake.arguments, most_rejected_share=0.5)
    for key in lake.quarantined_keys(MONDAY):
        lake.delete(key)
    lake.run_job()
    assert lake.users(MONDAY) == ["ana"]
    assert lake.checks(MONDAY, run_id(1))["rejected.share_of_items"]["outcome"] == "passed"


@told(CHECKS, "The machine is gone while a run is quarantined", "the day as it was; the next run quarantines it again")
@pytest.mark.parametrize("copied", [0, 3])
def test_a_crash_during_quarantine_heals(lake: Lake, copied: int) -> None:
    rows = rows_of_users("ana")
    rows[MESSAGES] = []
    lake.publish_run(MONDAY, run_id(1), rows)
    s3: Any = Crashing(lake.s3, "copy", at=1 + copied + 1)
    with pytest.raises(FailedDaysError) as caught:
        lake.run_job(s3=s3)
    assert not isinstance(only_failure(caught), QuarantinedError)
    assert fail_checks(lake).failed == ("conversations.message_count: 1 of 1 fail",)
    assert lake.registered_days() == [[], [], [], [], [MONDAY]]


@told(
    CHECKS, "A cell that its column's type does not allow", "the day as it was; the job fails and names file and value"
)
@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (("ana", "c", "first", "user", "t", None), "first"),
        (("ana", "c", "1", "user", "t", "2026-02-30T00:00:00.000000Z"), "(2026-02-30|FEBRUARY 30)"),
        (("ana", "c", "1", "user", "t"), r"(\[ana|5 cells)"),
    ],
)
def test_a_malformed_record_is_named(lake: Lake, cells: tuple[str | None, ...], named: str) -> None:
    rows = rows_of_users("ana")
    rows[MESSAGES] = [cells]
    lake.publish_run(MONDAY, run_id(1), rows)
    with pytest.raises(FailedDaysError, match=rf"messages-.*\.csv is malformed: .*{named}") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), MalformedDataError)
    assert lake.curated_keys() == []


@told(CHECKS, "An escape that the contract does not have", "the day as it was; the job fails and names the column")
def test_an_unknown_escape_is_named(lake: Lake) -> None:
    rows = rows_of_users("ana")
    marked = message("ana", "MARK")
    rows[MESSAGES] = [marked]
    lake.publish_run(MONDAY, run_id(1), rows)
    key = lake.clean_key(MESSAGES, MONDAY, run_id(1))
    lake.put(key, lake.get(key).replace(b"MARK", b"M\\RK"))
    assert escape("M\\RK") == "M\\\\RK"
    with pytest.raises(FailedDaysError, match=r"messages\.text holds a backslash that begins no escape") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), MalformedDataError)


@told(CHECKS, "Operators read the log", "one JSON line a step, with day, run and table")
def test_every_step_is_one_json_line(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    rows = rows_of_users("ana", "luis")
    rows[MESSAGES].append(message("ana", "otra\nlínea", 2))
    rows[CONVERSATIONS][0] = conversation("ana", messages=2)
    lake.publish_run(MONDAY, run_id(1), rows)
    with caplog.at_level(logging.INFO, logger="cat.etl2"):
        lake.run_job()
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    steps = ["run staged", *["dataset staged"] * 4, "checks published"]
    steps += ["dataset published"] * 4 + ["partition registered"] * 4 + ["day curated"]
    assert [line["step"] for line in lines] == steps
    assert [line["dataset"] for line in lines[6:10]] == ["messages", "feedback", "rejected", "conversations"]
    rows_staged = {line["dataset"]: line["rows"] for line in lines[1:5]}
    assert rows_staged == {"messages": 3, "feedback": 1, "rejected": 0, "conversations": 2}
    assert all(line["day"] == "2026-02-02" for line in lines)
    assert all(line["bytes"] > 0 for line in (*lines[1:5], *lines[6:10]))
    assert {line["run_id"] for line in lines} == {run_id(1)}
