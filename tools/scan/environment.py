"""The Python in which the scanners live: apart, because checkov wants other versions than the platform's."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from typing import Any, Final

from tools.local.errors import SideEnvironmentError
from tools.local.machine_tools import PROJECT
from tools.local.side_environment import python_with
from tools.local.synthesis import FOREIGN

REQUIREMENTS: Final = PROJECT / "tools/scan/requirements.txt"
CONSTRAINTS: Final = PROJECT / "tools/scan/constraints.txt"
ENVIRONMENT: Final = PROJECT / "build" / "scan-venv"

#: What a shell may hold that changes what a scanner looks at, or has it report to somebody.
_FOREIGN: Final = (
    *("BC_", "CHECKOV_", "CKV_", "PRISMA_"),
    *("GH_TOKEN", "GITHUB_TOKEN", "PIP_AUDIT_", "ZIZMOR_"),
    *FOREIGN,
)


class ScanError(RuntimeError):
    """A scanner found something, or could not look; the message says what."""


def tool(name: str) -> str:
    """Return the command of that name in the scanners' environment; install it at the first use.

    Raises:
        ScanError: it cannot be installed, for example without a network.
    """
    try:
        return str(python_with([REQUIREMENTS], ENVIRONMENT, [CONSTRAINTS]).with_name(name))
    except SideEnvironmentError as error:
        raise ScanError(str(error)) from error


def run(command: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder, and return what it said, whatever its status."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return subprocess.run(
        command, check=False, cwd=PROJECT, env={**environment, **variables}, capture_output=True, text=True
    )


def json_of(done: subprocess.CompletedProcess[str]) -> Any:
    """Return what a command has printed as JSON.

    Raises:
        ScanError: it has printed something else.
    """
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        message = f"{' '.join(done.args[:3])} … ended with {done.returncode} and no report:\n{done.stdout}{done.stderr}"
        raise ScanError(message) from error
