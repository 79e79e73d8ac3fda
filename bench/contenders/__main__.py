"""One measurement: ``python -m bench.contenders NAME TASK RESULT``, in a fresh process that reports on itself."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bench.contenders.task import Prepare, Task

#: Modules of this package and what prepares their work, by contender.
PREPARES: Final = {
    "ours": ("ours", "prepare"),
    "boto3-client": ("boto3_client", "prepare"),
    "boto3-resource": ("boto3_resource", "prepare"),
    "awswrangler": ("wrangler", "prepare"),
    "fetch": ("floors", "prepare_fetch"),
    "fetch-orjson": ("floors", "prepare_fetch_and_parse"),
}
_KIB_PER_MB: Final = 1000 * 1000 / 1024


def main(name: str, task_json: str, result_path: str) -> None:
    """Time starting (imports and clients) and the work apart; write them, and what was done, to ``result_path``."""
    begun = time.perf_counter()
    module, function = PREPARES[name]
    prepare: Prepare = getattr(importlib.import_module(f"bench.contenders.{module}"), function)
    work = prepare(Task(**json.loads(task_json)))
    started = time.perf_counter()
    report = work()
    ended = time.perf_counter()
    peak = peak_mb() + report.processes * peak_mb_of_a_child()
    result = {"start_seconds": started - begun, "work_seconds": ended - started, "peak_mb": peak}
    Path(result_path).write_text(json.dumps(result | asdict(report)), encoding="utf-8")


def peak_mb() -> float:
    """Return the most memory that this process had resident, in MB.

    Linux counts into ``ru_maxrss`` what the parent had when it forked; the kernel's own high-water mark of this
    program's memory does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(kib) / _KIB_PER_MB
    return _megabytes(resource.getrusage(resource.RUSAGE_SELF))


def peak_mb_of_a_child() -> float:
    """Return the most memory that any ended child process had resident, in MB; what it shared with this one too."""
    return _megabytes(resource.getrusage(resource.RUSAGE_CHILDREN))


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1e6 if sys.platform == "darwin" else usage.ru_maxrss / _KIB_PER_MB


if __name__ == "__main__":
    main(*sys.argv[1:])
