"""Runs the scenario: all programs in turn, round after round, and checks what each wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from contract.settings import ARROW_MEMORY_VARIABLES
from contract.sources.catia import CONTRACT
from envs.schema import ArrowSettings
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients
from tools.bench.lake.front import BUCKET
from tools.bench.lake.lake import Lake, folders, running
from tools.bench.lake.nights import Change, Night, write_nights
from tools.bench.lake.ours import arguments, night_at
from tools.bench.lake.outputs import Content, check, column_bytes, contents_of_csv
from tools.bench.lake.queries import Reading, read_by_questions
from tools.bench.lake.scenario import ASKED, IN_PROCESS, LakeContender, LakeScenario
from tools.bench.lake.scratch import watched
from tools.bench.lake.task import LakeTask, NightMeasurement, NightTask, ProgramMeasurement, curated_prefix
from tools.bench.lake.year import REDUCTION, YearResults, simulate
from tools.bench.processes import PROJECT, MeasurementError, passed_on
from tools.local.aws_environment import emulator_variables
from tools.local.machine_tools import tool_environment

_PROGRAM_SECONDS = 1800
_LAST_LINES = 8


@dataclass
class LakeResults:
    """What was measured: of each program and night one measurement a round, and seconds to start.

    ``scratch_bytes`` is the most that a program had on disk; ``failures`` say why a program has no measurements;
    ``readings`` are what questions read of a program's lake, ``column_bytes`` are by dataset and column, in-process.
    """

    scenario: LakeScenario
    nights: list[Night] = field(default_factory=list)
    measurements: dict[tuple[LakeContender, Change], list[NightMeasurement]] = field(default_factory=dict)
    starts: dict[LakeContender, list[float]] = field(default_factory=dict)
    scratch_bytes: dict[LakeContender, int] = field(default_factory=dict)
    failures: dict[LakeContender, str] = field(default_factory=dict)
    readings: dict[LakeContender, list[Reading]] = field(default_factory=dict)
    column_bytes: dict[tuple[str, str], int] = field(default_factory=dict)
    year: YearResults | None = None

    def of(self, contender: LakeContender, change: Change) -> list[NightMeasurement]:
        """Return the measurements of a program's night, none if it was not measured."""
        return self.measurements.get((contender, change), [])


class Runner:
    """Measures programs on a lake that runs."""

    def __init__(self, lake: Lake, results: LakeResults, scratch: Path) -> None:
        self._lake = lake
        self._nights = {night.change: night for night in results.nights}
        self._results = results
        self._scratch = scratch
        self._contents: dict[Change, dict[str, Content]] = {}

    def run(self, contender: LakeContender, number: int, rounds: int) -> None:
        """Run one program in one round; one that has all its rounds in one process runs in the first."""
        if contender in self._results.failures or number > (1 if contender.in_one_process else contender.most_rounds):
            return
        last = min(rounds, contender.most_rounds) if contender.in_one_process else number
        # The first lake of a session is what warms it up.
        first = 0 if contender.in_one_process else number
        lakes = [f"{contender.slug}_{one}" for one in range(first, last + 1)]
        try:
            self._run(contender, lakes)
        except MeasurementError as error:
            if contender.is_ours:
                raise
            print(f"    {contender.label}: {error}", flush=True)
            self._results.failures[contender] = str(error)

    def _run(self, contender: LakeContender, lakes: list[str]) -> None:
        for lake in lakes:
            self._lake.make(lake)
        together = [contender.nights] if contender.in_one_process else [(change,) for change in contender.nights]
        for changes in together:
            measured = self._measure(contender, lakes, changes)
            self._results.starts.setdefault(contender, []).append(measured.start_seconds)
            for lake in lakes[1:] if contender.in_one_process else lakes:
                for change in changes:
                    night = measured.nights[lake][change.name]
                    seconds = night.seconds + (measured.start_seconds if contender.counts_start else 0)
                    self._take_in(contender, change, replace(night, seconds=seconds))
        for lake in lakes:
            self._check(contender, lake)
        if contender in ASKED:
            with TemporaryDirectory(dir=self._scratch) as folder:
                self._results.readings[contender] = read_by_questions(self._lake, lakes[-1], Path(folder))
        for lake in lakes:
            self._lake.clear(curated_prefix(lake))

    def _take_in(self, contender: LakeContender, change: Change, measurement: NightMeasurement) -> None:
        self._results.measurements.setdefault((contender, change), []).append(measurement)
        seconds, peak, written = measurement.seconds, measurement.peak_mb, measurement.traffic.data_written / 1e6
        print(
            f"    {contender.label}, {change.title}: {seconds:.2f} s, {peak:.0f} MB, wrote {written:.1f} MB", flush=True
        )

    def _measure(self, contender: LakeContender, lakes: Sequence[str], changes: Sequence[Change]) -> ProgramMeasurement:
        """Run a program in a process of its own.

        Raises:
            MeasurementError: it failed.
        """
        with TemporaryDirectory(dir=self._scratch) as name:
            scratch, result = Path(name, "scratch"), Path(name, "result.json")
            scratch.mkdir()
            nights = tuple(self._task_of(self._nights[change]) for change in changes)
            task = LakeTask(self._lake.port, str(self._lake.root), str(scratch), tuple(lakes), nights)
            os.sync()  # what others have written does not get in its way
            with watched(scratch) as watch:
                _run_process(contender, task, result)
            scratch_bytes = self._results.scratch_bytes
            scratch_bytes[contender] = max(watch.most_bytes, scratch_bytes.get(contender, 0))
            return ProgramMeasurement.from_document(json.loads(result.read_text(encoding="utf-8")))

    @staticmethod
    def _task_of(night: Night) -> NightTask:
        return NightTask(night.change.name, night.clean_prefix, night.keys, night.change.rebuild)

    def _check(self, contender: LakeContender, lake: str) -> None:
        if not contender.keeps_objects:
            return
        last = contender.nights[-1]
        if last not in self._contents:
            csv = {name: self._lake.root / key for name, key in self._nights[last].keys.items()}
            self._contents[last] = contents_of_csv(csv)
        with TemporaryDirectory(dir=self._scratch) as folder:
            files = {dataset.name: self._lake.fetch(lake, dataset, Path(folder)) for dataset in CONTRACT.datasets}
            check(contender, files, self._contents[last])
            if contender == IN_PROCESS:
                self._results.column_bytes = column_bytes(files)


def _run_process(contender: LakeContender, task: LakeTask, result: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tools.bench.lake.measure",
        contender.program,
        json.dumps(asdict(task)),
        str(result),
    ]
    tools = tool_environment()
    environment = {
        **passed_on(),
        **({"JAVA_HOME": tools["JAVA_HOME"]} if "JAVA_HOME" in tools else {}),
        **emulator_variables(task.endpoint),
        # As much as the function has.
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(ArrowSettings().memory_size),
        **ARROW_MEMORY_VARIABLES,
    }
    try:
        subprocess.run(
            command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True, timeout=_PROGRAM_SECONDS
        )
    except subprocess.CalledProcessError as error:
        message = f"{contender.label} failed: " + "\n".join(error.stderr.strip().splitlines()[-_LAST_LINES:])
        raise MeasurementError(message) from error


def _year(lake: Lake, conversations: int, scratch: Path) -> YearResults:
    with_clients = Clients(lake.s3, lake.glue, lake.client("cloudwatch"), lake.client("events"), lake.client("ssm"))

    def publish(name: str, clean_prefix: str, now: datetime) -> None:
        engine = ArrowEngine(with_clients.glue, with_clients.s3, BUCKET, name, scratch)
        night_at(engine, arguments(name, clean_prefix), with_clients, now)

    return simulate(lake, conversations, publish)


def run(scenario: LakeScenario, rounds: int) -> LakeResults:
    """Measure ETL-2.

    Raises:
        MeasurementError: ours failed, or any program wrote something else than the night's rows.
    """
    results = LakeResults(scenario)
    with folders("lake") as (root, scratch):
        print("lake: writing the nights' CSV …", flush=True)
        results.nights = write_nights(root, scenario.conversations, os.cpu_count() or 1)
        with running(root, scratch) as lake:
            runner = Runner(lake, results, scratch)
            for number in range(1, rounds + 1):
                print(f"  round {number} of {rounds}", flush=True)
                for contender in scenario.contenders:
                    runner.run(contender, number, rounds)
            if scenario.has_year:
                print("lake: a year of nights …", flush=True)
                results.year = _year(lake, scenario.conversations // REDUCTION, scratch)
    return results
