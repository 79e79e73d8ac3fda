"""The Python in which awswrangler lives: apart, because it needs an older pyarrow than this project."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.bench.processes import PROJECT, MeasurementError
from tools.local.errors import SideEnvironmentError
from tools.local.side_environment import python_with

REQUIREMENTS: Final = PROJECT / "tools/bench/requirements.txt"
CONSTRAINTS: Final = PROJECT / "constraints.txt"
ENVIRONMENT: Final = PROJECT / "build" / "bench-venv"


def peer_python() -> Path:
    """Return the Python that has the benchmark's own requirements; install them at the first use.

    Raises:
        MeasurementError: they cannot be installed, for example without a network.
    """
    try:
        return python_with([REQUIREMENTS], ENVIRONMENT, [CONSTRAINTS])
    except SideEnvironmentError as error:
        raise MeasurementError(str(error)) from error


def versions(python: Path, packages: Sequence[str]) -> dict[str, str]:
    """Return the installed versions of ``packages`` in the environment of ``python``."""
    program = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
    return dict(zip(packages, _run([str(python), "-c", program, *packages]).split(), strict=True))


def project_python() -> Path:
    """Return the Python that runs this."""
    return Path(sys.executable)


def _run(command: Sequence[str]) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except subprocess.CalledProcessError as error:
        message = f"{' '.join(command[:4])} failed: {error.stderr.strip().splitlines()[-1:]}"
        raise MeasurementError(message) from error
