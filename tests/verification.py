"""``python -m ops verify`` as a person runs it, and what its report says: for deployments on whichever emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ops.exits import Exit
from tests.unit.ops.command import ROOT

PROVEN: Final = "proven"
NOT_PROVEN: Final = "not proven here"


def nothing() -> None:
    """Play no part."""


def verified(
    variables: Mapping[str, str], page: Path, *words: str, meanwhile: Callable[[], None] = nothing
) -> dict[str, Any]:
    """Verify the platform that these variables lead to, and return the report; ``meanwhile`` plays AWS's part."""
    command = (sys.executable, "-m", "ops", "verify", "--yes", "--json", "--output", str(page), *words)
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        meanwhile()
        answer, errors = started.communicate(timeout=900)
    assert "Traceback" not in errors, errors
    assert started.returncode in (Exit.WELL, Exit.ATTENTION), errors
    report: dict[str, Any] = json.loads(answer)
    assert json.loads(page.with_suffix(".json").read_text(encoding="utf-8")) == report
    assert (started.returncode == Exit.WELL) is report["well"]
    return report


def results(report: Mapping[str, Any]) -> dict[str, str]:
    """Return what came of each check."""
    return {outcome["check"]: outcome["result"] for outcome in report["outcomes"]}


def saw(report: Mapping[str, Any]) -> dict[str, str]:
    """Return what each check saw."""
    return {outcome["check"]: outcome["saw"] for outcome in report["outcomes"]}
