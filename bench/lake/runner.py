"""Runs the scenario: all contenders in turn, round after round, each in a fresh process, and checks what each wrote."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.lake.days import Day, write_day
from bench.lake.outputs import (
    Content,
    bytes_of_parquet,
    check,
    contents_of_csv,
    contents_of_parquet,
    parquet_of,
)
from bench.lake.scans import Scans, scans_of
from bench.lake.scenario import DAY, GROWTH, SCANNED, TENFOLD, TENFOLD_ROUNDS, LakeContender, LakeScenario
from bench.lake.scratch import watched
from bench.lake.task import LakeTask
from bench.measurements import Measurements
from bench.peers import project_python
from bench.processes import Measurement, MeasurementError, measure_alone
from local.machine_tools import tool_environment
from sources.catia import MESSAGES


@dataclass(frozen=True)
class DayFacts:
    """The size of a day's CSV and what it holds, by dataset."""

    bytes: int
    contents: Mapping[str, Content]

    @property
    def rows(self) -> dict[str, int]:
        """Rows by dataset."""
        return {name: content.rows for name, content in self.contents.items()}


@dataclass
class LakeResults(Measurements[LakeContender]):
    """What was measured.

    ``parquet_bytes`` and ``scans`` are of what a contender wrote last, ``scratch_bytes`` the most that it had on disk
    besides.
    """

    scenario: LakeScenario
    days: dict[str, DayFacts] = field(default_factory=dict)
    measurements: dict[LakeContender, list[Measurement]] = field(default_factory=dict)
    failures: dict[LakeContender, str] = field(default_factory=dict)
    parquet_bytes: dict[LakeContender, int] = field(default_factory=dict)
    scratch_bytes: dict[LakeContender, int] = field(default_factory=dict)
    scans: dict[LakeContender, Scans] = field(default_factory=dict)


def run(scenario: LakeScenario, rounds: int) -> LakeResults:
    """Measure ETL-2.

    Raises:
        MeasurementError: ours failed, or any contender wrote something else than the day's rows in order.
    """
    results = LakeResults(scenario)
    with TemporaryDirectory(prefix="bench-lake-") as name:
        folder = Path(name)
        for day, parts in ((DAY, 1), (TENFOLD, GROWTH)):
            print(f"lake: writing the CSV, {day} …", flush=True)
            written = write_day(folder / day, scenario.conversations, parts, os.cpu_count() or 1)
            results.days[day] = _facts(written)
        for number in range(1, rounds + 1):
            print(f"  round {number} of {rounds}", flush=True)
            for contender in scenario.contenders:
                if contender.day == DAY or number <= TENFOLD_ROUNDS:
                    _run_one(contender, folder, results)
    return results


def _facts(day: Day) -> DayFacts:
    facts = DayFacts(day.bytes, contents_of_csv(day.folder))
    if facts.rows != day.rows:
        message = f"the generator wrote {day.rows}, but DuckDB reads {facts.rows}."
        raise MeasurementError(message)
    return facts


def _run_one(contender: LakeContender, folder: Path, results: LakeResults) -> None:
    if contender in results.failures:
        return
    with TemporaryDirectory(dir=folder, prefix="run-") as name:
        target, scratch = Path(name, "target"), Path(name, "scratch")
        target.mkdir()
        scratch.mkdir()
        try:
            with watched(scratch) as watch:
                measurement = _measure(contender, LakeTask(str(folder / contender.day), str(target), str(scratch)))
        except MeasurementError as error:
            if contender.is_ours:
                raise
            print(f"    {contender.label}: {error}", flush=True)
            results.failures[contender] = str(error)
            return
        results.scratch_bytes[contender] = max(watch.most_bytes, results.scratch_bytes.get(contender, 0))
        _take_in(contender, target, measurement, results)
    print(f"    {contender.label}: {measurement.work_seconds:.2f} s, {measurement.peak_mb:.0f} MB", flush=True)


def _measure(contender: LakeContender, task: LakeTask) -> Measurement:
    os.sync()  # what others have written does not get in its way
    tools = tool_environment()
    java = {"JAVA_HOME": tools["JAVA_HOME"]} if "JAVA_HOME" in tools else {}
    return measure_alone(project_python(), contender.program, task, {**java, **contender.variables})


def _take_in(contender: LakeContender, target: Path, measurement: Measurement, results: LakeResults) -> None:
    """Check what was written, and keep what is to be told of it."""
    day = results.days[contender.day]
    check(contender.label, contents_of_parquet(target), day.contents, tells_empty=contender.tells_empty)
    if measurement.rows != day.rows:
        message = f"{contender.label} reports {measurement.rows}, but the CSV holds {day.rows}."
        raise MeasurementError(message)
    results.measurements.setdefault(contender, []).append(measurement)
    results.parquet_bytes[contender] = bytes_of_parquet(target)
    if contender in SCANNED:
        results.scans[contender] = scans_of(parquet_of(target, MESSAGES))
