"""How much memory processes had at most."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Final

_KIB_PER_MB: Final = 1000 * 1000 / 1024


def peak_mb() -> float:
    """Return the most memory that this process had resident, in MB.

    Linux counts into ``ru_maxrss`` what the parent had when it forked; the kernel's own high-water mark of this
    program's memory does not.
    """
    return peak_mb_of(os.getpid()) or _megabytes(resource.getrusage(resource.RUSAGE_SELF))


def peak_mb_of(process: int) -> float:
    """Return the most memory that a running process had resident, in MB; 0 where the kernel does not tell."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0.0
    kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(kib) / _KIB_PER_MB


def peak_mb_of_a_child() -> float:
    """Return the most memory that any ended child process had resident, in MB; what it shared with this one too."""
    return _megabytes(resource.getrusage(resource.RUSAGE_CHILDREN))


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1e6 if sys.platform == "darwin" else usage.ru_maxrss / _KIB_PER_MB
