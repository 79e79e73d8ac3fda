"""The common shapes of whole items, and how the messages of their conversations are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from msgspec import UNSET, Raw
from msgspec.json import Decoder

from lambda_src.fast_readers.catia import json_texts
from lambda_src.fast_readers.catia.wire_shapes import (
    Item,
    L,
    ListOrText,
    M,
    Message,
    MessageEntries,
    NullableMessageEntries,
    SOrNull,
    Text,
    WrappedMessageEntries,
)
from lambda_src.fast_readers.protocol import SlowPathError


class ItemShape(NamedTuple):
    """How items of a shape are decoded from DynamoDB's JSON, and what reads their CreatedAt and Conversation.

    ``decode`` raises MsgspecError for an item of another shape, the others SlowPathError or MsgspecError.
    """

    decode: Callable[[bytes | memoryview | Raw], Item[Any, Any]]
    created_at: Callable[[Any], str | None]
    messages: Callable[[Any], list[Message]]


def _plain(conversation: ListOrText[M[MessageEntries]]) -> list[Message]:
    if conversation.L is UNSET or conversation.S is not UNSET:
        return _in_text(conversation)
    return [(each.M.sender.S, each.M.text.S, each.M.timestamp.S) for each in conversation.L]


def _wrapped(conversation: L[M[M[M[WrappedMessageEntries]]]]) -> list[Message]:
    entries = [each.M.M.M for each in conversation.L]
    return [(each.sender.M.S.S, each.text.M.S.S, each.timestamp.M.S.S) for each in entries]


def _nullable(conversation: ListOrText[M[NullableMessageEntries]]) -> list[Message]:
    if conversation.L is UNSET or conversation.S is not UNSET:
        return _in_text(conversation)
    return [(_value(each.M.sender), _value(each.M.text), _value(each.M.timestamp)) for each in conversation.L]


def _in_text(conversation: ListOrText[Any]) -> list[Message]:
    if conversation.S is UNSET or conversation.L is not UNSET:
        raise SlowPathError
    return json_texts.messages(conversation.S)


def _value(entry: Any) -> Any:
    return None if entry is UNSET else entry.value()


#: From the most usual to the least.
ITEM_SHAPES: Final = (
    ItemShape(Decoder(Item[Text, ListOrText[M[MessageEntries]]]).decode, lambda created: created.S, _plain),
    ItemShape(Decoder(Item[Text, L[M[M[M[WrappedMessageEntries]]]]]).decode, lambda created: created.S, _wrapped),
    ItemShape(
        Decoder(Item[SOrNull[str], ListOrText[M[NullableMessageEntries]]]).decode,
        lambda created: created.value(),
        _nullable,
    ),
)
