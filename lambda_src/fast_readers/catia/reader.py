"""CatIA's fast reader: items of common shapes, from DynamoDB's JSON straight to CSV records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET, MsgspecError, Raw, UnsetType
from msgspec.json import Decoder

from contract import cells
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
from lambda_src.fast_readers.catia.instant_cells import InstantCells
from lambda_src.fast_readers.catia.item_shapes import ITEM_SHAPES, ItemShape
from lambda_src.fast_readers.catia.map_attributes import MapAttribute
from lambda_src.fast_readers.catia.message_records import MessageRecords
from lambda_src.fast_readers.catia.token_cells import token_cell
from lambda_src.fast_readers.catia.wire_shapes import Item
from lambda_src.fast_readers.protocol import SlowPathError

if TYPE_CHECKING:
    from lambda_src.exclusions import Exclusions
    from lambda_src.records import Records

_USER_DATA: Final = MapAttribute(USER_DATA_KEYS)
_FEEDBACK: Final = MapAttribute(FEEDBACK_KEYS)
_NO_USER_DATA: Final = b"," * (len(USER_DATA_KEYS) - 1)
_NO_FEEDBACK: Final = b"," * (len(FEEDBACK_KEYS) - 1)
_decode_text: Final = Decoder(str).decode


class CatiaFastReader:
    """Normalizes items of common shapes. Remembers the last UserData: a user's items come together, and all have it."""

    def __init__(self, exclusions: Exclusions, records: Records) -> None:
        """Add items to ``records`` from now on."""
        self._first_excluding = exclusions.first
        self._tally = records.tally
        self._add_conversation, self._add_messages, self._add_feedback = (
            records.appender(dataset, column)
            for dataset, column in (
                (CONVERSATIONS, "conversation_id"),
                (MESSAGES, "conversation_id"),
                (FEEDBACK, "feedback_id"),
            )
        )
        self._instants = InstantCells()
        self._messages = MessageRecords(self._instants)
        self._last_user_data = b"", b""

    def read(self, item: bytes | memoryview | Raw) -> None:
        """Add what becomes of an item, given as DynamoDB's JSON: all of it, or nothing.

        Raises:
            SlowPathError, MsgspecError, RecursionError: the slow path has to read the item; nothing was added.
        """
        for shape in ITEM_SHAPES:
            try:
                decoded = shape.decode(item)
            except MsgspecError:
                continue
            return self._place(decoded, shape)
        raise SlowPathError

    def _place(self, item: Item[Any, Any], shape: ItemShape) -> None:
        partition_key, sort_key = item.PK.S, item.SK.S
        rule = self._first_excluding(partition_key, sort_key)
        if rule is not None:
            self._tally.excluded[rule.name] += 1
        elif not partition_key.startswith(USER_PREFIX) or partition_key == USER_PREFIX:
            raise SlowPathError
        elif sort_key.startswith(CONVERSATION_PREFIX):
            self._place_conversation(item, shape)
        elif sort_key.startswith(FEEDBACK_PREFIX):
            self._place_feedback(item, shape)
        elif sort_key.startswith(REGISTER_PREFIX):
            self._tally.placed[Register.kind] += 1
        else:
            raise SlowPathError

    def _place_conversation(self, item: Item[Any, Any], shape: ItemShape) -> None:
        key = _key(item)
        messages = [] if item.Conversation is UNSET else shape.messages(item.Conversation)
        message_records, questions = self._messages.of(key, messages)
        created_at, user_data = self._created_at(item, shape), self._user_data(item.UserData)
        record = b"%b%b,%b,%d,%d\n" % (key, created_at, user_data, len(messages), questions)
        conversation_id = item.SK.S
        self._add_conversation(record, conversation_id, 1)
        self._add_messages(message_records, conversation_id, len(messages))
        self._tally.placed[Conversation.kind] += 1

    def _place_feedback(self, item: Item[Any, Any], shape: ItemShape) -> None:
        created_at, feedback = self._created_at(item, shape), _feedback(item.Feedback)
        self._add_feedback(b"%b%b,%b\n" % (_key(item), created_at, feedback), item.SK.S, 1)
        self._tally.placed[Feedback.kind] += 1

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
    word, comment, option = _FEEDBACK.tokens(attribute)
    try:
        feedback_type = b"" if word is None else feedback_type_of(_decode_text(word)).encode()
    except ItemRejectedError:
        raise SlowPathError from None
    return b"%b,%b,%b" % (feedback_type, _cell(comment), _cell(option))


def _key(item: Item[Any, Any]) -> bytes:
    """Return the cells of the user's id and the item's sort key, each with the comma after it."""
    return f"{cells.first_cell(item.PK.S[len(USER_PREFIX) :])},{cells.cell(item.SK.S)},".encode()


def _cell(token: Raw | None) -> bytes:
    return b"" if token is None else token_cell(bytes(token))


FAST_READER: Final = CatiaFastReader
