"""The Python in which awswrangler lives: apart, because it needs an older pyarrow than this project."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.processes import PROJECT, MeasurementError

REQUIREMENTS: Final = (PROJECT / "requirements-bench.txt", PROJECT / "constraints.txt")
ENVIRONMENT: Final = PROJECT / "build" / "bench-venv"


def peer_python() -> Path:
    """Return the Python that has the benchmark's own requirements; install them at the first use.

    Raises:
        MeasurementError: they cannot be installed, for example without a network.
    """
    stamp = ENVIRONMENT / "requirements.sha256"
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in REQUIREMENTS)).hexdigest()
    python = ENVIRONMENT / "bin" / "python"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"Installing {REQUIREMENTS[0].name} into {ENVIRONMENT.relative_to(PROJECT)} …", flush=True)
    venv.create(ENVIRONMENT, clear=True, with_pip=True)
    requirements, constraints = map(str, REQUIREMENTS)
    _run([str(python), "-m", "pip", "install", "--quiet", "-r", requirements, "-c", constraints])
    stamp.write_text(wanted, encoding="utf-8")
    return python


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
