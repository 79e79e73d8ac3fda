"""A help desk's tickets: a second source table, small enough to be read as an example.

An item is a ticket: ``ticket_id`` is its only key; ``opened_at`` (ISO-8601), ``subject``, ``status``, ``replies``, a
list of maps ``{author, text, written_at}``; and what ``_AS_THEY_ARE`` says, each column of the type that it has there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract.datasets import (
    PERSONAL,
    REJECTED,
    TECHNICAL,
    Dataset,
    boolean,
    count,
    day,
    decimal,
    double,
    instant,
    integer,
    json,
    prose,
    text,
)
from contract.items import parts, readers, typed
from contract.items.outcomes import AcceptedItem, Row
from contract.items.rejections import ItemRejectedError, RejectionCode
from contract.source import ItemKind, Relation, SourceContract

STATUSES = ("open", "answered", "closed")

_TICKET_ID = text(1, "ticket_id", TECHNICAL, "The ticket.", "ticket_id", nullable=False)

#: Columns whose cells are an attribute's values, if these fit.
_AS_THEY_ARE = (
    integer(6, "priority", TECHNICAL, "How soon it has to be done; 1 is first.", "priority"),
    decimal(12, 2)(7, "refund", TECHNICAL, "What was paid back, in pesos.", "refund"),
    double(8, "hours", TECHNICAL, "Hours that were worked on it.", "hours"),
    boolean(9, "is_urgent", TECHNICAL, "Whether somebody waits at the desk.", "is_urgent"),
    day(10, "due_on", TECHNICAL, "The day by which it was promised.", "due_on"),
    json(11, "tags", TECHNICAL, "What the desk filed it under: a list of texts.", "tags"),
)

TICKETS = Dataset(
    name="tickets",
    description="One row per ticket.",
    columns=(
        _TICKET_ID,
        instant(2, "opened_at", TECHNICAL, "When the ticket was opened; UTC.", "opened_at", nullable=False),
        text(3, "subject", PERSONAL, "What it is about.", "subject"),
        text(4, "status", TECHNICAL, f"One of {', '.join(STATUSES)}.", "status", nullable=False),
        count(5, "reply_count", TECHNICAL, "Replies to the ticket.", "replies"),
        *_AS_THEY_ARE,
    ),
    key=("ticket_id",),
    sort_by=("ticket_id",),
)

REPLIES = Dataset(
    name="replies",
    description="One row per reply to a ticket.",
    columns=(
        _TICKET_ID,
        count(2, "position", TECHNICAL, "Place of the reply among those of its ticket, from 1.", "replies"),
        text(3, "author", PERSONAL, "Who wrote it.", "replies[].author"),
        prose(4, "text", PERSONAL, "What was written.", "replies[].text"),
        instant(5, "written_at", TECHNICAL, "When it was written; UTC.", "replies[].written_at"),
    ),
    key=("ticket_id", "position"),
    sort_by=("ticket_id", "position"),
)


def read(item: Mapping[str, Any]) -> AcceptedItem:
    """Return the rows of a ticket, given in DynamoDB's wire format.

    Raises:
        ItemRejectedError: it breaks a rule.
    """
    ticket_id = parts.attribute(item, "ticket_id", _ticket_id)
    replies = list(_replies(item, ticket_id))
    ticket = (
        ticket_id,
        typed.attribute(item, TICKETS.column("opened_at")),
        typed.attribute(item, TICKETS.column("subject")),
        parts.attribute(item, "status", _status),
        str(len(replies)),
        *(typed.attribute(item, column) for column in _AS_THEY_ARE),
    )
    return AcceptedItem("tickets", {TICKETS.name: [ticket], REPLIES.name: replies})


def _replies(item: Mapping[str, Any], ticket_id: str) -> Iterator[Row]:
    for index, entries in enumerate(parts.maps(item, "replies")):
        with parts.within(f"replies[{index}]"):
            yield (
                ticket_id,
                str(index + 1),
                parts.entry(entries, "author", readers.text),
                parts.entry(entries, "text", readers.text),
                parts.entry(entries, "written_at", readers.instant),
            )


def _ticket_id(value: Any) -> str:
    ticket_id = readers.text(value)
    if not ticket_id:
        raise ItemRejectedError(RejectionCode.INVALID_KEY, "expected a ticket's id, found nothing")
    return ticket_id


def _status(value: Any) -> str:
    status = readers.text(value)
    if status not in STATUSES:
        found = "nothing" if status is None else readers.described(status)
        raise ItemRejectedError(RejectionCode.UNKNOWN_VALUE, f"expected one of {', '.join(STATUSES)}, found {found}")
    return status


CONTRACT = SourceContract(
    name="tickets",
    description="The help desk's tickets",
    table="help-desk",
    key_attributes=("ticket_id",),
    kinds=(ItemKind("tickets", TICKETS),),
    # Tickets last: their arrival commits a run.
    datasets=(REPLIES, REJECTED, TICKETS),
    relations=(Relation("has_ticket", REPLIES, TICKETS, ("ticket_id",), counted_in="reply_count"),),
    item_reader=f"{__name__}:read",
    examples={"status": STATUSES, "priority": (1, 2, 3), "replies[].author": ("desk", "guest")},
    spanish={
        "tickets": "Una fila por cada caso.",
        "replies": "Una fila por cada respuesta a un caso.",
        "ticket_id": "El caso.",
        "opened_at": "Cuándo se abrió el caso; UTC.",
        "subject": "De qué trata.",
        "status": f"Uno de {', '.join(STATUSES)}.",
        "reply_count": "Respuestas al caso.",
        "priority": "Con qué prontitud hay que resolverlo; 1 es lo primero.",
        "refund": "Lo que se devolvió, en pesos.",
        "hours": "Horas que se trabajaron en él.",
        "is_urgent": "Si alguien espera en la mesa.",
        "due_on": "El día para el que se prometió.",
        "tags": "Bajo qué lo archivó la mesa: una lista de textos.",
        "position": "Lugar de la respuesta entre las de su caso, desde 1.",
        "author": "Quién la escribió.",
        "text": "Lo que se escribió.",
        "written_at": "Cuándo se escribió; UTC.",
    },
)
