from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import botocore.endpoint
import pytest
from botocore.retries.quota import RetryQuota
from botocore.retries.standard import ThrottledRetryableChecker

from lambda_src import scan
from lambda_src.exceptions import SourceError
from lambda_src.read_capacity import ReadLimit
from lambda_src.scan import Page, read_pages
from tests.unit.lambda_src.scripted_dynamodb import (
    TABLE,
    Answer,
    good,
    in_order,
    page,
    plain_client,
    refusal,
    scan_client,
    scripted,
)
from tools.bench.items import generate
from tools.bench.processes import RunningServer, replay_server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

A, B = {"PK": {"S": "USER#a"}}, {"PK": {"S": "USER#b"}}
ITEMS = 600


def read(client: DynamoDBClient, limit: ReadLimit | None = None) -> list[Page]:
    return list(read_pages(client, TABLE, [0], 1, limit or ReadLimit(None)))


def documents(pages: list[Page]) -> list[Any]:
    return [json.loads(bytes(item)) for page in pages for item in page.items]


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK decides on retries as ever, but does not sleep before them."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture(scope="module")
def replay() -> Iterator[RunningServer]:
    with replay_server({"t": {"count": ITEMS, "clean": False, "segment_counts": [1, 3]}}, latency=0) as server:
        yield server


def test_a_table_comes_whole_and_in_order(replay: RunningServer) -> None:
    pages = list(read_pages(scan_client(replay.port), "t", [0], 1, ReadLimit(None)))

    assert len(pages) == replay.tables["t"]["pages"] > 1
    assert documents(pages) == [sample.item for sample in generate(ITEMS)]
    assert [page.scanned for page in pages] == [len(page.items) for page in pages]
    assert all(page.capacity_units >= 0.5 for page in pages)
    assert {(page.throttled, page.retried) for page in pages} == {(0, 0)}


def test_segments_together_are_the_table(replay: RunningServer) -> None:
    client = scan_client(replay.port)
    work_units = [list(read_pages(client, "t", segments, 3, ReadLimit(None))) for segments in ([0, 2], [1])]

    read_items = Counter(bytes(item) for pages in work_units for page in pages for item in page.items)
    whole = list(read_pages(client, "t", [0], 1, ReadLimit(None)))
    assert read_items == Counter(bytes(item) for page in whole for item in page.items)
    assert all(work_units)


def test_what_is_asked_of_dynamodb() -> None:
    with scripted(in_order(good(page(A, key={"PK": {"S": "USER#a"}})), good(page(B)))) as server:
        read(scan_client(server.port))

    first = {"TableName": TABLE, "ReturnConsumedCapacity": "TOTAL", "Segment": 0, "TotalSegments": 1}
    assert server.requests == [first, {**first, "ExclusiveStartKey": {"PK": {"S": "USER#a"}}}]


@pytest.mark.parametrize(
    "key",
    [
        {"PK": {"S": 'ñ "\\\U0001f600\n\u2028'}, "SK": {"S": ""}},
        {"PK": {"N": "123456789012345678901234567890.00000001E-120"}},
        {"PK": {"B": "AP8="}, "SK": {"B": ""}},
    ],
)
def test_the_key_between_two_pages_goes_back_as_it_came(key: Mapping[str, Mapping[str, str]]) -> None:
    with scripted(in_order(good(page(A, key=key)), good(page(B)))) as server:
        assert documents(read(scan_client(server.port))) == [A, B]

    assert server.requests[1]["ExclusiveStartKey"] == key


@pytest.mark.usefixtures("no_pauses")
def test_requests_are_signed_each_time_they_are_sent() -> None:
    with scripted(in_order(refusal("InternalServerError", 500), good(page(A)))) as server:
        read(scan_client(server.port, attempts=2))

    for attempt, headers in enumerate(server.headers, start=1):
        assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=test/")
        assert "/us-east-1/dynamodb/aws4_request, SignedHeaders=" in headers["Authorization"]
        assert f"attempt={attempt}" in headers["amz-sdk-request"]
    assert len(server.headers) == 2


BROKEN = {
    "500": refusal("InternalServerError", 500),
    "503": Answer(503, b"<html>no JSON at all"),
    "reset in the middle": Answer(200, page(A), cut_at=20),
    "wrong checksum": Answer(200, page(A), {"x-amz-crc32": "1"}),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.usefixtures("no_pauses")
def test_a_page_that_breaks_is_asked_for_again_and_counted(broken: Answer) -> None:
    with scripted(in_order(broken, good(page(A, B)))) as server:
        (only,) = read(scan_client(server.port, attempts=2))

    assert documents([only]) == [A, B]
    assert (only.scanned, only.capacity_units, only.throttled, only.retried) == (2, 0.5, 0, 1)


def test_throttling_is_waited_out_and_counted_with_the_page_that_it_delayed() -> None:
    throttling = refusal("ProvisionedThroughputExceededException")
    with scripted(in_order(throttling, good(page(A, key=A)), good(page(B)))) as server:
        pages = read(scan_client(server.port, attempts=2))

    assert documents(pages) == [A, B]
    assert [(page.throttled, page.retried) for page in pages] == [(1, 1), (0, 0)]


def test_throttling_is_what_the_sdk_takes_for_it() -> None:
    assert sorted(vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"]) == sorted(scan._THROTTLING)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("ResourceNotFoundException", "correct dynamo_table_name."),
        ("AccessDeniedException", "Allow the run's role dynamodb:Scan"),
        ("ProvisionedThroughputExceededException", "Raise the table's read capacity, lower extract."),
        ("ThrottlingException", "Raise the table's read capacity, lower extract."),
        ("ExpiredTokenException", "Renew the credentials and run again."),
        ("InternalServerError", "once the cause is gone, run again."),
    ],
)
def test_refusals_tell_the_table_the_cause_and_the_remedy(code: str, remedy: str) -> None:
    with scripted(lambda _: refusal(code)) as server, pytest.raises(SourceError) as caught:
        read(scan_client(server.port))

    assert str(caught.value).startswith(f"scanning table '{TABLE}' failed: An error occurred ({code})")
    assert remedy in str(caught.value)


def test_a_server_that_is_not_there_is_told_too() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(SourceError, match=r"Could not connect to the endpoint.*once the cause is gone, run again"):
            read(scan_client(bound.getsockname()[1]))


def test_a_body_that_ends_early_is_an_error_when_it_may_not_be_asked_for_again() -> None:
    with (
        scripted(lambda _: BROKEN["reset in the middle"]) as server,
        pytest.raises(SourceError, match="Connection was closed before"),
    ):
        read(scan_client(server.port))


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (BROKEN["wrong checksum"], "does not match its checksum 1"),
        (good(page(A)[:-1]), r"\(\d+ bytes\) is no page of items: "),
        (Answer(200, b""), r"\(0 bytes\) is no page of items: "),
        (good(b"{}"), r"is no page of items: Object missing required field `Items`"),
    ],
)
def test_no_answer_is_taken_for_an_empty_page(answer: Answer, fault: str) -> None:
    told = rf"scanning table '{TABLE}' failed: the answer for segment 0 of 1 .*{fault}.*run again"
    with scripted(lambda _: answer) as server, pytest.raises(SourceError, match=told):
        read(scan_client(server.port))


def test_a_wrong_checksum_is_an_error_when_the_sdk_has_no_retries_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RetryQuota, "acquire", lambda *_: False)

    with (
        scripted(lambda _: BROKEN["wrong checksum"]) as server,
        pytest.raises(SourceError, match="does not match its checksum 1"),
    ):
        read(scan_client(server.port, attempts=5))
    assert len(server.requests) == 1


def test_without_a_checksum_there_is_nothing_to_compare() -> None:
    with scripted(lambda _: Answer(200, page(A))) as server:
        assert documents(read(scan_client(server.port))) == [A]


def test_a_client_whose_answers_are_parsed_is_an_error() -> None:
    with (
        scripted(lambda _: good(page(A))) as server,
        pytest.raises(SourceError, match="the SDK has parsed a page itself: prepare its client"),
    ):
        read(plain_client(server.port))


def test_the_sdk_does_not_parse_pages() -> None:
    with scripted(lambda _: good(page(A))) as server:
        response = scan_client(server.port).scan(TableName=TABLE)

    assert set(response) == {"Body", "ResponseMetadata"}


def test_a_prepared_client_parses_other_answers(replay: RunningServer) -> None:
    described = scan_client(replay.port).describe_table(TableName="t")

    assert described["Table"]["ItemCount"] == ITEMS


class Limit(ReadLimit):
    """Notes its calls."""

    def __init__(self) -> None:
        super().__init__(None)
        self.notes: list[str] = []

    def acquire(self, stopped: Callable[[], bool]) -> None:
        assert not stopped()
        self.notes.append("acquire")

    def settle(self, units: float) -> None:
        self.notes.append(f"settle {units}")


def test_every_page_passes_the_limit_and_is_settled_with_what_it_consumed() -> None:
    limit = Limit()
    with scripted(in_order(good(page(A, key=A, units=128.0)), good(page(B, units=3.5)))) as server:
        read(scan_client(server.port), limit)

    assert limit.notes == ["acquire", "settle 128.0", "acquire", "settle 3.5"]
