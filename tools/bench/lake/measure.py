"""``python -m tools.bench.lake.measure PROGRAM TASK RESULT``: one program's nights, timed by itself."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import boto3

from contract.sources.catia import CONTRACT
from tools.bench.lake.front import take_log
from tools.bench.lake.task import LakeTask, NightMeasurement, NightTask, Program, ProgramMeasurement, Traffic
from tools.bench.memory import peak_mb_of


def main(name: str, task_json: str, result_path: str) -> None:
    """Time starting (imports, clients, a session) and each night; ``name`` is ``module:function`` of the contenders."""
    begun = time.perf_counter()
    task = LakeTask.from_document(json.loads(task_json))
    module, _, function = name.partition(":")
    prepare: Callable[[LakeTask], Program] = getattr(
        importlib.import_module(f"tools.bench.contenders.{module}"), function
    )
    program = prepare(task)
    started = time.perf_counter()
    nights = {lake: {night.name: _measured(program, task, lake, night) for night in task.nights} for lake in task.lakes}
    measurement = ProgramMeasurement(started - begun, nights)
    Path(result_path).write_text(json.dumps(asdict(measurement)), encoding="utf-8")


def _measured(program: Program, task: LakeTask, lake: str, night: NightTask) -> NightMeasurement:
    processes = (os.getpid(), *program.others)
    for process in processes:
        _forget_peak(process)
    before = _metadata_locations(lake)
    take_log(task.port)
    begun = time.perf_counter()
    program.work(lake, night)
    seconds = time.perf_counter() - begun
    peak, traffic = sum(map(peak_mb_of, processes)), Traffic.of(take_log(task.port))
    after = _metadata_locations(lake)
    return NightMeasurement(seconds, peak, traffic, sum(before[name] != after[name] for name in before))


def _metadata_locations(lake: str) -> dict[str, str]:
    """Return where each data table's metadata is: elsewhere after each commit."""
    glue = boto3.client("glue")
    tables = (glue.get_table(DatabaseName=lake, Name=dataset.name)["Table"] for dataset in CONTRACT.datasets)
    return {table["Name"]: table["Parameters"]["metadata_location"] for table in tables}


def _forget_peak(process: int) -> None:
    """Let the kernel count a process's peak anew: https://docs.kernel.org/filesystems/proc.html (clear_refs)."""
    with suppress(OSError):
        Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
