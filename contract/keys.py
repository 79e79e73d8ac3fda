"""Keys that a parameter of Systems Manager holds: random bytes, written as hexadecimal digits."""

from __future__ import annotations

import re
import secrets
from typing import Final

#: As many as SHA-256 gives.
_BYTES: Final = 32
_WRITTEN: Final = re.compile(f"[0-9a-f]{{{2 * _BYTES}}}", re.ASCII)
#: What a parameter has to hold.
RULE: Final = f"{2 * _BYTES} hexadecimal digits"


def new_key() -> str:
    """Return a new key, as a parameter holds it."""
    return secrets.token_hex(_BYTES)


def read_key(written: str) -> bytes | None:
    """Return the key that a parameter holds, or None for what is none."""
    return bytes.fromhex(written) if _WRITTEN.fullmatch(written) else None
