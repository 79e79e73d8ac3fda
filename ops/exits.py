"""How a command ends: its exit code, and the errors that carry one."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """Exit codes: scripts decide by them, so they never change meaning."""

    WELL = 0
    ATTENTION = 1
    USAGE = 2
    AWS = 3
    NOT_CONFIRMED = 4
    NOT_IN_TIME = 5
    INTERRUPTED = 130


MEANINGS: Final = {
    Exit.WELL: "well: done, and nothing needs attention",
    Exit.ATTENTION: "something needs attention: what, and what to do, has been printed",
    Exit.USAGE: "the command line or the environment's configuration is wrong; nothing was done",
    Exit.AWS: "AWS refused, lacks what was asked for, or cannot be reached",
    Exit.NOT_CONFIRMED: "nothing was changed: the answer was no, or nobody is there to ask and --yes was not given",
    Exit.NOT_IN_TIME: "waited as long as allowed; what was started may still go on",
    Exit.INTERRUPTED: "interrupted by Ctrl-C; what was started may still go on",
}


class OpsError(Exception):
    """A command cannot go on. ``remedy`` says what to do; ``code`` is the exit code."""

    def __init__(self, code: Exit, message: str, remedy: str) -> None:
        self.code = code
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}")


def usage(message: str, remedy: str) -> OpsError:
    """Return the error for a wrong command line."""
    return OpsError(Exit.USAGE, message, remedy)


def attention(message: str, remedy: str) -> OpsError:
    """Return the error for something of the platform's own that went wrong."""
    return OpsError(Exit.ATTENTION, message, remedy)
