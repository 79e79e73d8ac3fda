"""One item of CatIA's table in, what it is out: pure.

Absent is null, wrong is rejected, nothing is guessed. An item is published whole or rejected whole, so that the counts
of a run add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from contract.items import parts, readers, timestamps
from contract.items.rejections import ItemRejectedError, RejectionCode
from contract.sources.catia import CONVERSATIONS, FEEDBACK, USER_PREFIX
from contract.sources.catia.outcomes import Conversation, Feedback, Register
from contract.sources.catia.rows import ConversationRow, FeedbackRow, MessageRow

CONVERSATION_PREFIX: Final = "CONVERSATION#"
FEEDBACK_PREFIX: Final = "FEEDBACK#"
REGISTER_PREFIX: Final = "REGISTER"
_SORT_KEY_PREFIXES: Final = (CONVERSATION_PREFIX, FEEDBACK_PREFIX, REGISTER_PREFIX)

#: Why items are rejected, beside the reasons that any table has (contract.items.rejections).
INVALID_PK: Final = "invalid_pk"
INVALID_SK: Final = "invalid_sk"
UNKNOWN_FEEDBACK_TYPE: Final = "unknown_feedback_type"

USER: Final = "user"
BOT: Final = "bot"
#: What becomes of the source's words, in any case; the analyst's guide says the same.
SENDERS: Final = {"user": USER, "usuario": USER, "bot": BOT, "assistant": BOT, "catia": BOT, "system": BOT}
_FEEDBACK_TYPES: Final = frozenset({"like", "dislike"})


def normalize_item(item: Mapping[str, Any]) -> Conversation | Feedback | Register:
    """Return what becomes of an item, given in DynamoDB's wire format: ``{"PK": {"S": …}, …}``.

    Binary values may be bytes (as botocore gives them) or base64 text (as the wire has them).

    Raises:
        ItemRejectedError: the item breaks a rule.
        RecursionError: its values are nested deeper than can be read.
    """
    user_id = parts.attribute(item, "PK", _user_id)
    sort_key = parts.attribute(item, "SK", _sort_key)
    if sort_key.startswith(CONVERSATION_PREFIX):
        return _conversation(item, user_id, sort_key)
    if sort_key.startswith(FEEDBACK_PREFIX):
        return _feedback(item, user_id, sort_key)
    return Register()


def _conversation(item: Mapping[str, Any], user_id: str, sort_key: str) -> Conversation:
    user_data = parts.fields(item, "UserData", _USER_DATA)
    messages = tuple(_message_rows(item, user_id, sort_key))
    questions = sum(message.sender == USER for message in messages)
    created_at = _created_at(item, sort_key)
    row = ConversationRow._make((user_id, sort_key, created_at, *user_data, str(len(messages)), str(questions)))
    return Conversation(row, messages)


def _message_rows(item: Mapping[str, Any], user_id: str, sort_key: str) -> Iterator[MessageRow]:
    for index, entries in enumerate(parts.maps(item, "Conversation")):
        with parts.within(f"Conversation[{index}]"):
            yield _message_row(entries, user_id, sort_key, str(index + 1))


def _message_row(entries: Mapping[str, Any], user_id: str, sort_key: str, position: str) -> MessageRow:
    return MessageRow(
        user_id=user_id,
        conversation_id=sort_key,
        position=position,
        sender=parts.entry(entries, "from", _sender),
        text=parts.entry(entries, "text", readers.text),
        sent_at=parts.entry(entries, "timestamp", readers.instant),
    )


def _feedback(item: Mapping[str, Any], user_id: str, sort_key: str) -> Feedback:
    entries = parts.fields(item, "Feedback", _FEEDBACK)
    return Feedback(FeedbackRow._make((user_id, sort_key, _created_at(item, sort_key), *entries)))


def _user_id(value: Any) -> str:
    key = readers.text(value)
    if key is None or not key.startswith(USER_PREFIX) or key == USER_PREFIX:
        raise ItemRejectedError(INVALID_PK, f"expected {USER_PREFIX} and a user's id, found {_found(key)}")
    return key[len(USER_PREFIX) :]


def _sort_key(value: Any) -> str:
    key = readers.text(value)
    if key is None or not key.startswith(_SORT_KEY_PREFIXES):
        rule = f"expected a key that starts with {', '.join(_SORT_KEY_PREFIXES)}, found {_found(key)}"
        raise ItemRejectedError(INVALID_SK, rule)
    return key


def _created_at(item: Mapping[str, Any], sort_key: str) -> str:
    return parts.attribute(item, "CreatedAt", readers.instant) or _time_in(sort_key)


def item_date(item: Mapping[str, Any]) -> datetime | None:
    """Return the date that an item's row would have as created_at; None where it cannot be read."""
    try:
        sort_key = parts.attribute(item, "SK", readers.text) or ""
        return timestamps.parse(_created_at(item, sort_key))
    except (ItemRejectedError, RecursionError):
        return None


def _time_in(sort_key: str) -> str:
    """Return the time after the first # of a sort key, as a cell."""
    time = sort_key.partition("#")[2]
    try:
        return timestamps.cell(timestamps.parse(time))
    except ValueError as error:
        rule = f"CreatedAt is missing, and {readers.described(time)} {error}"
        raise ItemRejectedError(RejectionCode.INVALID_TIMESTAMP, rule, "SK") from error


def _sender(value: Any) -> str | None:
    word = readers.text(value)
    return None if word is None else canonical_sender(word)


def canonical_sender(word: str) -> str:
    """Return USER or BOT for a word that means one of them, in any case; any other word as it is."""
    return SENDERS.get(word.strip().lower(), word)


def _feedback_type(value: Any) -> str | None:
    word = readers.text(value)
    return None if word is None else feedback_type_of(word)


def feedback_type_of(word: str) -> str:
    """Return the feedback type that a word names, in any case.

    Raises:
        ItemRejectedError: ``unknown_feedback_type``.
    """
    feedback_type = word.strip().lower()
    if feedback_type not in _FEEDBACK_TYPES:
        rule = f"expected {' or '.join(sorted(_FEEDBACK_TYPES))}, found {readers.described(word)}"
        raise ItemRejectedError(UNKNOWN_FEEDBACK_TYPE, rule)
    return feedback_type


def _found(key: str | None) -> str:
    return "nothing" if key is None else readers.described(key)


_USER_DATA: Final[Mapping[str, parts.TextReader]] = dict.fromkeys(CONVERSATIONS.entries_of("UserData"), readers.text)
_FEEDBACK: Final[Mapping[str, parts.TextReader]] = {
    key: _feedback_type if key == "type" else readers.text for key in FEEDBACK.entries_of("Feedback")
}
#: The entries that are read, in the order of their columns.
USER_DATA_KEYS: Final = tuple(_USER_DATA)
FEEDBACK_KEYS: Final = tuple(_FEEDBACK)
