"""DynamoDB's answer to a Scan request, decoded as far as its items, which stay JSON texts."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

ItemT = TypeVar("ItemT")


class UnreadableAnswerError(Exception):
    """An answer is no page of items; the message goes on after "the answer"."""


class _Capacity(msgspec.Struct):
    CapacityUnits: float | None = None


class _Document(msgspec.Struct, Generic[ItemT]):
    """The members that are used; a page has more. Some servers write null for what AWS leaves out."""

    Items: list[ItemT] | None
    ScannedCount: int
    LastEvaluatedKey: dict[str, dict[str, str | None]] | None = None
    ConsumedCapacity: _Capacity | None = None


_DECODER: Final = msgspec.json.Decoder(_Document[msgspec.Raw])


class ScanAnswer(NamedTuple):
    """A page's items as JSON texts in wire format, and what DynamoDB says of it.

    ``next_key`` is the start key of the page after it as the SDK takes it, and empty when there is none.
    """

    items: list[msgspec.Raw]
    scanned: int
    capacity_units: float
    next_key: Mapping[str, Any]

    @classmethod
    def of(cls, body: bytes) -> ScanAnswer:
        """Decode an answer.

        Raises:
            UnreadableAnswerError: it is no page of items.
        """
        try:
            document = _decoded(body)
            next_key = {name: _parameter(value) for name, value in (document.LastEvaluatedKey or {}).items()}
        except (ValueError, RecursionError) as error:
            message = f"({len(body)} bytes) is no page of items: {error}"
            raise UnreadableAnswerError(message) from error
        capacity = document.ConsumedCapacity or _Capacity()
        return cls(document.Items or [], document.ScannedCount, capacity.CapacityUnits or 0.0, next_key)


def _decoded(body: bytes) -> _Document[msgspec.Raw]:
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return _decoded_leniently(body)


def _decoded_leniently(body: bytes) -> _Document[msgspec.Raw]:
    """Decode what json takes and msgspec does not: escapes of lone surrogates, whose items are only rejected."""
    document = msgspec.convert(json.loads(body), _Document[Any])
    items = [msgspec.Raw(json.dumps(item).encode()) for item in document.Items or ()]
    return _Document(items, document.ScannedCount, document.LastEvaluatedKey, document.ConsumedCapacity)


def _parameter(value: Mapping[str, str | None]) -> dict[str, str | bytes]:
    """Return a key attribute as the SDK takes it: of binary ones it wants the bytes, and makes base64 of them."""
    return {
        kind: base64.b64decode(text, validate=True) if kind == "B" else text
        for kind, text in value.items()
        if text is not None
    }
