"""Athena's API as a process of its own, beside Trino: it outlives the command that started it."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from tools.local.aws_environment import emulator_environment
from tools.local.errors import TrinoError
from tools.local.machine_tools import PROJECT
from tools.local.processes import Server

_START_SECONDS: Final = 60


class AthenaServer(Server):
    """One server, known by the directory that holds its record and log."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, "athena")

    @classmethod
    def of(cls, workspace: Path) -> AthenaServer:
        """Return the server of a workspace's directory."""
        return cls(workspace / "athena")

    def start(self, emulator: str, trino_port: int) -> None:
        """Have a server that asks this emulator and this Trino.

        Raises:
            TrinoError: it ends while it starts, or does not answer in time.
        """
        self.stop()
        self.directory.mkdir(parents=True, exist_ok=True)
        port = self._port()
        command = (sys.executable, "-m", "tools.local.athena", str(port), emulator, str(trino_port))
        environment = emulator_environment(emulator, {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
        process = self._spawn(command, port, environment, PROJECT)
        said = self._await(process, lambda: _answers(process.endpoint_url), _START_SECONDS)
        if said is not None:
            message = f"Athena's API did not start on {process.endpoint_url}. The end of {self.log}:\n{said}"
            raise TrinoError(message)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
            return bool(answer.status)
    except (urllib.error.URLError, OSError):
        return False
