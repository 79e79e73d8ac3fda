"""The guides whose commands are about something deployed, followed on the session's platform from a changed copy."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.guides.test_how_to import OF_WHAT_IS_DEPLOYED, apply
from tests.integration.conftest import DEPLOYED, ENGINES
from tools.local.machine_tools import VENV
from tools.local.pipeline import Pipeline
from tools.local.workspace import CHOICE, Workspace
from tools.site.blocks import blocks
from tools.site.follow import missing_of

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.fixture
def alarms_put_back(deployed: Pipeline) -> Iterator[None]:
    """Other tests' plans are of what the session has deployed."""
    cloudwatch = deployed.workspace.clients().cloudwatch
    asked = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape
    assert asked
    before: Any = {alarm["AlarmName"]: alarm for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}
    yield
    for alarm in cloudwatch.describe_alarms()["MetricAlarms"]:
        old = before[alarm["AlarmName"]]
        if alarm["Threshold"] != old["Threshold"]:
            cloudwatch.put_metric_alarm(**{name: value for name, value in old.items() if name in asked.members})


@pytest.mark.usefixtures("alarms_put_back")
@pytest.mark.parametrize("guide", OF_WHAT_IS_DEPLOYED, ids=lambda guide: guide.stem)
def test_guide_does_what_it_says(guide: Path, deployed: Pipeline, project_copy: Path) -> None:
    changed = Workspace(deployed.environment, project_copy / "deployed", deployed.workspace.emulator)
    changed.directory.mkdir()
    variables = {**changed.variables(), **ENGINES[DEPLOYED].variables(deployed.environment), CHOICE: "local"}
    variables["PATH"] = os.pathsep.join((str(VENV / "bin"), os.environ["PATH"]))
    said = ""
    for _, language, text in blocks(guide.read_text(encoding="utf-8")):
        if language == "diff":
            apply(text, project_copy)
        elif language == "bash":
            said = said_by(text, project_copy, variables)
        else:
            assert missing_of(text.splitlines(), said) == [], said


def said_by(commands: str, folder: Path, variables: dict[str, str]) -> str:
    # Nobody is here to type yes.
    script = re.sub(r"^(cdktf deploy .*)$", r"\1 --auto-approve", commands, flags=re.MULTILINE)
    done = subprocess.run(
        ("bash", "-euo", "pipefail", "-c", script),
        check=False,
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return _COLOURS.sub("", done.stdout)
