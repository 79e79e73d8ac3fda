from __future__ import annotations

import pytest
from botocore.exceptions import ConnectTimeoutError

from lambda_src.exceptions import SourceError
from lambda_src.scan import Page, scan
from tests.unit.lambda_src.fakes import TABLE, FakeDynamoDB, client_error

A, B, C = ({"PK": {"S": f"USER#{name}"}} for name in "abc")


def test_all_pages_come_with_their_counts_and_capacity() -> None:
    fake = FakeDynamoDB([[[A, B], [], [C]]])

    assert list(scan(fake.as_client(), TABLE, 1)) == [Page([A, B], 2, 0.5), Page([], 0, 0.5), Page([C], 1, 0.5)]
    assert fake.requests[0] == {"TableName": TABLE, "ReturnConsumedCapacity": "TOTAL"}
    assert fake.requests[2]["ExclusiveStartKey"] == {"page": {"N": "2"}}


def test_each_segment_is_scanned_from_its_own_beginning() -> None:
    fake = FakeDynamoDB([[[A], [B]], [[]], [[C]]])

    assert [page.items for page in scan(fake.as_client(), TABLE, 3)] == [[A], [B], [], [C]]
    assert [(ask["Segment"], ask["TotalSegments"], "ExclusiveStartKey" in ask) for ask in fake.requests] == [
        (0, 3, False),
        (0, 3, True),
        (1, 3, False),
        (2, 3, False),
    ]


def test_pages_are_asked_for_one_at_a_time() -> None:
    fake = FakeDynamoDB([[[A], [B]]])
    pages = scan(fake.as_client(), TABLE, 1)
    next(pages)

    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("ResourceNotFoundException", "correct DYNAMODB_TABLE_NAME."),
        ("AccessDeniedException", "Allow the function's role dynamodb:Scan"),
        ("ProvisionedThroughputExceededException", "Raise the table's read capacity"),
        ("ExpiredTokenException", "Renew the credentials and run again."),
        ("InternalServerError", "once the cause is gone, run again."),
    ],
)
def test_refusals_tell_the_table_the_cause_and_the_remedy(code: str, remedy: str) -> None:
    original = client_error(code, "Scan")
    fake = FakeDynamoDB([[[A], [B]]], errors={1: original})

    with pytest.raises(SourceError) as caught:
        list(scan(fake.as_client(), TABLE, 1))

    assert str(caught.value).startswith(f"scanning table '{TABLE}' failed: An error occurred ({code})")
    assert remedy in str(caught.value)
    assert caught.value.__cause__ is original


def test_silence_is_told_too() -> None:
    fake = FakeDynamoDB([[[A]]], errors={0: ConnectTimeoutError(endpoint_url="https://dynamodb")})

    with pytest.raises(SourceError, match=r"Connect timeout on endpoint URL.*once the cause is gone, run again"):
        list(scan(fake.as_client(), TABLE, 1))
