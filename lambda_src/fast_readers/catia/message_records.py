"""CSV records of a conversation's messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from contract import cells
from contract.sources.catia.normalize import USER, canonical_sender
from lambda_src.fast_readers.catia.instant_cells import ENDS, MINUTES, InstantCells
from lambda_src.fast_readers.catia.token_cells import BACKSLASH, COMMA, EMPTY, QUOTE, token_cell
from lambda_src.fast_readers.catia.wire_shapes import Message
from lambda_src.fast_readers.protocol import SlowPathError

_FIRST_POSITIONS: Final = [b"%d," % position for position in range(1, 1_001)]
_SENDERS_KEPT: Final = 1_000
_LONGEST_SENDER_KEPT: Final = 100
_USER: Final = f"{USER},".encode()


class MessageRecords:
    """Makes the records of messages; remembers cells of senders and of hours."""

    def __init__(self, instants: InstantCells) -> None:
        self._instants = instants
        self._senders: dict[str | None, bytes] = {}

    def of(self, key: bytes, messages: Sequence[Message]) -> tuple[bytes, int]:
        """Return the records, and how many messages the user sent.

        ``key`` is the cells of the user's id and the conversation's, each with the comma after it.

        Raises:
            SlowPathError, MsgspecError: a message has no common shape.
        """
        # Run for every message: what nearly all of them need stands here, what others need is called.
        sender_of, hour_of, minutes_of, end_of = self._senders.get, self._instants.hours.get, MINUTES.get, ENDS.get
        questions = 0
        pieces: list[bytes] = []
        for position, (sender, token, time) in zip(_positions(len(messages)), messages, strict=False):
            sender_cell = sender_of(sender) or self._sender(sender)
            if sender_cell is _USER:
                questions += 1
            if token is None:
                if sender is None and time is None:
                    raise SlowPathError  # maybe a wrapper
                text = b""
            else:
                text = bytes(token)
                if BACKSLASH in text or text[0] != QUOTE:
                    text = token_cell(text)
                elif COMMA not in text and len(text) != EMPTY:
                    text = text[1:-1]
            if time is None:
                pieces += (key, position, sender_cell, text, b",\n")
                continue
            hour, minutes, end = hour_of(time[:14]), minutes_of(time[14:19]), end_of(time[19:])
            if hour and minutes and end:
                pieces += (key, position, sender_cell, text, hour, minutes, end)
            else:
                pieces += (key, position, sender_cell, text, self._instants.other_last_cell(time))
        return b"".join(pieces), questions

    def _sender(self, word: str | None) -> bytes:
        sender = None if word is None else canonical_sender(word)
        cell = _USER if sender == USER else f"{cells.cell(sender)},".encode()
        if len(self._senders) < _SENDERS_KEPT and len(cell) <= _LONGEST_SENDER_KEPT:
            self._senders[word] = cell
        return cell


def _positions(length: int) -> Iterable[bytes]:
    """Return the cells of 1, 2, 3, …, at least so many, each with the comma after it."""
    if length <= len(_FIRST_POSITIONS):
        return _FIRST_POSITIONS
    return (b"%d," % position for position in range(1, length + 1))
