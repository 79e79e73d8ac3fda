"""Runs a scenario: all contenders in turn, round after round, each in a fresh process, and checks what each did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.bench.contenders.task import Task
from tools.bench.measurements import Measurements
from tools.bench.processes import Measurement, MeasurementError, RunningServer, measure, replay_server
from tools.bench.scenarios import OURS_PROGRAMS, Contender, Scenario


@dataclass
class Results(Measurements[Contender]):
    """What a scenario gave: measurements by contender, round by round, and the reasons why contenders have none."""

    scenario: Scenario
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    measurements: dict[Contender, list[Measurement]] = field(default_factory=dict)
    failures: dict[Contender, str] = field(default_factory=dict)


def run(scenario: Scenario, rounds: int, pythons: Mapping[str, Path | str]) -> Results:
    """Measure a scenario.

    Args:
        scenario: what to measure.
        rounds: how often each contender runs.
        pythons: the Python of each program, or the reason why it has none.

    Raises:
        MeasurementError: ours failed, or any contender did not do the whole work.
    """
    results = Results(scenario)
    print(f"{scenario.name}: {scenario.title}; encoding the pages …", flush=True)
    with replay_server(scenario.tables, scenario.latency) as server:
        results.tables = server.tables
        for number in range(1, rounds + 1):
            print(f"  round {number} of {rounds}", flush=True)
            for contender in scenario.contenders:
                _run_one(contender, server, pythons[contender.program], results)
    return results


def _run_one(contender: Contender, server: RunningServer, python: Path | str, results: Results) -> None:
    if isinstance(python, str):
        results.failures[contender] = python
    if contender in results.failures:
        return
    task = Task(server.port, contender.table, contender.segments, contender.memory_megabytes)
    try:
        measurement = measure(Path(python), contender.program, task)
    except MeasurementError as error:
        if contender.program in OURS_PROGRAMS:
            raise
        print(f"    {contender.label}: {error}", flush=True)
        results.failures[contender] = str(error)
        return
    check_rows(contender, measurement, server.tables[contender.table])
    results.measurements.setdefault(contender, []).append(measurement)
    print(f"    {contender.label}: {measurement.work_seconds:.2f} s, {measurement.peak_mb:.0f} MB", flush=True)


def check_rows(contender: Contender, measurement: Measurement, facts: Mapping[str, Any]) -> None:
    """Compare what a contender reports with what the generator knows: nobody may win by doing less.

    Raises:
        MeasurementError: a count is missing or wrong.
    """
    expected = {"scanned": facts["items"]}
    if contender.program in OURS_PROGRAMS:
        expected |= facts["known"]
    if measurement.rows != expected:
        message = f"{contender.label} reports {measurement.rows}, but the items are {expected}."
        raise MeasurementError(message)
