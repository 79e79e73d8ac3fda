"""What the platform makes of CatIA's conversations: the datasets, and what holds between them."""

from __future__ import annotations

from contract.datasets import (
    IDENTIFIER,
    ORGANISATION,
    PERSONAL,
    REJECTED,
    TECHNICAL,
    Column,
    DataClass,
    Dataset,
    Partition,
    count,
    instant,
    prose,
    text,
)
from contract.source import ItemKind, Relation, SourceContract
from contract.sources.catia.spanish import SERVED, SPANISH

#: What stands before a user's id in PK.
USER_PREFIX = "USER#"

#: Both keys carry their item's time: these many characters reach to the end of its month. A day takes three more.
_CONVERSATION_MONTH = len("CONVERSATION#2026-01")
_FEEDBACK_MONTH = len("FEEDBACK#2026-01")


def _user_data(field_id: int, name: str, data_class: DataClass, what: str) -> Column:
    attribute = f"UserData.{name}"
    return text(field_id, name, data_class, f"{attribute}: {what}.", attribute)


_USER_ID = text(1, "user_id", IDENTIFIER, "The user: PK without its USER# prefix.", "PK", nullable=False)
_CONVERSATION_ID = text(2, "conversation_id", TECHNICAL, "The conversation: the whole SK.", "SK", nullable=False)
_CREATED_AT = instant(
    3,
    "created_at",
    TECHNICAL,
    "CreatedAt, or the time in SK where it is missing; UTC.",
    "CreatedAt",
    "SK",
    nullable=False,
)

CONVERSATIONS = Dataset(
    name="conversations",
    description="One row per conversation item of the source table.",
    columns=(
        _USER_ID,
        _CONVERSATION_ID,
        _CREATED_AT,
        _user_data(4, "nombre", PERSONAL, "the user's name"),
        _user_data(5, "ciudad", ORGANISATION, "the user's city"),
        _user_data(6, "gerencia", ORGANISATION, "the user's department"),
        _user_data(7, "subgerencia", ORGANISATION, "the user's sub-department"),
        _user_data(8, "oficinas_asesoras", ORGANISATION, "the user's advisory office"),
        _user_data(9, "nivel_directivo", ORGANISATION, "the user's management level"),
        count(10, "message_count", TECHNICAL, "Messages in the conversation.", "Conversation"),
        count(11, "question_count", TECHNICAL, "Messages that the user sent.", "Conversation[].from"),
    ),
    key=("user_id", "conversation_id"),
    sort_by=("conversation_id", "user_id"),
    partition=Partition("conversation_id", _CONVERSATION_MONTH),
)

MESSAGES = Dataset(
    name="messages",
    description="One row per message of a conversation.",
    columns=(
        _USER_ID,
        _CONVERSATION_ID,
        count(3, "position", TECHNICAL, "Place of the message in its conversation, from 1.", "Conversation"),
        text(4, "sender", TECHNICAL, "user, bot, or the source's own word where it is neither.", "Conversation[].from"),
        prose(5, "text", PERSONAL, "What was said.", "Conversation[].text"),
        instant(6, "sent_at", TECHNICAL, "The message's own timestamp; UTC.", "Conversation[].timestamp"),
    ),
    key=("user_id", "conversation_id", "position"),
    # A conversation's id begins with its time: so a week's messages lie together, each conversation in one piece.
    sort_by=("conversation_id", "user_id", "position"),
    partition=Partition("conversation_id", _CONVERSATION_MONTH),
)

FEEDBACK = Dataset(
    name="feedback",
    description="One row per feedback item of the source table.",
    columns=(
        _USER_ID,
        text(2, "feedback_id", TECHNICAL, "The feedback: the whole SK.", "SK", nullable=False),
        _CREATED_AT,
        text(4, "feedback_type", TECHNICAL, "like or dislike.", "Feedback.type"),
        prose(5, "comment", PERSONAL, "The user's own words.", "Feedback.comment"),
        text(6, "option", TECHNICAL, "The answer that the user picked.", "Feedback.option"),
    ),
    key=("user_id", "feedback_id"),
    sort_by=("feedback_id", "user_id"),
    partition=Partition("feedback_id", _FEEDBACK_MONTH),
)

CONTRACT = SourceContract(
    name="catia",
    description="CatIA's conversations",
    table="catia-conversations",
    key_attributes=("PK", "SK"),
    aliases={"user_id": USER_PREFIX},
    kinds=(
        ItemKind("conversations", CONVERSATIONS),
        ItemKind("feedback", FEEDBACK),
        ItemKind("registers"),
    ),
    # Conversations last: their arrival commits a run.
    datasets=(MESSAGES, FEEDBACK, REJECTED, CONVERSATIONS),
    relations=(
        Relation(
            "has_conversation",
            MESSAGES,
            CONVERSATIONS,
            ("user_id", "conversation_id"),
            counted_in="message_count",
        ),
        # Not a fault: a user may rate before the first conversation, or the conversation was excluded or rejected.
        Relation("user_has_conversation", FEEDBACK, CONVERSATIONS, ("user_id",), is_required=False),
    ),
    item_reader="contract.sources.catia.normalize:normalize_item",
    item_date="contract.sources.catia.normalize:item_date",
    writer="the chatbot",
    views="contract.sources.catia.views",
    spanish={**SPANISH, **SERVED},
)
