"""What can come of a check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Result(Enum):
    """Whether a check saw what it wanted to see."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_PROVEN = "not proven here"


@dataclass(frozen=True)
class Outcome:
    """What came of one check, and after how many seconds."""

    check: str
    proves: str
    result: Result
    saw: str
    seconds: float


class DisprovedError(Exception):
    """The deployment does something else than it should."""


class NotSeenError(Exception):
    """What should come did not. AWS would bring it; another endpoint may not know how to."""
