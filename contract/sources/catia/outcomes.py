"""What an item of CatIA's table can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from contract.items.outcomes import Row
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from contract.sources.catia.rows import ConversationRow, FeedbackRow, MessageRow


@dataclass(frozen=True)
class Conversation:
    """A conversation item: its row and the rows of its messages, in their order."""

    row: ConversationRow
    messages: tuple[MessageRow, ...]
    kind: ClassVar[str] = "conversations"

    @property
    def rows(self) -> Mapping[str, Sequence[Row]]:
        """The rows by dataset name."""
        return {MESSAGES.name: self.messages, CONVERSATIONS.name: (self.row,)}


@dataclass(frozen=True)
class Feedback:
    """A feedback item."""

    row: FeedbackRow
    kind: ClassVar[str] = "feedback"

    @property
    def rows(self) -> Mapping[str, Sequence[Row]]:
        """The rows by dataset name."""
        return {FEEDBACK.name: (self.row,)}


@dataclass(frozen=True)
class Register:
    """A register item: only counted."""

    kind: ClassVar[str] = "registers"

    @property
    def rows(self) -> Mapping[str, Sequence[Row]]:
        """No rows."""
        return {}
