"""Values of JSON documents that are read strictly: what is no count is no count, whatever Python would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Final, TypeVar

_T = TypeVar("_T")

#: Greater whole numbers are no floats any more.
_MOST: Final = 2**1023


class InvalidValueError(ValueError):
    """A value is not what it has to be; the message tells no text of the document."""


def whole_number(value: object) -> int:
    """Return a count.

    Raises:
        InvalidValueError: it is none.
    """
    if type(value) is not int or value < 0:
        message = f"expected a whole number from 0, found {_kind(value)}"
        raise InvalidValueError(message)
    return value


def whole_numbers(document: Mapping[str, object]) -> dict[str, int]:
    """Return counts by name; raises as :func:`whole_number` does."""
    return {name: whole_number(value) for name, value in document.items()}


def number(value: object) -> float:
    """Return a number from 0.

    Raises:
        InvalidValueError: it is none.
    """
    if isinstance(value, float) and isfinite(value) and value >= 0:
        return value
    if type(value) is int and 0 <= value < _MOST:
        return float(value)
    message = f"expected a number from 0, found {_kind(value)}"
    raise InvalidValueError(message)


def text(value: object) -> str:
    """Return a text.

    Raises:
        InvalidValueError: it is none.
    """
    return _of_type(value, str, "a text")


def instant(value: object) -> datetime:
    """Return a time that is written as ISO 8601, with its offset.

    Raises:
        InvalidValueError: it is none.
    """
    written = text(value)
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        message = "expected a time as ISO 8601 writes it, found another text"
        raise InvalidValueError(message) from None
    if read.tzinfo is None:
        message = "expected a time with its offset from UTC, found one without"
        raise InvalidValueError(message)
    return read


def flag(value: object) -> bool:
    """Return true or false.

    Raises:
        InvalidValueError: it is neither.
    """
    return _of_type(value, bool, "true or false")


def _of_type(value: object, kind: type[_T], said: str) -> _T:
    if not isinstance(value, kind):
        message = f"expected {said}, found {_kind(value)}"
        raise InvalidValueError(message)
    return value


def _kind(value: object) -> str:
    """Return what can be said of a value without telling a text, which may be somebody's."""
    return f"a {type(value).__name__}" if isinstance(value, str | list | dict) else repr(value)[:80]
