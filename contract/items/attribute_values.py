"""DynamoDB attribute values, with any number of type wrappers still around them, as plain values.

The wire format names a value's type around it: ``{"S": "Ana"}``, ``{"M": {"nombre": {"S": "Ana"}}}``. Writers that
serialize twice leave the same wrappers inside. Taking off one wrapper or ten is the same work, so one function serves
both, and a value is unwrapped only where it is read: what nobody reads costs nothing.

The types are those of
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class Number(str):
    """A number as the source wrote it: its own digits, so that nothing is rounded."""

    __slots__ = ()


class Opaque:
    """A value of a DynamoDB type that no attribute of the source may have; ``kind`` names the type."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        """Remember only the type: nobody reads the value."""
        self.kind = kind


def unwrap(value: Any) -> Any:
    """Return ``value`` without the DynamoDB type wrappers around it.

    A wrapper is a map with one key, a DynamoDB type, whose value is of that type; any other map is a plain map. Some
    servers add the other types with null for a value, which say nothing. What a map or list holds stays wrapped until
    it is read.

    A plain map of one entry that is named like a type is taken for a wrapper. A reader that expects
    something else finds nothing that it can read, and rejects the item. A contract names no entry of a map like a type.

    Returns:
        ``str``, :class:`Number`, ``bool``, None (for NULL), ``dict``, ``list`` or :class:`Opaque`.
    """
    if type(value) is not dict:
        return value
    said = value if len(value) == 1 else without_null_types(value)
    if len(said) != 1:
        return value
    ((tag, content),) = said.items()
    if tag == "S" and type(content) is str:
        return content  # what nearly every value is
    return _content_or_map(tag, content, value)


def without_null_types(value: dict[str, Any]) -> dict[str, Any]:
    """Return a map of several DynamoDB types without those that are null; of any other map, nothing."""
    return {tag: content for tag, content in value.items() if content is not None} if value.keys() <= _TYPES else {}


def _content_or_map(tag: str, content: Any, value: dict[str, Any]) -> Any:
    """Return the content of a one-key map, unwrapped, if it fits the tag; otherwise the map itself."""
    if tag == "M":
        return unwrap(content) if type(content) is dict else value
    if tag in _OPAQUE_KINDS:
        return Opaque(_OPAQUE_KINDS[tag]) if type(content) is not dict else value
    if tag not in _FITS:
        return value
    inner = unwrap(content)
    if not _FITS[tag](inner):
        return value
    return _CONVERTERS[tag](inner) if tag in _CONVERTERS else inner


def is_number(value: Any) -> bool:
    """Return whether a value is a number, or a text that is written as one."""
    return type(value) is Number or (type(value) is str and _NUMBER.fullmatch(value) is not None)


_FITS: Final[dict[str, Callable[[Any], bool]]] = {
    "S": lambda value: type(value) is str,
    "N": is_number,
    "BOOL": lambda value: type(value) is bool,
    "NULL": lambda value: value is True,
    "L": lambda value: type(value) is list,
}
_CONVERTERS: Final[dict[str, Callable[[Any], Any]]] = {"N": Number, "NULL": lambda _: None}

#: Their contents are bytes, text or a list, but never a map; a map under such a key is a plain map's own entry.
_OPAQUE_KINDS: Final = {"B": "a binary", "SS": "a string set", "NS": "a number set", "BS": "a binary set"}

_TYPES: Final = {"M", *_FITS, *_OPAQUE_KINDS}

_KINDS: Final = {dict: "a map", list: "a list", str: "text", Number: "a number", bool: "a boolean", type(None): "null"}


def kind_of(value: Any) -> str:
    """Return what an unwrapped value is, in words for a message."""
    if isinstance(value, Opaque):
        return value.kind
    return _KINDS.get(type(value), f"a {type(value).__name__}")
