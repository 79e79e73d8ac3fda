"""The Python in which atheris lives: apart, because it is made for Linux only and nothing else needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.local.errors import SideEnvironmentError
from tools.local.machine_tools import PROJECT
from tools.local.side_environment import python_with

REQUIREMENTS: Final = PROJECT / "tools/fuzz/requirements.txt"
ENVIRONMENT: Final = PROJECT / "build" / "fuzz-venv"


class FuzzerError(RuntimeError):
    """The fuzzer cannot start, or found something; the message says what and what to do."""


def fuzzer_python() -> Path:
    """Return the Python that has the fuzzer; install it at the first use.

    Raises:
        FuzzerError: it cannot be installed, for example without a network or for this system.
    """
    try:
        return python_with([REQUIREMENTS], ENVIRONMENT)
    except SideEnvironmentError as error:
        message = f"{error} It needs Linux, a network, and a Python that atheris has a wheel for."
        raise FuzzerError(message) from error
