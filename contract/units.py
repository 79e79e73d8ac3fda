"""Units that AWS counts in."""

from __future__ import annotations

from typing import Final

#: A mebibyte, in bytes.
MIB: Final = 1024 * 1024
