"""What an alert says: written by the stacks, taken apart where operators look."""

from __future__ import annotations

from typing import Final

from envs.naming import environment_of

_COMMAND: Final = " Type: "


def with_remedy(meaning: str, name: str, runbook: str) -> str:
    """Return what an alert says: what has happened and what it means for the data, the command to type, the heading."""
    return f"{meaning}{_COMMAND}python -m ops doctor --env {environment_of(name)}. See the runbook, {runbook}."


def without_command(text: str) -> tuple[str, str]:
    """Return what has happened, and where to read on: whoever types the command is told no more of it."""
    meaning, _, todo = text.partition(_COMMAND)
    return meaning, todo.partition(". ")[2]
