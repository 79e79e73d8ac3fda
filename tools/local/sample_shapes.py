"""The shapes in which the source table holds one and the same value.

A shape is a function from a plain value to DynamoDB's wire format
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

Wire = dict[str, Any]
Shape = Callable[[Any], Wire]
TimeShape = Callable[[datetime], str]

BOGOTA: Final = timezone(timedelta(hours=-5))


def wire(value: Any) -> Wire:
    """Return a plain value in DynamoDB's wire format."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int | float | Decimal):
        return {"N": str(value)}
    if isinstance(value, list):
        return {"L": [wire(entry) for entry in value]}
    return {"M": {name: wire(entry) for name, entry in value.items()}}


def json_text(value: Any) -> Wire:
    """The value written as JSON into a string attribute."""
    return wire(json.dumps(value, ensure_ascii=False))


def escaped_json_text(value: Any) -> Wire:
    """The same, written by a program that knows ASCII only."""
    return wire(json.dumps(value))


def double_json_text(value: Any) -> Wire:
    """The same, serialized twice: a JSON text inside a JSON text."""
    return json_text(json.dumps(value, ensure_ascii=False))


def wrapped(value: Any) -> Wire:
    """The value with DynamoDB's type wrappers left inside, as if they were data."""
    entries = [wire(entry) for entry in value] if isinstance(value, list) else wire(value)
    return wire(entries)


def wrapped_json_text(value: Any) -> Wire:
    """The same, written as JSON."""
    return json_text(wire(value))


def utc_time(instant: datetime) -> str:
    """``2026-01-31T14:05:09.123Z``."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


def offset_time(instant: datetime) -> str:
    """``2026-01-31T09:05:09-05:00``, to the microsecond where there are any."""
    return instant.astimezone(BOGOTA).isoformat()


def naive_time(instant: datetime) -> str:
    """``2026-01-31T14:05:09.123456``: UTC that does not say so."""
    return instant.replace(tzinfo=None).isoformat()


def second_time(instant: datetime) -> str:
    """``2026-01-31T14:05:09Z``."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


#: None stands for a missing attribute.
CONVERSATION_SHAPES: Final[tuple[Shape | None, ...]] = (
    wire,
    json_text,
    wrapped,
    wire,
    escaped_json_text,
    wrapped_json_text,
    None,
    double_json_text,
)
USER_DATA_SHAPES: Final[tuple[Shape | None, ...]] = (wire, json_text, None, wrapped, wire)
FEEDBACK_SHAPES: Final[tuple[Shape, ...]] = (wire, json_text, wrapped)
TIME_SHAPES: Final[tuple[TimeShape | None, ...]] = (utc_time, offset_time, naive_time, None, second_time)
