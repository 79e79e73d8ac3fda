"""Every failure of ETL-1.

    Exception
    ├── NormalizeError               a run cannot start or go on; it always leaves the function
    │   ├── FaultsError              several things can be wrong, and are told together
    │   │   ├── SettingsError        environment variables are missing or wrong
    │   │   └── EventError           the event is wrong
    │   ├── SourceError              the source table cannot be read
    │   ├── DestinationError         the bucket cannot be written
    │   ├── WorkerError              a process that made a share of the run ended without an answer
    │   └── DeadlineExceededError    the run's time is nearly over
    └── ItemRejectedError            one item cannot be normalized; it never leaves sources.catia.normalize

A message says which value is wrong, which rule it breaks and what to do about it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class NormalizeError(Exception):
    """A run cannot start or go on."""


class FaultsError(NormalizeError):
    """The ``subject`` is wrong in one or more ways, all of which are told together."""

    subject: ClassVar[str]

    def __init__(self, faults: Sequence[str]) -> None:
        """Take the ``faults``, which the message lists one a line under the subject."""
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Return the message."""
        return "\n  - ".join([f"{self.subject}:", *self.faults])


class SettingsError(FaultsError):
    """Environment variables are missing or wrong."""

    subject = "The function's environment variables are wrong"


class EventError(FaultsError):
    """The event is wrong."""

    subject = "The event is wrong"


class SourceError(NormalizeError):
    """The source table cannot be read."""


class DestinationError(NormalizeError):
    """The bucket cannot be written."""


class WorkerError(NormalizeError):
    """A process that made a share of the run ended without an answer."""


class DeadlineExceededError(NormalizeError):
    """The run's time is nearly over: it stops while it can still clean up."""


class RejectionCode(Enum):
    """Why items are rejected. Run summaries count by these values and people query them: they never change meaning."""

    MALFORMED_ATTRIBUTE = "malformed_attribute"
    INVALID_PK = "invalid_pk"
    INVALID_SK = "invalid_sk"
    WRONG_TYPE = "wrong_type"
    INVALID_JSON = "invalid_json"
    INVALID_UNICODE = "invalid_unicode"
    INVALID_TIMESTAMP = "invalid_timestamp"
    UNKNOWN_FEEDBACK_TYPE = "unknown_feedback_type"
    TOO_DEEPLY_NESTED = "too_deeply_nested"


class ItemRejectedError(Exception):
    """One item breaks a rule.

    ``code`` is for counting; ``rule`` is for people; ``path`` leads from the item to the wrong value and grows
    while the exception rises, so that right items never pay for it.
    """

    def __init__(self, code: RejectionCode, rule: str, path: str = "") -> None:
        """Start with the innermost ``path`` that is known."""
        super().__init__(code, rule, path)
        self.code = code
        self.rule = rule
        self.path = path

    def within(self, outer: str) -> None:
        """Lengthen the path at its front, by an attribute's name or ``[index]``."""
        separator = "." if self.path and not self.path.startswith("[") else ""
        self.path = outer + separator + self.path

    @property
    def reason(self) -> str:
        """The ``reason`` cell: ``code: path: rule``."""
        return ": ".join(part for part in (self.code.value, self.path, self.rule) if part)
