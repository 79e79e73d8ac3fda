"""The processes of a benchmark: the replay server, and a fresh one for every measurement."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from tools.bench.contenders.task import Task
from tools.bench.replay_server import STATISTICS_TARGET

PROJECT: Final = Path(__file__).resolve().parents[2]
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
_MEASUREMENT_SECONDS: Final = 1800
_LAST_LINES: Final = 5


class MeasurementError(RuntimeError):
    """A contender failed, or did not do the whole work; the message says which and how."""


@dataclass(frozen=True)
class Measurement:
    """One run of one contender: seconds to start and to work, peak memory, and what it did.

    With ``processes`` beside its own, the peak is its own and as much for each as the largest of them had: what they
    share is counted each time.
    """

    start_seconds: float
    work_seconds: float
    peak_mb: float
    rows: dict[str, int]
    csv_bytes: int | None
    processes: int = 0


@dataclass(frozen=True)
class RunningServer:
    """Where the server listens, and the facts of its tables by name."""

    port: int
    tables: dict[str, dict[str, Any]]


@contextmanager
def replay_server(tables: Mapping[str, Mapping[str, Any]], latency: float) -> Iterator[RunningServer]:
    """Run a replay server with these tables (arguments of ``build_table`` by name) for as long as the block lasts."""
    command = [sys.executable, "-m", "tools.bench.replay_server", json.dumps(tables), "--latency", str(latency)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None  # noqa: S101 for mypy: it is a pipe
            line = process.stdout.readline()
            if not line:
                message = "the replay server ended before it listened; its error is above."
                raise MeasurementError(message)
            yield RunningServer(**json.loads(line))
        finally:
            process.terminate()


def measure(python: Path, name: str, task: Task) -> Measurement:
    """Run one contender of ETL-1 by ``python`` in a process of its own.

    Raises:
        MeasurementError: it failed, or uploaded something other than what it reports.
    """
    measurement = _measure_alone(python, name, task)
    _check_upload(name, measurement, take_statistics(task.port))
    return measurement


def _measure_alone(python: Path, name: str, task: Task) -> Measurement:
    with tempfile.TemporaryDirectory() as directory:
        result = Path(directory, "result.json")
        command = [str(python), "-m", "tools.bench.contenders", name, json.dumps(asdict(task)), str(result)]
        try:
            subprocess.run(
                command,
                cwd=PROJECT,
                env=passed_on() | _aws_environment(task.port),
                check=True,
                capture_output=True,
                text=True,
                timeout=_MEASUREMENT_SECONDS,
            )
        except subprocess.CalledProcessError as error:
            message = f"{name} failed: " + " / ".join(error.stderr.strip().splitlines()[-_LAST_LINES:])
            raise MeasurementError(message) from error
        return Measurement(**json.loads(result.read_text(encoding="utf-8")))


def take_statistics(port: int) -> dict[str, dict[str, int]]:
    """Return bytes and lines of the objects that the server took since the last call, by path."""
    connection = HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", STATISTICS_TARGET)
        statistics: dict[str, dict[str, int]] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return statistics


def _check_upload(name: str, measurement: Measurement, objects: Mapping[str, Mapping[str, int]]) -> None:
    uploaded = sum(statistics["bytes"] for path, statistics in objects.items() if path.endswith(".csv"))
    if measurement.csv_bytes not in (None, uploaded):
        message = f"{name} reports {measurement.csv_bytes} bytes of CSV, but the server took {uploaded}."
        raise MeasurementError(message)


def passed_on() -> dict[str, str]:
    """Return the variables of this machine that a measured program is given."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def _aws_environment(port: int) -> dict[str, str]:
    """Return an environment in which nothing of the machine's own AWS settings can reach the measured program."""
    return {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",  # the server checks no signatures
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
