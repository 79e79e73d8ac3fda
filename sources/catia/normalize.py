"""One item of the source table in, one outcome out: pure, and total over everything DynamoDB can hold.

Absent is null, wrong is rejected, nothing is guessed. An item is published whole or rejected whole, so that the counts
of a run add up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lambda_src.exceptions import ItemRejectedError, RejectionCode
from lambda_src.exclusions import USER_PREFIX, ExclusionRule, first_excluding
from modules.items import readers, timestamps
from modules.items.attribute_values import unwrap
from modules.items.outcomes import Conversation, Excluded, Feedback, Outcome, Register, Rejected
from modules.items.wire_json import wire_json
from sources.catia import CONVERSATIONS, FEEDBACK
from sources.catia.rows import ConversationRow, FeedbackRow, MessageRow, RejectedRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONVERSATION_PREFIX: Final = "CONVERSATION#"
FEEDBACK_PREFIX: Final = "FEEDBACK#"
REGISTER_PREFIX: Final = "REGISTER"
_SORT_KEY_PREFIXES: Final = (CONVERSATION_PREFIX, FEEDBACK_PREFIX, REGISTER_PREFIX)

USER: Final = "user"
BOT: Final = "bot"
_SENDERS: Final = {"user": USER, "usuario": USER, "bot": BOT, "assistant": BOT, "catia": BOT, "system": BOT}
_FEEDBACK_TYPES: Final = frozenset({"like", "dislike"})

_TOO_DEEP: Final = "values are nested deeper than can be read"

_T = TypeVar("_T")


def normalize(item: Mapping[str, Any], rules: Sequence[ExclusionRule] = ()) -> Outcome:
    """Return what becomes of ``item``, given in DynamoDB's wire format: ``{"PK": {"S": …}, …}``.

    The first of ``rules`` that fits takes the item before anything else is read. Binary values may be bytes (as
    botocore gives them) or base64 text (as the wire has them).
    """
    try:
        rule = first_excluding(rules, _key_text(item, "PK"), _key_text(item, "SK"))
        return _normalize(item) if rule is None else Excluded(rule.name)
    except ItemRejectedError as rejection:
        return _rejected(item, rejection)
    except RecursionError:
        return _rejected(item, ItemRejectedError(RejectionCode.TOO_DEEPLY_NESTED, _TOO_DEEP))


def normalize_json(item: str, rules: Sequence[ExclusionRule] = ()) -> Outcome:
    """Return what becomes of an item that is given as DynamoDB's JSON.

    What DynamoDB never sends (numbers that are no texts, more than its 32 levels) can be too much for a parser. Then
    the item is rejected as it is, its key unread.
    """
    try:
        return normalize(json.loads(item), rules)
    except RecursionError:
        rejection = ItemRejectedError(RejectionCode.TOO_DEEPLY_NESTED, _TOO_DEEP)
    except ValueError as error:
        rejection = ItemRejectedError(RejectionCode.MALFORMED_ATTRIBUTE, f"the item cannot be read: {error}")
    return Rejected(rejection.code, RejectedRow(wire_json({}), rejection.reason, item))


def _key_text(item: Mapping[str, Any], name: str) -> str | None:
    """Return a key for exclusion rules: None if it is missing or no text."""
    key = unwrap(item.get(name))
    return key if type(key) is str else None


def _normalize(item: Mapping[str, Any]) -> Outcome:
    user_id = _attribute(item, "PK", _user_id)
    sort_key = _attribute(item, "SK", _sort_key)
    if sort_key.startswith(CONVERSATION_PREFIX):
        return _conversation(item, user_id, sort_key)
    if sort_key.startswith(FEEDBACK_PREFIX):
        return _feedback(item, user_id, sort_key)
    return Register()


def _conversation(item: Mapping[str, Any], user_id: str, sort_key: str) -> Conversation:
    user_data = _fields(item, "UserData", _USER_DATA)
    messages = tuple(_message_rows(item, user_id, sort_key))
    questions = sum(message.sender == USER for message in messages)
    created_at = _created_at(item, sort_key)
    row = ConversationRow._make((user_id, sort_key, created_at, *user_data, str(len(messages)), str(questions)))
    return Conversation(row, messages)


def _message_rows(item: Mapping[str, Any], user_id: str, sort_key: str) -> Iterator[MessageRow]:
    messages = _attribute(item, "Conversation", readers.sequence) or []
    for index, message in enumerate(messages):
        try:
            yield _message_row(message, user_id, sort_key, str(index + 1))
        except ItemRejectedError as rejection:
            rejection.within(f"Conversation[{index}]")
            raise


def _message_row(message: Any, user_id: str, sort_key: str, position: str) -> MessageRow:
    entries = readers.entries(message)
    return MessageRow(
        user_id=user_id,
        conversation_id=sort_key,
        position=position,
        sender=_entry(entries, "from", _sender),
        text=_entry(entries, "text", readers.text),
        sent_at=_entry(entries, "timestamp", readers.instant),
    )


def _feedback(item: Mapping[str, Any], user_id: str, sort_key: str) -> Feedback:
    entries = _fields(item, "Feedback", _FEEDBACK)
    return Feedback(FeedbackRow._make((user_id, sort_key, _created_at(item, sort_key), *entries)))


def _attribute(item: Mapping[str, Any], name: str, read: Callable[[Any], _T]) -> _T:
    """Read a top-level attribute of the item; what ``read`` refuses is told with the attribute's name."""
    try:
        return read(readers.attribute(item, name))
    except ItemRejectedError as rejection:
        rejection.within(name)
        raise


def _entry(entries: Mapping[str, Any], key: str, read: Callable[[Any], _T]) -> _T:
    """Read one entry of a map; what ``read`` refuses is told with the key."""
    try:
        return read(entries.get(key))
    except ItemRejectedError as rejection:
        rejection.within(key)
        raise


def _fields(item: Mapping[str, Any], name: str, fields: Mapping[str, _TextReader]) -> list[str | None]:
    """Read the named fields of a map attribute, in their order; a missing map has none of them."""
    entries = _attribute(item, name, readers.mapping) or {}
    try:
        return [_entry(entries, key, read) for key, read in fields.items()]
    except ItemRejectedError as rejection:
        rejection.within(name)
        raise


def _user_id(value: Any) -> str:
    key = readers.text(value)
    if key is None or not key.startswith(USER_PREFIX) or key == USER_PREFIX:
        raise ItemRejectedError(
            RejectionCode.INVALID_PK, f"expected {USER_PREFIX} and a user's id, found {_found(key)}"
        )
    return key[len(USER_PREFIX) :]


def _sort_key(value: Any) -> str:
    key = readers.text(value)
    if key is None or not key.startswith(_SORT_KEY_PREFIXES):
        rule = f"expected a key that starts with {', '.join(_SORT_KEY_PREFIXES)}, found {_found(key)}"
        raise ItemRejectedError(RejectionCode.INVALID_SK, rule)
    return key


def _created_at(item: Mapping[str, Any], sort_key: str) -> str:
    return _attribute(item, "CreatedAt", readers.instant) or _time_in(sort_key)


def _time_in(sort_key: str) -> str:
    """Return the time after the first # of a sort key, as a cell."""
    time = sort_key.partition("#")[2]
    try:
        return timestamps.cell(timestamps.parse(time))
    except ValueError as error:
        rule = f"CreatedAt is missing, and {readers.quoted(time)} {error}"
        raise ItemRejectedError(RejectionCode.INVALID_TIMESTAMP, rule, "SK") from error


def _sender(value: Any) -> str | None:
    word = readers.text(value)
    return None if word is None else canonical_sender(word)


def canonical_sender(word: str) -> str:
    """Return USER or BOT for a word that means one of them, in any case; any other word as it is."""
    return _SENDERS.get(word.strip().lower(), word)


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
        rule = f"expected {' or '.join(sorted(_FEEDBACK_TYPES))}, found {readers.quoted(word)}"
        raise ItemRejectedError(RejectionCode.UNKNOWN_FEEDBACK_TYPE, rule)
    return feedback_type


def _found(key: str | None) -> str:
    return "nothing" if key is None else readers.quoted(key)


def _rejected(item: Mapping[str, Any], rejection: ItemRejectedError) -> Rejected:
    key = {name: item[name] for name in ("PK", "SK") if name in item}
    return Rejected(rejection.code, RejectedRow(wire_json(key), rejection.reason, wire_json(item)))


_TextReader = Callable[[Any], str | None]
_USER_DATA: Final[Mapping[str, _TextReader]] = dict.fromkeys(CONVERSATIONS.entries_of("UserData"), readers.text)
_FEEDBACK: Final[Mapping[str, _TextReader]] = {
    key: _feedback_type if key == "type" else readers.text for key in FEEDBACK.entries_of("Feedback")
}
#: The entries that are read, in the order of their columns.
USER_DATA_KEYS: Final = tuple(_USER_DATA)
FEEDBACK_KEYS: Final = tuple(_FEEDBACK)
