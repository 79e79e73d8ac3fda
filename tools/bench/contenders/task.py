"""What every contender is given, what it reports, and what it may call its work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

BUCKET: Final = "bench-reports"
ONE_PROCESSOR: Final = 1769
"""The memory, in MB, with which a Lambda function has one processor."""
TWO_PROCESSORS: Final = 2 * ONE_PROCESSOR


@dataclass(frozen=True)
class Task:
    """Read ``table`` from the server at ``port`` (loopback) in so many scan segments, and write CSV to BUCKET.

    ``memory_megabytes`` is that of the Lambda function which the program would run in.
    """

    port: int
    table: str
    segments: int = 1
    memory_megabytes: int = ONE_PROCESSOR


@dataclass(frozen=True)
class Report:
    """What a contender did: ``rows`` by dataset, and the bytes of its CSV objects (None where it writes none).

    ``processes`` are those that it had beside its own and that have ended.
    """

    rows: dict[str, int] = field(default_factory=dict)
    csv_bytes: int | None = None
    processes: int = 0


Work = Callable[[], Report]
Prepare = Callable[[Any], Work]
"""Makes, of its task, clients and all else that a warm program has, so that only the work itself is timed."""
