"""CatIA's fast reader: items of common shapes, from DynamoDB's JSON straight to CSV records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from msgspec import UNSET, MsgspecError, Raw, UnsetType
from msgspec.json import Decoder

from contract import cells
from contract.items.outcomes import Excluded
from contract.items.rejections import ItemRejectedError
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES, USER_PREFIX
from contract.sources.catia.normalize import (
    CONVERSATION_PREFIX,
    FEEDBACK_KEYS,
    FEEDBACK_PREFIX,
    REGISTER_PREFIX,
    USER_DATA_KEYS,
    feedback_type_of,
)
from contract.sources.catia.outcomes import Conversation, Feedback, Register
from contract.tombstones import CoverageWatch
from lambda_src.exclusions import Exclusions
from lambda_src.fast_readers.catia.instant_cells import InstantCells
from lambda_src.fast_readers.catia.item_shapes import ITEM_SHAPES, ItemShape
from lambda_src.fast_readers.catia.map_attributes import MapAttribute
from lambda_src.fast_readers.catia.message_records import MessageRecords
from lambda_src.fast_readers.catia.token_cells import token_cell
from lambda_src.fast_readers.catia.wire_shapes import Item
from lambda_src.fast_readers.protocol import ItemRecords, SlowPathError

_USER_DATA: Final = MapAttribute(USER_DATA_KEYS)
_FEEDBACK: Final = MapAttribute(FEEDBACK_KEYS)
_FEEDBACK_TYPE: Final = FEEDBACK_KEYS.index("type")
_NO_USER_DATA: Final = b"," * (len(USER_DATA_KEYS) - 1)
_NO_FEEDBACK: Final = b"," * (len(FEEDBACK_KEYS) - 1)
_decode_text: Final = Decoder(str).decode


class CatiaFastReader:
    """Normalizes items of common shapes. Remembers the last UserData: a user's items come together, and all have it."""

    partition_columns: ClassVar[Mapping[str, str]] = {
        CONVERSATIONS.name: "conversation_id",
        MESSAGES.name: "conversation_id",
        FEEDBACK.name: "feedback_id",
    }

    def __init__(self, exclusions: Exclusions, covered: CoverageWatch | None = None) -> None:
        """Leave out what ``exclusions`` say; items of people who are ``covered`` are for the slow path to date."""
        self._first_excluding = exclusions.first
        self._covered = covered
        self._instants = InstantCells()
        self._messages = MessageRecords(self._instants)
        self._last_user_data = b"", b""

    def read(self, item: bytes | memoryview | Raw) -> ItemRecords | Excluded:
        """Return what becomes of an item, given as DynamoDB's JSON.

        Raises:
            SlowPathError, MsgspecError, RecursionError: the slow path has to read the item.
        """
        for shape in ITEM_SHAPES:
            try:
                decoded = shape.decode(item)
            except MsgspecError:
                continue
            return self._outcome(decoded, shape)
        raise SlowPathError

    def _outcome(self, item: Item[Any, Any], shape: ItemShape) -> ItemRecords | Excluded:
        partition_key, sort_key = item.PK.S, item.SK.S
        rule = self._first_excluding(partition_key, sort_key)
        if rule is not None:
            return Excluded(rule.name)
        if self._covered is not None and self._covered.covered_until(partition_key) is not None:
            raise SlowPathError
        if partition_key.startswith(USER_PREFIX) and partition_key != USER_PREFIX:
            if sort_key.startswith(CONVERSATION_PREFIX):
                return self._conversation(item, shape)
            if sort_key.startswith(FEEDBACK_PREFIX):
                return self._feedback(item, shape)
            if sort_key.startswith(REGISTER_PREFIX):
                return ItemRecords(Register.kind, ())
        raise SlowPathError

    def _conversation(self, item: Item[Any, Any], shape: ItemShape) -> ItemRecords:
        key = _key(item)
        messages = [] if item.Conversation is UNSET else shape.messages(item.Conversation)
        message_records, questions = self._messages.of(key, messages)
        created_at, user_data = self._created_at(item, shape), self._user_data(item.UserData)
        record = b"%b%b,%b,%d,%d\n" % (key, created_at, user_data, len(messages), questions)
        conversation_id = item.SK.S
        return ItemRecords(
            Conversation.kind,
            (
                (CONVERSATIONS.name, conversation_id, record, 1),
                (MESSAGES.name, conversation_id, message_records, len(messages)),
            ),
        )

    def _feedback(self, item: Item[Any, Any], shape: ItemShape) -> ItemRecords:
        created_at, feedback = self._created_at(item, shape), _feedback(item.Feedback)
        record = b"%b%b,%b\n" % (_key(item), created_at, feedback)
        return ItemRecords(Feedback.kind, ((FEEDBACK.name, item.SK.S, record, 1),))

    def _created_at(self, item: Item[Any, Any], shape: ItemShape) -> bytes:
        time = None if item.CreatedAt is UNSET else shape.created_at(item.CreatedAt)
        if time is None:
            time = item.SK.S.partition("#")[2]
        return self._instants.last_cell(time)[1:-1]

    def _user_data(self, attribute: Raw | UnsetType) -> bytes:
        """Return the cells of UserData, with commas between them."""
        if attribute is UNSET:
            return _NO_USER_DATA
        document = bytes(attribute)
        if document != self._last_user_data[0]:
            self._last_user_data = document, b",".join([_cell(token) for token in _USER_DATA.tokens(attribute)])
        return self._last_user_data[1]


def _feedback(attribute: Raw | UnsetType) -> bytes:
    """Return the cells of Feedback, with commas between them."""
    if attribute is UNSET:
        return _NO_FEEDBACK
    tokens = _FEEDBACK.tokens(attribute)
    cells_of_feedback = [_cell(token) for token in tokens]
    word = tokens[_FEEDBACK_TYPE]
    if word is not None:
        try:
            cells_of_feedback[_FEEDBACK_TYPE] = feedback_type_of(_decode_text(word)).encode()
        except ItemRejectedError:
            raise SlowPathError from None
    return b",".join(cells_of_feedback)


def _key(item: Item[Any, Any]) -> bytes:
    """Return the cells of the user's id and the item's sort key, each with the comma after it."""
    return f"{cells.first_cell(item.PK.S[len(USER_PREFIX) :])},{cells.cell(item.SK.S)},".encode()


def _cell(token: Raw | None) -> bytes:
    return b"" if token is None else token_cell(bytes(token))


FAST_READER: Final = CatiaFastReader
