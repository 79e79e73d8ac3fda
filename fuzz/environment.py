"""The Python in which atheris lives: apart, because it is made for Linux only and nothing else needs it."""

from __future__ import annotations

import hashlib
import subprocess
import venv
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
REQUIREMENTS: Final = PROJECT / "requirements-fuzz.txt"
ENVIRONMENT: Final = PROJECT / "build" / "fuzz-venv"


class FuzzerError(RuntimeError):
    """The fuzzer cannot start, or found something; the message says what and what to do."""


def fuzzer_python() -> Path:
    """Return the Python that has the fuzzer; install it at the first use.

    Raises:
        FuzzerError: it cannot be installed, for example without a network or for this system.
    """
    stamp = ENVIRONMENT / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    python = ENVIRONMENT / "bin" / "python"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"Installing {REQUIREMENTS.name} into {ENVIRONMENT.relative_to(PROJECT)} …", flush=True)
    venv.create(ENVIRONMENT, clear=True, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        message = (
            f"{REQUIREMENTS.name} cannot be installed: {done.stderr.strip()} "
            "It needs Linux, a network, and a Python that atheris has a wheel for."
        )
        raise FuzzerError(message)
    stamp.write_text(wanted, encoding="utf-8")
    return python
