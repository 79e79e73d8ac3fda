"""Python environments beside the project's own, for tools whose requirements do not go with its own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from tools.local.errors import SideEnvironmentError
from tools.local.installation import DO_NOT_COMPILE
from tools.local.locking import one_at_a_time
from tools.local.machine_tools import PROJECT


def python_with(requirements: Sequence[Path], folder: Path, constraints: Sequence[Path] = ()) -> Path:
    """Return the Python in ``folder`` that has the requirements; install them at the first use, and after any change.

    Raises:
        SideEnvironmentError: they cannot be installed, for example without a network.
    """
    stamp, python = folder / "requirements.sha256", folder / "bin" / "python"
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in (*requirements, *constraints))).hexdigest()
    # Another process, of tests for example, may want the same.
    with one_at_a_time(folder.with_name(f"{folder.name}.lock")):
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
            _install(requirements, folder, constraints)
            stamp.write_text(wanted, encoding="utf-8")
    return python


def _install(requirements: Sequence[Path], folder: Path, constraints: Sequence[Path]) -> None:
    names = ", ".join(path.name for path in requirements)
    sys.stdout.write(f"Installing {names} into {folder.relative_to(PROJECT)} …\n")
    sys.stdout.flush()
    venv.create(folder, clear=True)
    options = [word for path in requirements for word in ("-r", str(path))]
    options += [word for path in constraints for word in ("-c", str(path))]
    # By the pip of the environment that runs this: one with a pip of its own takes seconds more to make.
    python = str(folder / "bin" / "python")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", DO_NOT_COMPILE, *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        message = f"{names} cannot be installed: {done.stderr.strip()}"
        raise SideEnvironmentError(message)
