"""What can become of one scanned item: every item meets exactly one of these ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambda_src.exceptions import RejectionCode
    from sources.catia.rows import ConversationRow, FeedbackRow, MessageRow, RejectedRow


@dataclass(frozen=True)
class Conversation:
    """A conversation item: its row and the rows of its messages, in their order."""

    row: ConversationRow
    messages: tuple[MessageRow, ...]


@dataclass(frozen=True)
class Feedback:
    """A feedback item."""

    row: FeedbackRow


@dataclass(frozen=True)
class Register:
    """A register item: only counted."""


@dataclass(frozen=True)
class Excluded:
    """An item that the named rule takes out: only counted."""

    rule: str


@dataclass(frozen=True)
class Rejected:
    """An item that could not be normalized. ``code`` is what the run summary counts by."""

    code: RejectionCode
    row: RejectedRow


Outcome = Conversation | Feedback | Register | Excluded | Rejected
