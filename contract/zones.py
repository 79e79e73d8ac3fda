"""Time zones of one fixed database, the pinned package ``tzdata``: not of the machine that deploys, runs or reports.

A machine's own database may be older, lack names that AWS knows, or know some that AWS does not (``localtime``,
``posix/UTC``).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all zones. ``Factory``, which is none of them, stands for a machine whose zone is not set."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split()) - {"Factory"}


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone of that name.

    Raises:
        OSError: there is none.
        ValueError: what is there is no zone.
    """
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)
