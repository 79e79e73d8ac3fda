from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given

from contract.items.wire_json import wire_json
from tests.unit.contract.catia.strategies import ANY_ITEMS


def with_base64(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: with_base64(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [with_base64(entry) for entry in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


@given(ANY_ITEMS)
def test_every_item_is_valid_json_in_utf8(item: dict[str, Any]) -> None:
    assert json.loads(wire_json(item).encode()) == with_base64(item)


def test_text_stays_readable() -> None:
    assert wire_json({"a": {"S": "ñ😀"}, "b": {"B": b"\x00\x01"}}) == '{"a":{"S":"ñ😀"},"b":{"B":"AAE="}}'


def test_lone_surrogates_are_escaped() -> None:
    assert wire_json({"a": {"S": "ñ\ud800"}}) == '{"a":{"S":"\\u00f1\\ud800"}}'


def test_what_dynamodb_does_not_have_is_a_defect() -> None:
    with pytest.raises(TypeError, match="a set is no DynamoDB value"):
        wire_json({"a": {"SS": {"x"}}})


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_json_cannot_say_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        wire_json({"a": number})
