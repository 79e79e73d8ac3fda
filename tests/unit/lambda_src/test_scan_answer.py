from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.items.wire_json import wire_json
from lambda_src.scan_answer import ScanAnswer, UnreadableAnswerError
from tests.unit.contract.catia.strategies import ANY_ITEMS

DEEP = 100_000


def test_items_stay_the_bytes_that_they_are() -> None:
    first, second = b'{ "PK" : {"S":"\\u00f1\xc3\xb1"}}', b'{"SK":{"L":[{"N":"1e5"}]}}'
    body = b'{"Items":[' + first + b"," + second + b'],"Count":2,"ScannedCount":3,"Other":[{}]}'

    answer = ScanAnswer.of(body)
    assert [bytes(item).strip() for item in answer.items] == [first, second]
    assert answer[1:] == (3, 0.0, {})


def test_what_is_said_of_the_page_may_come_first() -> None:
    body = (
        b'{"ConsumedCapacity":{"TableName":"t","CapacityUnits":128},"LastEvaluatedKey":{"PK":{"B":"AP8="},'
        b'"SK":{"N":"1.0"}},"ScannedCount":0,"Count":0,"Items":[]}'
    )

    assert ScanAnswer.of(body) == ScanAnswer([], 0, 128.0, {"PK": {"B": b"\x00\xff"}, "SK": {"N": "1.0"}})


@settings(max_examples=40)
@given(st.lists(ANY_ITEMS, max_size=4))
def test_items_mean_what_json_says(items: list[Any]) -> None:
    texts = [wire_json(item) for item in items]
    body = f'{{"Items":[{",".join(texts)}],"ScannedCount":{len(items)}}}'.encode()

    answer = ScanAnswer.of(body)
    assert [json.loads(bytes(item)) for item in answer.items] == [json.loads(text) for text in texts]
    assert answer.scanned == len(items)


@pytest.mark.parametrize("item", [b"{}", b'{"PK":{"S":"\\ud800"}}'])
def test_null_is_as_good_as_nothing(item: bytes) -> None:
    """Some servers write each member of an answer, whether or not there is anything to say."""
    nulls = b'"LastEvaluatedKey":null,"ConsumedCapacity":null'
    assert ScanAnswer.of(b'{"Items":[' + item + b'],"ScannedCount":1,' + nulls + b"}")[1:] == (1, 0.0, {})
    assert ScanAnswer.of(b'{"Items":null,"ScannedCount":0,"ConsumedCapacity":{"CapacityUnits":null}}').items == []
    key = b'{"PK":{"S":null,"B":"AP8=","N":null}}'
    assert ScanAnswer.of(b'{"Items":[],"ScannedCount":0,"LastEvaluatedKey":' + key + b"}").next_key == {
        "PK": {"B": b"\x00\xff"}
    }


def test_an_item_with_a_lone_surrogate_comes_too() -> None:
    body = b'{"Items":[{"PK":{"S":"\\ud800"}},{"PK":{"S":"a"}}],"ScannedCount":2,"LastEvaluatedKey":{"PK":{"S":"a"}}}'
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(body)

    answer = ScanAnswer.of(body)
    assert [json.loads(bytes(item)) for item in answer.items] == [{"PK": {"S": "\ud800"}}, {"PK": {"S": "a"}}]
    assert answer[1:] == (2, 0.0, {"PK": {"S": "a"}})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"Items":[],"ScannedCount":0',
        b'{"Items":[{"PK":{"S":"a"}}],"ScannedCount":',
        b'{"Items":{},"ScannedCount":0}',
        b'{"Items":[]}',
        b'{"ScannedCount":0}',
        b'{"Items":[],"ScannedCount":null}',
        b'{"Items":[],"ScannedCount":"0"}',
        b'{"Items":[],"ScannedCount":0,"LastEvaluatedKey":{"PK":"a"}}',
        b'{"Items":[],"ScannedCount":0,"LastEvaluatedKey":{"PK":{"S":"\xff"}}}',
        b'{"Items":[],"ScannedCount":0,"LastEvaluatedKey":{"PK":{"S":"\\ud800"}}}x',
        b'{"Items":[],"ScannedCount":0,"LastEvaluatedKey":{"PK":{"B":"*"}}}',
        b'{"Items":[],"ScannedCount":0,"ConsumedCapacity":{"CapacityUnits":"1"}}',
        b'{"Items":[' + b"[" * DEEP + b"]" * DEEP + b'],"ScannedCount":1}',
        b'{"Items":["\\ud800",' + b"[" * DEEP + b"]" * DEEP + b'],"ScannedCount":2}',
        "{}".encode("utf-16"),
    ],
    ids=lambda body: str(body[:90]),
)
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableAnswerError, match=rf"^\({len(body)} bytes\) is no page of items: .+"):
        ScanAnswer.of(body)


@given(st.integers(min_value=0))
def test_half_a_page_is_refused(cut: int) -> None:
    body = b'{"Items":[{"PK":{"S":"a"}},{}],"ScannedCount":2,"ConsumedCapacity":{"CapacityUnits":0.5}}'

    with pytest.raises(UnreadableAnswerError):
        ScanAnswer.of(body[: cut % len(body)])
