"""Files made from the program and read in review: tests compare them, ``make snapshots`` writes them."""

from __future__ import annotations

import os
from typing import Final

#: Set, it has tests write their snapshots instead of failing on them.
UPDATE: Final = "UPDATE_SNAPSHOTS"
ADVICE: Final = "if the change is meant, `make snapshots` writes it anew; read the difference before you commit it"


def is_update() -> bool:
    """Whether snapshots are to be written."""
    return bool(os.environ.get(UPDATE))
