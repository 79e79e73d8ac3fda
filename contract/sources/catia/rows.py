"""The rows of each dataset: named tuples of cell texts, one for each column that ``__init__.py`` defines, in its order.

The unit tests hold them equal to the contract, so a column is never written under another's name.
"""

from __future__ import annotations

from typing import NamedTuple


class ConversationRow(NamedTuple):
    """A row of ``conversations``."""

    user_id: str
    conversation_id: str
    created_at: str
    nombre: str | None
    ciudad: str | None
    gerencia: str | None
    subgerencia: str | None
    oficinas_asesoras: str | None
    nivel_directivo: str | None
    message_count: str
    question_count: str


class MessageRow(NamedTuple):
    """A row of ``messages``."""

    user_id: str
    conversation_id: str
    position: str
    sender: str | None
    text: str | None
    sent_at: str | None


class FeedbackRow(NamedTuple):
    """A row of ``feedback``."""

    user_id: str
    feedback_id: str
    created_at: str
    feedback_type: str | None
    comment: str | None
    option: str | None
