"""Typed reads of attribute values: null where a value is absent, a rejection where it is wrong, never a guess."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, NoReturn

from contract.items import timestamps
from contract.items.attribute_values import Number, kind_of, unwrap
from contract.items.rejections import ItemRejectedError, RejectionCode

#: How deep JSON texts may be nested: far more than any writer does, and far less than Python's stack holds, so that
#: what is rejected does not depend on who asks.
_LEVELS = 200
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def described(text: str) -> str:
    """Return what a reason says of a text: its length. The text itself is people's words, and stands in the item."""
    return f"text of {len(text)} characters"


def attribute(item: Mapping[str, Any], name: str) -> Any:
    """Return an item's top-level attribute, unwrapped; None where it is missing or NULL.

    Raises:
        ItemRejectedError: ``malformed_attribute``: what is there is not in DynamoDB's wire format.
    """
    wire = item.get(name)
    if wire is None and name not in item:
        return None
    value = unwrap(wire)
    if value is wire:
        rule = f"expected one DynamoDB type around the value, found {kind_of(wire)}"
        raise ItemRejectedError(RejectionCode.MALFORMED_ATTRIBUTE, rule)
    return value


def text(value: Any) -> str | None:
    """Return ``value`` as text: numbers by their own digits, booleans as true and false, None for null.

    Raises:
        ItemRejectedError: ``wrong_type`` for a map, list, set or binary; ``invalid_unicode`` for lone surrogates.
    """
    value = unwrap(value)
    if isinstance(value, str):
        return value if value.isascii() else _encodable(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _wrong_type(value, "text")


def instant(value: Any) -> str | None:
    """Return an ISO-8601 time as a timestamp cell; None for null.

    Raises:
        ItemRejectedError: ``invalid_timestamp``, or what :func:`text` raises.
    """
    written = text(value)
    if written is None:
        return None
    try:
        return timestamps.cell(timestamps.parse(written))
    except ValueError as error:
        raise ItemRejectedError(RejectionCode.INVALID_TIMESTAMP, f"{described(written)} {error}") from error


def entries(value: Any) -> dict[str, Any]:
    """Return a map whose entries are still wrapped.

    Raises:
        ItemRejectedError: ``wrong_type`` for anything else, null and JSON text included.
    """
    value = unwrap(value)
    if isinstance(value, dict):
        return value
    raise _wrong_type(value, "a map")


def mapping(value: Any) -> dict[str, Any] | None:
    """Return a map, or the map that a JSON text holds; None for null. Its entries are still wrapped.

    Raises:
        ItemRejectedError: ``wrong_type`` for anything else; ``invalid_json`` for text that is not JSON.
    """
    value = _structure(value)
    if value is None or isinstance(value, dict):
        return value
    raise _wrong_type(value, "a map")


def sequence(value: Any) -> list[Any] | None:
    """Return a list, or the list that a JSON text holds; None for null. Its entries are still wrapped.

    Raises:
        ItemRejectedError: ``wrong_type`` for anything else; ``invalid_json`` for text that is not JSON.
    """
    value = _structure(value)
    if value is None or isinstance(value, list):
        return value
    raise _wrong_type(value, "a list")


def document(value: Any) -> Any:
    """Return a map, a list, a number or a boolean, or what a JSON text holds of them; None for null.

    Raises:
        ItemRejectedError: ``invalid_json`` for text that is not JSON.
    """
    return _structure(value)


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        rule = f"character {error.start + 1} is the lone surrogate U+{ord(value[error.start]):04X}, which is no text"
        raise ItemRejectedError(RejectionCode.INVALID_UNICODE, rule) from error
    return value


def _structure(value: Any) -> Any:
    """Unwrap ``value``; while that gives text, parse it as JSON: some writers serialize more than once."""
    value = unwrap(value)
    while type(value) is str:
        value = unwrap(_parse_json(value))
    return value


def _parse_json(document: str) -> Any:
    if document.count("[") + document.count("{") > _LEVELS and _levels(document) > _LEVELS:
        rule = f"the JSON text is nested deeper than {_LEVELS} levels"
        raise ItemRejectedError(RejectionCode.TOO_DEEPLY_NESTED, rule)
    try:
        return _DECODER.decode(document)
    except json.JSONDecodeError as error:
        rule = f"{described(document)} is not JSON: {error.msg} at character {error.pos + 1}"
        raise ItemRejectedError(RejectionCode.INVALID_JSON, rule) from error


def _levels(document: str) -> int:
    """Return how deep a JSON text is nested, by its brackets outside of strings; of what is no JSON, anything."""
    unescaped = document.replace("\\\\", "").replace('\\"', "")
    outside = "".join(unescaped.split('"')[::2])
    return max(accumulate(_STEPS[character] for character in outside if character in _STEPS), default=0)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        ((_, times),) = Counter(name for name, _ in pairs).most_common(1)
        rule = f"a key stands {times} times in one JSON object; which one counts is not said"
        raise ItemRejectedError(RejectionCode.INVALID_JSON, rule)
    return unique


def _refuse_constant(constant: str) -> NoReturn:
    raise ItemRejectedError(RejectionCode.INVALID_JSON, f"{constant} is not JSON: it is no number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_constant=_refuse_constant,
    parse_float=Number,
    parse_int=Number,
)


def _wrong_type(value: Any, expected: str) -> ItemRejectedError:
    return ItemRejectedError(RejectionCode.WRONG_TYPE, f"expected {expected}, found {kind_of(value)}")
