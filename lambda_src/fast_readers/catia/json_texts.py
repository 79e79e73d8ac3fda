"""JSON texts of common shapes: Conversation, and the maps that UserData and Feedback are.

Typed decoding does not see that a key stands twice in an object, which ``contract.items.readers`` rejects. But quotes
tell: a document has two for every key, and for every text those of its token. If there are no more than what was
decoded accounts for, there is nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, cast

from msgspec import Raw, Struct
from msgspec.json import Decoder

from lambda_src.fast_readers.catia.wire_shapes import L, M, Message, MessageEntries
from lambda_src.fast_readers.protocol import SlowPathError

_QUOTE: Final = ord('"')
NULL: Final = Raw(b"null")


class _PlainMessage(Struct, gc=False, rename={"sender": "from"}):
    sender: str | None = None
    text: Raw = cast("Raw", None)  # where there is none; null is decoded as its token
    timestamp: str | None = None


_decode_text: Final = Decoder(str).decode
_decode_messages: Final = Decoder(list[_PlainMessage]).decode
_decode_wire_messages: Final = Decoder(L[M[MessageEntries]]).decode
_decode_map: Final = Decoder(dict[str, Raw]).decode
_decode_maps: Final = Decoder(list[dict[str, Raw]]).decode


def messages(text: str) -> list[Message]:
    """Return the messages of a JSON text: a list of plain maps, or in DynamoDB's JSON, or a JSON text of one of these.

    Raises:
        SlowPathError, MsgspecError: it is none of these, or a key may stand twice.
    """
    document = text.encode()
    while document.startswith(b'"'):
        document = _decode_text(document).encode()
    return _wire_messages(document) if document.startswith(b"{") else _plain_messages(document)


def _plain_messages(document: bytes) -> list[Message]:
    found: list[Message] = [
        (message.sender, None if message.text == NULL else message.text, message.timestamp)
        for message in _decode_messages(document)
    ]
    keys, quotes = _accounted_for(found)
    if document.count(_QUOTE) != 2 * keys + quotes:
        _check_keys(document, _decode_maps(document))
    return found


def _wire_messages(document: bytes) -> list[Message]:
    decoded = _decode_wire_messages(document).L
    found: list[Message] = [(each.M.sender.S, each.M.text.S, each.M.timestamp.S) for each in decoded]
    keys, quotes = _accounted_for(found)
    # "L", around every message "M", around every value "S".
    if document.count(_QUOTE) != 2 * (1 + len(found) + 2 * keys) + quotes:
        raise SlowPathError
    return found


def _accounted_for(found: Sequence[Message]) -> tuple[int, int]:
    """Return how many values messages have, each under its key, and how many quotes these values have at least.

    Senders and times are taken to have two. One with more of them makes the document look as if it had more in it.
    """
    if not found:
        return 0, 0
    senders, tokens, times = zip(*found, strict=True)
    present = [token for token in tokens if token is not None]
    texts = 2 * len(found) - senders.count(None) - times.count(None)
    return texts + len(present), 2 * texts + b"".join(present).count(_QUOTE)


def check_map(document: bytes, tokens: Sequence[Raw]) -> None:
    """Check that no key stands twice in a map of plain values, of which ``tokens`` were decoded.

    Raises:
        SlowPathError: one may.
    """
    if document.count(_QUOTE) != 2 * len(tokens) + b"".join(tokens).count(_QUOTE):
        _check_keys(document, [_decode_map(document)])


def _check_keys(document: bytes, maps: Iterable[dict[str, Raw]]) -> None:
    """Check the same of all maps of a document, where they have entries that were not decoded, or null.

    Raises:
        SlowPathError: a key stands twice, or there are maps or lists in the maps, which could hide one.
    """
    keys = 0
    values: list[Raw] = []
    for entries in maps:
        keys += len(entries)
        values += entries.values()
    if any(bytes(value).startswith((b"{", b"[")) for value in values):
        raise SlowPathError
    if document.count(_QUOTE) != 2 * keys + b"".join(values).count(_QUOTE):
        raise SlowPathError
