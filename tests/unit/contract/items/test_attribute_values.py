from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.items.attribute_values import Number, Opaque, kind_of, unwrap
from tests.unit.contract.catia.strategies import PLAIN_VALUES, WIRE_VALUES, wrapped_times


def unwrapped_to_the_bottom(value: Any) -> Any:
    value = unwrap(value)
    if isinstance(value, dict):
        return {key: unwrapped_to_the_bottom(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [unwrapped_to_the_bottom(entry) for entry in value]
    return value


@given(PLAIN_VALUES, st.integers(min_value=0, max_value=4))
def test_any_number_of_wrappers_comes_off(plain: Any, times: int) -> None:
    assert unwrapped_to_the_bottom(wrapped_times(plain, times)) == plain


@given(WIRE_VALUES)
def test_every_wire_value_is_taken_out_of_its_wrapper(wire: dict[str, Any]) -> None:
    assert unwrap(wire) is not wire


@pytest.mark.parametrize(
    ("wire", "plain"),
    [
        ({"S": "hola"}, "hola"),
        ({"N": "3.10"}, Number("3.10")),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"L": [{"S": "a"}]}, [{"S": "a"}]),
        ({"M": {"a": {"S": "b"}}}, {"a": {"S": "b"}}),
        ({"M": {"M": {"M": {"a": {"S": "b"}, "c": {"S": "d"}}}}}, {"a": {"S": "b"}, "c": {"S": "d"}}),
        ({"M": {"S": {"S": "hola"}}}, "hola"),
        ({"S": {"S": "hola"}}, "hola"),
        ({"S": "hola", "N": None, "M": None}, "hola"),
        ({"NULL": None, "M": {"S": {"S": "hola", "BOOL": None}}}, "hola"),
        ({"L": None, "NULL": True}, None),
        ({}, {}),
        (["S"], ["S"]),
    ],
)
def test_wrappers_come_off(wire: Any, plain: Any) -> None:
    assert unwrap(wire) == plain
    assert type(unwrap(wire)) is type(plain)


@pytest.mark.parametrize(
    "value",
    [
        {"S": 5},
        {"S": {"N": "5"}},
        {"S": None},
        {"N": "five"},
        {"N": "\N{ARABIC-INDIC DIGIT FIVE}"},
        {"N": ""},
        {"BOOL": "true"},
        {"NULL": False},
        {"M": []},
        {"M": "text"},
        {"L": {}},
        {"SS": {"L": []}},
        {"X": "text"},
        {"S": "a", "N": "1"},
        {"S": "a", "nombre": None},
        {"S": None, "N": None},
    ],
)
def test_a_map_that_does_not_fit_its_type_stays_a_map(value: dict[str, Any]) -> None:
    assert unwrap(value) is value


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ({"B": b"\x00"}, "a binary"),
        ({"B": "AA=="}, "a binary"),
        ({"SS": ["a"]}, "a string set"),
        ({"NS": ["1"]}, "a number set"),
        ({"BS": [b""]}, "a binary set"),
    ],
)
def test_binaries_and_sets_are_only_named(wire: dict[str, Any], kind: str) -> None:
    value = unwrap(wire)

    assert isinstance(value, Opaque)
    assert kind_of(value) == kind


@pytest.mark.parametrize(
    ("value", "kind"),
    [({}, "a map"), ([], "a list"), ("", "text"), (Number("1"), "a number"), (True, "a boolean"), (None, "null")],
)
def test_kinds_have_names(value: Any, kind: str) -> None:
    assert kind_of(value) == kind


def test_a_kind_that_json_does_not_have_is_named_by_its_class() -> None:
    assert kind_of(1.5) == "a float"
