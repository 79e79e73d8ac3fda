"""The command line, and docs/report.md's own command as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.report.conftest import Nights
from tools.local.aws_environment import emulator_variables
from tools.local.machine_tools import PROJECT
from tools.site.blocks import blocks

DOCUMENT = PROJECT / "docs" / "report.md"


def run(nights: Nights, folder: Path, *command: str | Sequence[str]) -> subprocess.CompletedProcess[str]:
    python = os.path.dirname(sys.executable)  # noqa: PTH120 PATH holds texts
    variables = {**os.environ, **emulator_variables(nights.lake.endpoint_url), "PYTHONPATH": str(PROJECT)}
    variables["PATH"] = os.pathsep.join((python, os.environ["PATH"]))
    return subprocess.run(command, check=False, cwd=folder, env=variables, capture_output=True, text=True)  # type: ignore[arg-type]


def test_commands_of_the_document(nights: Nights, tmp_path: Path) -> None:
    (block,) = blocks(DOCUMENT.read_text(encoding="utf-8"))
    assert block.language == "bash"
    # Of the environments, only the local one is here.
    script = block.text.replace("--env test", "--env local")
    done = run(nights, tmp_path, "bash", "-euo", "pipefail", "-c", script)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"report-2026-01-30\.html: 2026-01-30, run \S+, published\n", done.stdout)
    assert (tmp_path / "report-2026-01-30.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_one_page_can_be_in_the_other_language(nights: Nights, tmp_path: Path) -> None:
    asked = ("--env", "local", "--dt", "2026-01-30", "--language", "es", "--output", "es.html")
    done = run(nights, tmp_path, sys.executable, "-m", "ops", "report", *asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert '<html lang="es">' in (tmp_path / "es.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--env", "local", "--dt", "2025-01-01", "--output", "x.html"), 1, "has no run"),
        (("--env", "local", "--dt", "2026-1-30", "--output", "x.html"), 2, "YYYY-MM-DD"),
        (("--env", "local", "--dt", "2026-01-30", "--output", "no/folder/x.html"), 2, "there is no folder no/folder"),
        (("--env", "test", "--dt", "2026-01-30", "--output", "x.html"), 1, "cat-test-normalize-reports does not exist"),
    ],
)
def test_what_goes_wrong_is_said_in_a_line(
    nights: Nights, tmp_path: Path, arguments: Sequence[str], status: int, said: str
) -> None:
    done = run(nights, tmp_path, sys.executable, "-m", "ops", "report", *arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.html").exists()


def test_links_of_the_document_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", DOCUMENT.read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not (DOCUMENT.parent / target).exists()] == []
