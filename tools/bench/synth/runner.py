"""Runs every contender in turn, round after round, each in a fresh process, and checks that all write the same."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tools.bench.peers import project_python
from tools.bench.processes import PROJECT, MeasurementError, passed_on
from tools.bench.synth.scenario import CONTENDERS, OURS, SynthContender
from tools.local.cdktf_command import QUIET
from tools.local.machine_tools import tool_environment

#: What a synth writes for Terraform, by the path in its folder.
Documents = Mapping[str, bytes]
_SYNTH_SECONDS: Final = 600


@dataclass(frozen=True)
class SynthMeasurement:
    """Seconds on the clock, and of processors' work in Python and Node together."""

    seconds: float
    processor_seconds: float


@dataclass
class SynthResults:
    """What was measured, and how many stacks each contender makes."""

    measurements: dict[SynthContender, list[SynthMeasurement]] = field(default_factory=dict)
    stacks: dict[SynthContender, int] = field(default_factory=dict)

    def seconds(self, contender: SynthContender) -> list[float]:
        """Return the seconds of each round."""
        return [measurement.seconds for measurement in self.measurements[contender]]

    def processor_seconds(self, contender: SynthContender) -> list[float]:
        """Return the processors' seconds of each round."""
        return [measurement.processor_seconds for measurement in self.measurements[contender]]


def run(rounds: int) -> SynthResults:
    """Measure a synth of all stacks.

    Raises:
        MeasurementError: a synth failed, or wrote something else than ours.
    """
    print("synth: once unmeasured, which builds layers and fills caches …", flush=True)
    _, wanted = synthesize(OURS)
    results = SynthResults()
    for number in range(1, rounds + 1):
        print(f"  round {number} of {rounds}", flush=True)
        for contender in CONTENDERS:
            measurement, documents = synthesize(contender)
            check_documents(contender, documents, wanted)
            results.measurements.setdefault(contender, []).append(measurement)
            results.stacks[contender] = len(documents)
            print(f"    {contender.label}: {measurement.seconds:.2f} s", flush=True)
    return results


def synthesize(contender: SynthContender) -> tuple[SynthMeasurement, Documents]:
    """Run one synth in processes of its own.

    Raises:
        MeasurementError: it failed.
    """
    with TemporaryDirectory(prefix="bench-synth-") as folder:
        environment = {**tool_environment(passed_on()), **QUIET, **contender.variables, "CDKTF_OUTDIR": folder}
        os.sync()  # what the last one has written does not get in its way
        used, begun = _processor_seconds(), time.perf_counter()
        done = subprocess.run(
            [str(project_python()), *contender.program],
            cwd=PROJECT,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=_SYNTH_SECONDS,
        )
        measurement = SynthMeasurement(time.perf_counter() - begun, _processor_seconds() - used)
        if done.returncode != 0:
            message = f"{contender.label} ended with {done.returncode}:\n{done.stderr.strip()}"
            raise MeasurementError(message)
        output = Path(folder)
        documents = {str(file.relative_to(output)): file.read_bytes() for file in output.glob("stacks/*/cdk.tf.json")}
    return measurement, documents


def node_version() -> str:
    """Return the version of the Node that jsii starts."""
    command = ("node", "--version")
    return subprocess.run(command, env=tool_environment(), check=True, capture_output=True, text=True).stdout.strip()


def check_documents(contender: SynthContender, documents: Documents, wanted: Documents) -> None:
    """Check that what a contender wrote is, stack by stack, what ours wrote, and all of it that was asked for.

    Raises:
        MeasurementError: it is not.
    """
    asked = {path: content for path, content in wanted.items() if f"cat-{contender.environments}" in path}
    if not asked or documents != asked:
        message = f"{contender.label} wrote {sorted(documents)}, which is not what ours wrote in {sorted(asked)}."
        raise MeasurementError(message)


def _processor_seconds() -> float:
    """Return what all children that have ended have used, their own children's included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
