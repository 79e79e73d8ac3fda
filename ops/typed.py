"""How words of ``query`` are written where somebody types them: options of this program, or variables of make."""

from __future__ import annotations

import os
from typing import Final

#: What was typed in place of ``python -m ops query``, if anything was: ``make query``, with its CONTRACT.
VARIABLE: Final = "CAT_ASKED_BY"
#: The named query that tells the ids of earlier states.
_SNAPSHOTS: Final = "snapshots_by_day"


def by_make() -> str:
    """Return how make was asked, an empty text if this program was."""
    return os.environ.get(VARIABLE, "")


def option(name: str, value: str = "") -> str:
    """Return an option as it is typed: ``--rows N`` or ``ROWS=N``."""
    written, gap = (name.upper(), "=") if by_make() else (f"--{name}", " ")
    return f"{written}{gap}{value}" if value else written


def snapshots_query(env: str, workgroup: str = "") -> str:
    """Return the command that tells the ids of earlier states."""
    asked = by_make() or f"python -m ops query --env {env}{f' --workgroup {workgroup}' if workgroup else ''}"
    return f"{asked} {option('name', _SNAPSHOTS)}"
