"""Items that no rule can normalize, one of each kind: they must end in ``rejected`` with a reason, never be lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from tools.local.sample_shapes import utc_time, wire

Item = dict[str, Any]
_MESSAGE: Final = {"from": "user", "text": "¿Hola?", "timestamp": "2026-01-31T04:30:00Z"}


def _item(partition_key: str, sort_key: str, **attributes: Any) -> Item:
    return {"PK": wire(partition_key), "SK": wire(sort_key), **{key: wire(value) for key, value in attributes.items()}}


def _conversation(user: str, at: datetime, **attributes: Any) -> Item:
    time = utc_time(at)
    return _item(
        f"USER#{user}", f"CONVERSATION#{time}", **{"CreatedAt": time, "Conversation": [_MESSAGE], **attributes}
    )


def _feedback(user: str, at: datetime, **attributes: Any) -> Item:
    time = utc_time(at)
    return _item(f"USER#{user}", f"FEEDBACK#{time}", **{"CreatedAt": time, **attributes})


#: By what is wrong; each makes an item for a user and a time that no other item of the user has.
FAULTS: Final[dict[str, Callable[[str, datetime], Item]]] = {
    "another kind of owner": lambda user, at: _item(f"TEAM#{user}", f"CONVERSATION#{utc_time(at)}"),
    "another kind of item": lambda user, at: _item(f"USER#{user}", f"NOTE#{utc_time(at)}"),
    "a created time that is none": lambda user, at: _conversation(user, at, CreatedAt="ayer por la tarde"),
    "no created time anywhere": lambda user, at: _item(
        f"USER#{user}", f"CONVERSATION#sin-fecha-{at:%Y%m%d%H%M%S}", Conversation=[_MESSAGE]
    ),
    "messages as a number": lambda user, at: _conversation(user, at, Conversation=42),
    "messages as text that is no JSON": lambda user, at: _conversation(user, at, Conversation="[{'from': 'user'}]"),
    "messages as cut-off JSON": lambda user, at: _conversation(user, at, Conversation='[{"from": "user", "text": "a'),
    "a message that is no map": lambda user, at: _conversation(user, at, Conversation=[_MESSAGE, "suelto"]),
    "a message at an impossible time": lambda user, at: _conversation(
        user, at, Conversation=[{**_MESSAGE, "timestamp": "2026-02-30T25:00:00Z"}]
    ),
    "user data as a list": lambda user, at: _conversation(user, at, UserData=["Bogotá"]),
    "feedback that is neither like nor dislike": lambda user, at: _feedback(
        user, at, Feedback={"type": "regular", "comment": "ni fu ni fa"}
    ),
    "feedback as text that is no JSON": lambda user, at: _feedback(user, at, Feedback="like"),
}
