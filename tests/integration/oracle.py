"""What must come of the source table's items, computed as plainly as can be and without any of the platform's code.

Rows are dicts in the contract's names; instants are time-zone aware; a day is ``{dataset: rows}``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

Row = dict[str, Any]

USER_FIELDS = ("nombre", "ciudad", "gerencia", "subgerencia", "oficinas_asesoras", "nivel_directivo")
SENDERS = {
    "user": "user",
    "usuario": "user",
    "bot": "bot",
    "assistant": "bot",
    "catia": "bot",
    "system": "bot",
}
WRAPPERS = {"S", "N", "BOOL", "NULL", "L", "M"}


class NotAnItemError(Exception):
    """The item breaks a rule of the source's data model."""


@dataclass
class Expected:
    conversations: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    feedback: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    registers: int = 0
    excluded: int = 0

    def tables(self) -> dict[str, list[Row]]:
        return {
            "conversations": self.conversations,
            "messages": self.messages,
            "feedback": self.feedback,
            "rejected": self.rejected,
        }


def expected(items: list[dict[str, Any]]) -> Expected:
    result = Expected()
    for item in items:
        values = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
        if values["PK"].startswith("USER#monitor-"):
            result.excluded += 1
            continue
        try:
            _add(values, result)
        except NotAnItemError:
            result.rejected.append({"item": item})
    return result


def _add(values: dict[str, Any], result: Expected) -> None:
    if not values["PK"].startswith("USER#"):
        raise NotAnItemError
    user_id, sort_key = values["PK"][len("USER#") :], values["SK"]
    kind, _, time = sort_key.partition("#")
    if kind == "REGISTER":
        result.registers += 1
    elif kind == "CONVERSATION":
        _add_conversation(values, {"user_id": user_id, "conversation_id": sort_key}, time, result)
    elif kind == "FEEDBACK":
        result.feedback.append(_feedback(values, {"user_id": user_id, "feedback_id": sort_key}, time))
    else:
        raise NotAnItemError


def _add_conversation(values: dict[str, Any], key: Row, time: str, result: Expected) -> None:
    user_data = _of_type(_structure(values.get("UserData")) or {}, dict)
    said = _of_type(_structure(values.get("Conversation")) or [], list)
    messages = [_message(entry, key, position) for position, entry in enumerate(said, start=1)]
    result.conversations.append(
        {
            **key,
            "created_at": _instant(values.get("CreatedAt") or time),
            **{name: user_data.get(name) for name in USER_FIELDS},
            "message_count": len(messages),
            "question_count": sum(message["sender"] == "user" for message in messages),
        }
    )
    result.messages.extend(messages)


def _message(entry: Any, key: Row, position: int) -> Row:
    message = _of_type(entry, dict)
    word, sent_at = message.get("from"), message.get("timestamp")
    return {
        **key,
        "position": position,
        "sender": SENDERS.get(str(word).lower(), word),
        "text": message.get("text"),
        "sent_at": _instant(sent_at) if sent_at is not None else None,
    }


def _feedback(values: dict[str, Any], key: Row, time: str) -> Row:
    said = _of_type(_structure(values.get("Feedback")) or {}, dict)
    if said.get("type") not in {"like", "dislike"}:
        raise NotAnItemError
    return {
        **key,
        "created_at": _instant(values.get("CreatedAt") or time),
        "feedback_type": said["type"],
        "comment": said.get("comment"),
        "option": said.get("option"),
    }


def _structure(value: Any) -> Any:
    while isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise NotAnItemError from error
    return _unwrapped(value)


def _unwrapped(value: Any) -> Any:
    if isinstance(value, list):
        return [_unwrapped(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and value.keys() <= WRAPPERS:
        ((_, content),) = value.items()
        return _unwrapped(content)
    return {name: _unwrapped(entry) for name, entry in value.items()}


def _of_type(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise NotAnItemError
    return value


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAnItemError from error
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(UTC)
