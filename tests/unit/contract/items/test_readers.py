from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.items import readers
from contract.items.rejections import ItemRejectedError, RejectionCode
from tests.unit.contract.catia.strategies import PLAIN_KEYS, PLAIN_VALUES, wrapped_times


def rejection_of(read: Callable[[Any], Any], value: Any) -> str:
    with pytest.raises(ItemRejectedError) as caught:
        read(value)
    return caught.value.reason


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ({"NULL": True}, None),
        ({"S": ""}, ""),
        ({"S": " ñ "}, " ñ "),
        ({"N": "1E+2"}, "1E+2"),
        ({"BOOL": True}, "true"),
        ({"BOOL": False}, "false"),
        ({"M": {"S": {"S": "x"}}}, "x"),
    ],
)
def test_scalars_are_their_own_text(value: Any, text: str | None) -> None:
    assert readers.text(value) == text


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"M": {}}, "a map"),
        ({"L": []}, "a list"),
        ({"B": b""}, "a binary"),
        ({"SS": ["a"]}, "a string set"),
    ],
)
def test_what_is_no_scalar_is_no_text(value: Any, found: str) -> None:
    assert rejection_of(readers.text, value) == f"wrong_type: expected text, found {found}"


def test_a_lone_surrogate_is_no_text() -> None:
    assert rejection_of(readers.text, {"S": "ab\udc00"}) == (
        "invalid_unicode: character 3 is the lone surrogate U+DC00, which is no text"
    )


def test_a_pair_of_surrogates_in_json_is_one_character() -> None:
    assert readers.mapping({"S": '{"a": "\\ud83d\\ude00"}'}) == {"a": "😀"}


@given(st.dictionaries(PLAIN_KEYS, PLAIN_VALUES, max_size=3), st.integers(0, 2), st.integers(1, 2), st.integers(0, 2))
def test_maps_are_read_from_json_with_wrappers_inside_and_around(
    plain: dict[str, Any], inside: int, dumps: int, around: int
) -> None:
    document: Any = wrapped_times(plain, inside)
    for _ in range(dumps):
        document = json.dumps(document)

    found = readers.mapping(wrapped_times(document, around))

    assert found is not None
    assert {key: json.dumps(value) for key, value in found.items()} == {
        key: json.dumps(wrapped_times(value, inside)) for key, value in plain.items()
    }


def test_numbers_in_json_keep_their_digits() -> None:
    found = readers.mapping({"S": '{"a": 1.10, "b": 1e999, "c": -0, "d": 123456789012345678901234567890}'})

    assert found is not None
    assert list(map(readers.text, found.values())) == ["1.10", "1e999", "-0", "123456789012345678901234567890"]


@pytest.mark.parametrize("read", [readers.mapping, readers.sequence])
@pytest.mark.parametrize("value", [None, {"NULL": True}, {"S": "null"}, {"S": '{"NULL": true}'}])
def test_null_is_neither_map_nor_list(read: Callable[[Any], Any], value: Any) -> None:
    assert read(value) is None


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ("", "text of 0 characters is not JSON: Expecting value at character 1"),
        (
            "{'a': 1}",
            "text of 8 characters is not JSON: Expecting property name enclosed in double quotes at character 2",
        ),
        ('{"a": NaN}', "NaN is not JSON: it is no number"),
        ('{"a": -Infinity}', "-Infinity is not JSON: it is no number"),
        (
            '{"x": [{"á": 1, "b": 2, "á": 3}]}',
            "a key stands 2 times in one JSON object; which one counts is not said",
        ),
    ],
)
def test_text_that_is_no_json_is_refused(document: str, rule: str) -> None:
    assert rejection_of(readers.mapping, {"S": document}) == f"invalid_json: {rule}"


@pytest.mark.parametrize(
    ("read", "value", "rule"),
    [
        (readers.mapping, {"L": []}, "expected a map, found a list"),
        (readers.mapping, {"N": "5"}, "expected a map, found a number"),
        (readers.mapping, {"S": "true"}, "expected a map, found a boolean"),
        (readers.mapping, {"SS": ["{}"]}, "expected a map, found a string set"),
        (readers.sequence, {"M": {}}, "expected a list, found a map"),
        (readers.sequence, {"S": "5"}, "expected a list, found a number"),
        (readers.entries, None, "expected a map, found null"),
        (readers.entries, {"S": "{}"}, "expected a map, found text"),
    ],
)
def test_other_types_are_refused(read: Callable[[Any], Any], value: Any, rule: str) -> None:
    assert rejection_of(read, value) == f"wrong_type: {rule}"


@pytest.mark.parametrize("around", ["[%s]", " [ 1, %s ] ", '["[[\\"[[\\\\",%s,"]]"]', "[[[]],[],%s]", '[{"a":1},%s]'])
def test_json_texts_are_read_down_to_200_levels(around: str) -> None:
    lists = {levels: around % ("[" * (levels - 1) + "]" * (levels - 1)) for levels in (199, 200, 201)}

    for levels in (199, 200):
        assert readers.sequence(lists[levels]) == json.loads(lists[levels], parse_int=str)
    assert rejection_of(readers.sequence, lists[201]) == (
        "too_deeply_nested: the JSON text is nested deeper than 200 levels"
    )


def test_many_brackets_are_no_depth() -> None:
    assert readers.sequence("[" + "[]," * 5_000 + "[]]") == [[]] * 5_001
    assert readers.sequence(json.dumps(["[{" * 5_000])) == ["[{" * 5_000]


def test_times_become_cells() -> None:
    assert readers.instant({"S": "2026-01-31T04:30:00-05:00"}) == "2026-01-31T09:30:00.000000Z"
    assert readers.instant(None) is None
    assert rejection_of(readers.instant, {"N": "1700000000"}) == (
        "invalid_timestamp: text of 10 characters is not an ISO-8601 date and time such as 2026-01-31T04:30:00Z"
    )


@pytest.mark.parametrize("wire", [None, "USER#1", 5, {}, {"S": 5}, {"S": "a", "N": "1"}, {"X": "a"}])
def test_an_attribute_without_a_wire_type_is_malformed(wire: Any) -> None:
    with pytest.raises(ItemRejectedError) as caught:
        readers.attribute({"PK": wire}, "PK")
    assert caught.value.code is RejectionCode.MALFORMED_ATTRIBUTE


def test_a_missing_attribute_is_null() -> None:
    assert readers.attribute({}, "PK") is None
    assert readers.attribute({"PK": {"NULL": True}}, "PK") is None


def test_a_rejection_tells_its_path_from_the_outside_in() -> None:
    rejection = ItemRejectedError(RejectionCode.WRONG_TYPE, "rule")
    for outer in ("text", "[3]", "Conversation"):
        rejection.within(outer)

    assert rejection.reason == "wrong_type: Conversation[3].text: rule"
