from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import pytest

from tools.local.emulator import Emulator
from tools.local.errors import EmulatorError
from tools.local.processes import Process


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path)
    yield emulator
    emulator.stop()


def remember(folder: Path, process: Process) -> None:
    record = {"pid": process.pid, "created": process.created, "port": process.port}
    (folder / "emulator.json").write_text(json.dumps(record))


def listening_addresses(pid: int) -> set[str]:
    connections = psutil.Process(pid).net_connections(kind="tcp")
    return {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}


def test_life_of_an_emulator(emulator: Emulator, tmp_path: Path) -> None:
    first = emulator.start()
    assert emulator.start() == first, "one that runs is not started again"
    assert Emulator(tmp_path).endpoint_url() == first.endpoint_url, "another process finds it"
    assert listening_addresses(first.pid) == {"127.0.0.1"}

    found = first.found()
    assert found is not None
    found.kill()
    found.wait()
    assert emulator.is_stale()
    with pytest.raises(EmulatorError, match="has ended; what was deployed to it is gone"):
        emulator.endpoint_url()

    again = emulator.start()
    assert again.port == first.port, "bookmarks stay right"
    assert again.pid != first.pid
    assert emulator.stop()
    assert not psutil.pid_exists(again.pid)
    assert not emulator.stop()
    assert not emulator.is_stale()


def test_endpoint_before_the_first_start(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match=r"was not started.*make demo"):
        emulator.endpoint_url()


def test_where_another_contracts_demo_runs_it_is_told_how_a_shell_is_pointed_there(tmp_path: Path) -> None:
    usual, tickets, gone = (tmp_path / name for name in (".local", ".local-tickets", ".local-visits"))
    for folder in (usual, tickets, gone):
        folder.mkdir()
    remember(tickets, Process.of(os.getpid(), 1))
    with pytest.raises(EmulatorError) as raised:
        Emulator(usual).endpoint_url()
    first, told = str(raised.value).splitlines()
    assert first.endswith("Start it: make demo, or .venv/bin/python -m tools.local up")
    assert told.startswith("The demo of tickets runs. ")
    assert 'eval "$(CAT_LOCAL_CONTRACT=tickets .venv/bin/python -m tools.local env)"' in told

    remember(usual, Process.of(os.getpid(), 1))
    (tickets / "emulator.json").unlink()
    with pytest.raises(EmulatorError) as raised:
        Emulator(tickets).endpoint_url()
    first, told = str(raised.value).splitlines()
    start = "make demo CONTRACT=tickets, or CAT_LOCAL_CONTRACT=tickets .venv/bin/python -m tools.local up"
    assert first.endswith(f"Start it: {start}")
    assert "CAT_LOCAL_CONTRACT=catia " in told


def test_process_that_got_the_number_later_is_left_alone(emulator: Emulator, tmp_path: Path) -> None:
    with subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE) as other:
        remember(tmp_path, Process(other.pid, psutil.Process(other.pid).create_time() - 100, 1))
        assert emulator.running() is None
        assert not emulator.stop()
        assert other.poll() is None


def test_process_that_is_gone_is_not_running(emulator: Emulator, tmp_path: Path) -> None:
    with subprocess.Popen((sys.executable, "-c", "")) as ended:
        pass
    remember(tmp_path, Process(ended.pid, 1.0, 1))
    assert emulator.is_stale()


def test_emulator_that_does_not_start_is_told_with_its_log(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such module\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(EmulatorError, match=r"did not start(?s:.*)no such module"):
        emulator.start()
    assert emulator.remembered() is None


def test_machines_settings_do_not_reach_it(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("LAMBDA_EXECUTOR", "docker")
    process = emulator.start().found()
    assert process is not None
    environment = process.environ()
    assert "AWS_PROFILE" not in environment
    assert "LAMBDA_EXECUTOR" not in environment
    assert environment["HOME"] != os.environ["HOME"]


def test_an_alarm_rings_for_its_own_function_only(emulator: Emulator) -> None:
    emulator.start()
    session = boto3.Session("test", "test", region_name="us-east-1")
    cloudwatch = session.client("cloudwatch", endpoint_url=emulator.endpoint_url())
    for name in ("one", "other"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="N", MetricName="Throttles", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
            Dimensions=[{"Name": "FunctionName", "Value": name}],
        )  # fmt: skip
    for name, throttles in (("one", 1), ("other", 0)):
        cloudwatch.put_metric_data(
            Namespace="N",
            MetricData=[
                {
                    "MetricName": "Throttles",
                    "Dimensions": [{"Name": "FunctionName", "Value": name}],
                    "Value": throttles,
                }
            ],
        )
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    assert {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms} == {"one": "ALARM", "other": "OK"}
