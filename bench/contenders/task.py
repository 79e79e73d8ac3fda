"""What every contender is given, what it reports, and what it may call its work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

BUCKET: Final = "bench-reports"


@dataclass(frozen=True)
class Task:
    """Read ``table`` from the server at ``port`` (loopback) and write CSV to BUCKET; ``segments`` scan threads."""

    port: int
    table: str
    segments: int = 1


@dataclass(frozen=True)
class Report:
    """What a contender did: ``rows`` by dataset, and the bytes of its CSV objects (None where it writes none)."""

    rows: dict[str, int] = field(default_factory=dict)
    csv_bytes: int | None = None


Work = Callable[[], Report]
Prepare = Callable[[Task], Work]
"""Makes clients and all else that a warm program has, so that only the work itself is timed."""
