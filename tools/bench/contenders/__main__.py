"""One measurement: ``python -m tools.bench.contenders NAME TASK RESULT``, in a fresh process that reports on itself."""

from __future__ import annotations

import importlib
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tools.bench.contenders.task import Prepare, Task
from tools.bench.memory import peak_mb, peak_mb_of_a_child


@dataclass(frozen=True)
class Program:
    """A module of this package, and the function there that prepares the work."""

    module: str
    function: str = "prepare"


#: By contender.
PROGRAMS: Final = {
    "ours": Program("ours"),
    "ours-unsummed": Program("ours", "prepare_without_sums"),
    "boto3-client": Program("boto3_client"),
    "boto3-resource": Program("boto3_resource"),
    "awswrangler": Program("wrangler"),
    "fetch": Program("floors", "prepare_fetch"),
    "fetch-orjson": Program("floors", "prepare_fetch_and_parse"),
}


def main(name: str, task_json: str, result_path: str) -> None:
    """Time starting (imports and clients) and the work apart; write them, and what was done, to ``result_path``."""
    begun = time.perf_counter()
    program = PROGRAMS[name]
    prepare: Prepare = getattr(importlib.import_module(f"tools.bench.contenders.{program.module}"), program.function)
    work = prepare(Task(**json.loads(task_json)))
    started = time.perf_counter()
    report = work()
    ended = time.perf_counter()
    done = asdict(report)
    peak = peak_mb() + report.processes * peak_mb_of_a_child()
    result = {"start_seconds": started - begun, "work_seconds": ended - started, "peak_mb": peak}
    Path(result_path).write_text(json.dumps(result | done), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
