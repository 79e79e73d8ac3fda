"""Time zones of one fixed database, the pinned package ``tzdata``: not of the machine that deploys.

A machine's own database may be older, lack names that AWS knows, or know some that AWS does not (``localtime``,
``posix/UTC``).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

_PACKAGE: Final = files("tzdata")
#: ``Factory`` stands for a machine whose zone nobody has set.
ZONES: Final = frozenset((_PACKAGE / "zones").read_text(encoding="utf-8").split()) - {"Factory"}


@cache
def zone(name: str) -> ZoneInfo:
    """Return one of ZONES."""
    with (_PACKAGE / "zoneinfo").joinpath(*name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)
