"""Athena's API as a process of its own, beside Trino: it outlives the command that started it."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from tools.local.aws_environment import emulator_environment
from tools.local.errors import TrinoError
from tools.local.machine_tools import PROJECT
from tools.local.processes import Process, port_for

_START_SECONDS: Final = 60


class AthenaServer:
    """One server, known by the directory that holds its record and log."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._child: subprocess.Popen[bytes] | None = None

    @classmethod
    def of(cls, workspace: Path) -> AthenaServer:
        """Return the server of a workspace's directory."""
        return cls(workspace / "athena")

    @property
    def log(self) -> Path:
        """What it says."""
        return self.directory / "athena.log"

    @property
    def _record(self) -> Path:
        return self.directory / "athena.json"

    def running(self) -> Process | None:
        """Return the server that runs from here, or None."""
        process = Process.remembered(self._record)
        return process if process and process.found() else None

    def start(self, emulator: str, trino_port: int) -> None:
        """Have a server that asks this emulator and this Trino.

        Raises:
            TrinoError: it ends while it starts, or does not answer in time.
        """
        self.stop()
        self.directory.mkdir(parents=True, exist_ok=True)
        port = port_for(Process.remembered(self._record))
        command = (sys.executable, "-m", "tools.local.athena", str(port), emulator, str(trino_port))
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C in the demo must not end it.
            self._child = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=emulator_environment(emulator, {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = Process.of(self._child.pid, port)
        process.remember(self._record)
        self._await_answer(process)

    def stop(self) -> None:
        """Stop the server, if it runs."""
        running = self.running()
        if running:
            running.end()
        if self._child:
            self._child.wait()
            self._child = None

    def _await_answer(self, process: Process) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(process.endpoint_url):
            if process.found() is None or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")
                self.stop()
                message = f"Athena's API did not start on {process.endpoint_url}. {self.log} says:\n{said}"
                raise TrinoError(message)
            time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
            return bool(answer.status)
    except (urllib.error.URLError, OSError):
        return False
