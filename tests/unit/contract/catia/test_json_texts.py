from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from contract.items import readers
from contract.items.rejections import ItemRejectedError
from lambda_src.fast_readers.catia import json_texts
from lambda_src.fast_readers.catia.json_texts import check_map
from lambda_src.fast_readers.protocol import TO_SLOW_PATH, SlowPathError
from tests.csv_texts import TEXTS
from tests.unit.contract.catia.strategies import wrapped

TELLING = st.text(st.sampled_from('\\"{}[],:a'), max_size=6) | TEXTS
SCALARS = st.none() | st.booleans() | st.integers() | TELLING
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={"from": TELLING | st.none(), "text": TELLING, "timestamp": TELLING, "otra": SCALARS},
    ),
    max_size=4,
)
WITHOUT_QUOTES = st.sampled_from(["", "user", "a\\b", "{[", "2026-01-31T04:30:00Z", "ñ,\n"])
WIRE_MESSAGES = st.lists(
    st.fixed_dictionaries({}, optional={"from": WITHOUT_QUOTES, "text": TELLING, "timestamp": WITHOUT_QUOTES}),
    max_size=4,
)
INDENTS = st.sampled_from([None, 2])


def found(document: str) -> list[tuple[str | None, str | None, str | None]]:
    """What json_texts finds, its tokens decoded."""
    return [
        (sender, None if token is None else json.loads(bytes(token)), time)
        for sender, token, time in json_texts.messages(document)
    ]


def expected(messages: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(message.get("from"), message.get("text"), message.get("timestamp")) for message in messages]


@given(MESSAGES, st.booleans(), INDENTS)
def test_plain_messages_are_read_with_entries_of_other_names_beside(
    messages: list[dict[str, Any]],
    ascii_only: bool,
    indent: int | None,
) -> None:
    document = json.dumps(messages, ensure_ascii=ascii_only, indent=indent)

    assert found(document) == expected(messages)


@given(WIRE_MESSAGES, INDENTS)
def test_messages_in_wire_format_and_serialized_twice_are_read(
    messages: list[dict[str, str]], indent: int | None
) -> None:
    document = json.dumps(wrapped(messages), indent=indent)

    assert found(document) == found(json.dumps(document)) == expected(messages)


REPEATED = [
    '[{"text":"a","text":"a"}]',
    '[{"text":"a","te\\u0078t":"b"}]',
    '[{"from":"user"},{"from":"user","text":"\\"","from":"user"}]',
    '[{"from":null,"from":"user","text":"x"}]',
    '[{"text":"x","otra":1,"otra":2}]',
    '[{"text":"x","otra":{"a":1,"a":2}}]',
    '[{"text":"x","otra":[{"a":1,"a":2}]}]',
    '{"L":[{"M":{"text":{"S":"a"},"text":{"S":"b"}}}]}',
    '{"L":[{"M":{"text":{"S":"a","S":"b"}}}]}',
    '{"L":[],"L":[{"M":{"text":{"S":"a"}}}]}',
    '{"L":[{"M":{"text":{"S":"a"}},"M":{"text":{"S":"a"}}}]}',
    '{"L":[{"M":{"text":{"S":"a"},"otra":{"M":{"b":{"S":"1"},"b":{"S":"2"}}}}}]}',
]


@pytest.mark.parametrize("document", REPEATED)
def test_a_key_that_stands_twice_is_noticed(document: str) -> None:
    with pytest.raises(ItemRejectedError, match="stands 2 times"):
        readers.sequence(document)
    for text in (document, json.dumps(document)):
        with pytest.raises(SlowPathError):
            json_texts.messages(text)


@pytest.mark.parametrize(
    "document",
    [
        "",
        " ",
        "null",
        "5",
        "[5]",
        "[null]",
        "[[]]",
        "{}",
        '{"L":5}',
        '{"L":[{"text":"a"}]}',
        '{"L":[{"M":{"from":{"S":"\\""}}}]}',
        '{"L":[{"M":{"from":{"S":null}}}]}',
        '{"L":[{"M":{"text":{"NULL":true}}}]}',
        '{"L":[{"M":{"M":{"text":{"S":"a"}}}}]}',
        '[{"from":5}]',
        '[{"timestamp":true}]',
        '[{"text":"a"}',
        '[{"text":"a"}] x',
        '[{"text":"a","otra":NaN}]',
        '[{"text":"a","otra":01}]',
        '[{"text":"\\ud800"}]',
        '[{"text":"a\n"}]',
        '\ufeff[{"text":"a"}]',
        "[" * 5_000,
    ],
)
def test_what_has_no_usual_shape_is_left_to_others(document: str) -> None:
    with pytest.raises(TO_SLOW_PATH):
        json_texts.messages(document)


def test_null_is_no_text() -> None:
    assert json_texts.messages('[{"from":"user","text":null,"timestamp":null}]') == [("user", None, None)]
    assert json_texts.messages("[]") == []


def test_a_map_may_have_entries_that_nobody_reads_but_none_twice() -> None:
    token = Raw(b'"\\"Ana\\""')

    check_map(b'{"nombre":"\\"Ana\\""}', [token])
    check_map(b'{"nombre":"\\"Ana\\"","edad":5,"pais":null}', [token])
    for rest in (b',"edad":5,"edad":5', b',"nombre":"\\"Ana\\""', b',"otra":{}', b',"otra":[]', b',"a\\"b":1'):
        with pytest.raises(SlowPathError):
            check_map(b'{"nombre":"\\"Ana\\""%b}' % rest, [token])
