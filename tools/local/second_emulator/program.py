"""How the second emulator starts: ``Emulator(folder, SECOND_EMULATOR)``, and the rest is as with the first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.local.emulator import Program
from tools.local.machine_tools import PROJECT
from tools.local.side_environment import python_with

_FOLDER: Final = Path(__file__).parent
_ENVIRONMENT: Final = PROJECT / "build" / "second-emulator-venv"


def _python() -> Path:
    """Return its Python; install it at the first use."""
    return python_with([_FOLDER / "requirements.txt"], _ENVIRONMENT, [_FOLDER / "constraints.txt"])


SECOND_EMULATOR: Final = Program(script=_FOLDER / "server.py", python=_python, health_path="/moto-api/")
