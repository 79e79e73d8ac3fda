"""Every failure of ETL-1.

    NormalizeError               a run cannot start or go on; it always leaves the function
    ├── FaultsError              several things can be wrong, and are told together
    │   ├── SettingsError        environment variables are missing or wrong
    │   └── EventError           the event is wrong
    ├── SourceError              the source table cannot be read
    ├── DestinationError         the bucket cannot be written
    ├── PrivacyError             it cannot be known who was erased
    ├── WorkerError              a process that made a work unit of the run ended without an answer
    └── DeadlineExceededError    the run's time is nearly over

What is wrong with one item is no failure of a run: :mod:`contract.items.rejections`.

A message says which value is wrong, which rule it breaks and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from contract.discretion import UnexpectedError
from contract.runs import RunSummaryError
from contract.source import ContractError


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


class PrivacyError(NormalizeError):
    """It cannot be known who was erased: a run would bring them back."""


class WorkerError(NormalizeError):
    """A process that made a work unit of the run ended without an answer."""


class DeadlineExceededError(NormalizeError):
    """The run's time is nearly over: it stops while it can still clean up."""


#: Errors whose messages quote no item: others are told as ``contract.discretion`` does.
DISCREET: Final = (NormalizeError, RunSummaryError, ContractError, UnexpectedError)
