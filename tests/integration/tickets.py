"""A help desk's tickets, and what must come of them: computed beside the items, without the platform's code."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from boto3.dynamodb.types import TypeSerializer

Row = dict[str, Any]

FIRST: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
STATUSES: Final = ("open", "answered", "closed")
TEXTS: Final = ("On it.", 'He said "soon",\nand left.', "C:\\new\r\n", "", "ñandú 🦤 | ok", None)
#: Of each fault, what it changes in a right ticket, and the code by which it is rejected.
FAULTS: Final[dict[str, Row]] = {
    "invalid_timestamp": {"opened_at": "yesterday"},
    "unknown_value": {"status": "lost"},
    "wrong_type": {"replies": ["a bare text"]},
    "invalid_json": {"replies": "{not json"},
    "invalid_value": {"refund": Decimal("10.555")},
}


@dataclass
class Desk:
    """Items in DynamoDB's wire format, and the rows and counts that a run must make of them."""

    items: list[dict[str, Any]] = field(default_factory=list)
    tickets: list[Row] = field(default_factory=list)
    replies: list[Row] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    excluded: int = 0


def desk(tickets: int) -> Desk:
    """So many right tickets, one of each fault, and two drills."""
    made = Desk()
    for number in range(tickets):
        _add_right(made, number)
    for number, (code, change) in enumerate(FAULTS.items(), start=tickets):
        ticket = {**_ticket(number, []), **change}
        made.items.append(_wire(ticket))
        made.rejected[ticket["ticket_id"]] = code
    for number in range(2):
        made.items.append(_wire({"ticket_id": f"drill-{number}", "opened_at": "whenever"}))
        made.excluded += 1
    return made


def _add_right(made: Desk, number: int) -> None:
    replies = [_reply(number, position) for position in range(number % 5)]
    ticket = _ticket(number, replies)
    # Some clients write their list as JSON.
    made.items.append(_wire(ticket if number % 3 else {**ticket, "replies": json.dumps(replies)}))
    opened_at = FIRST + timedelta(hours=number)
    expected = {"opened_at": opened_at, "reply_count": len(replies), **_typed_columns(number)}
    made.tickets.append({**_without(ticket, "replies"), **expected})
    for position, reply in enumerate(replies, start=1):
        written_at = datetime.fromisoformat(reply["written_at"]) if "written_at" in reply else None
        row = {"ticket_id": ticket["ticket_id"], "position": position, **reply, "written_at": written_at}
        made.replies.append(row)


def _ticket(number: int, replies: list[Row]) -> Row:
    opened_at = (FIRST + timedelta(hours=number)).astimezone(timezone(timedelta(hours=-5)))
    return {
        "ticket_id": f"T-{number:04}",
        "opened_at": opened_at.isoformat(),
        "subject": f"The lift, for the {number}. time",
        "status": STATUSES[number % 3],
        "replies": replies,
        **_typed_values(number),
    }


def _typed_values(number: int) -> Row:
    """What the desk writes beside; every third ticket has none of it."""
    if number % 3 == 0:
        return {}
    return {
        "priority": number % 5 - 2,
        # Ten digits before the point, and both behind it.
        "refund": Decimal(f"{1234567890 - number}.{number % 100:02}"),
        "hours": Decimal(number) / 8,
        "is_urgent": number % 2 == 0,
        "due_on": f"2024-02-{number % 29 + 1:02}",
        "tags": ["lift", f'"{number}"', {"floor": number}],
    }


def _typed_columns(number: int) -> Row:
    given = _typed_values(number)
    if not given:
        return dict.fromkeys(("priority", "refund", "hours", "is_urgent", "due_on", "tags"))
    tags = json.dumps(given["tags"], separators=(",", ":"))
    return {**given, "hours": number / 8, "due_on": date.fromisoformat(given["due_on"]), "tags": tags}


def _reply(number: int, position: int) -> Row:
    reply = {"author": "desk" if position % 2 else "guest", "text": TEXTS[(number + position) % len(TEXTS)]}
    return reply if position == 3 else {**reply, "written_at": f"2026-02-0{position + 1}T12:00:00.5+00:00"}


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


def _wire(ticket: Row) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in ticket.items()}
