"""An AWS emulator as one process on loopback, whose state lies in one directory: ministack, if nothing else is said.

It keeps everything in memory: when its process ends, all that was deployed to it is gone, Terraform's state in its S3
included.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.local.aws_environment import CREDENTIALS, REGION
from tools.local.errors import EmulatorError
from tools.local.machine_tools import tool_environment
from tools.local.processes import HOST, Process, port_for

START_SECONDS: Final = 60
LOG_TAIL: Final = 20


@dataclass(frozen=True)
class Program:
    """An emulator's script, the Python that it runs in, and the path at which it says that it is there.

    The script gets the file of decisions as its argument, and its address in ``BIND_HOST`` and ``GATEWAY_PORT``.
    """

    script: Path
    python: Callable[[], Path]
    health_path: str


FIRST_EMULATOR: Final = Program(
    script=Path(__file__).with_name("enforcing_emulator.py"),
    python=lambda: Path(sys.executable),
    health_path="/_ministack/health",
)


class Emulator:
    """One emulator, known by the directory that holds its state, log and temporary files."""

    def __init__(self, directory: Path, program: Program = FIRST_EMULATOR) -> None:
        self._program = program
        self.directory = directory
        self.log = directory / "emulator.log"
        self.decisions = directory / "decisions.jsonl"
        self._record = directory / "emulator.json"
        self._child: subprocess.Popen[bytes] | None = None

    def remembered(self) -> Process | None:
        """Return what was started here last, running or not."""
        return Process.remembered(self._record)

    def running(self) -> Process | None:
        """Return the emulator that runs from here, or None."""
        process = self.remembered()
        return process if process and process.found() else None

    def is_stale(self) -> bool:
        """Tell whether an emulator was started here and has ended since, so that what it held is lost."""
        return self.remembered() is not None and self.running() is None

    def endpoint_url(self) -> str:
        """Return where the running emulator answers.

        Raises:
            EmulatorError: none runs.
        """
        process = self.running()
        if process is None:
            state = "has ended; what was deployed to it is gone" if self.is_stale() else "was not started"
            message = f"The emulator {state}. Start it: make demo, or .venv/bin/python -m tools.local up"
            raise EmulatorError(message)
        return process.endpoint_url

    def start(self) -> Process:
        """Return the running emulator, started if need be on the port that it had last, if that is free.

        Raises:
            EmulatorError: it ends or is silent while it starts.
        """
        running = self.running()
        if running:
            return running
        self._reap()
        process = self._spawn(port_for(self.remembered()))
        process.remember(self._record)
        self._await_health(process)
        return process

    def _spawn(self, port: int) -> Process:
        temporary = self.directory / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        command = (str(self._program.python()), "-P", str(self._program.script), str(self.decisions))
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C in the demo must not end the emulator.
            self._child = subprocess.Popen(
                command,
                env=_environment(port, temporary),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Process.of(self._child.pid, port)

    def _await_health(self, process: Process) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _is_healthy(process.endpoint_url + self._program.health_path):
            if process.found() is None or time.monotonic() > deadline:
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_TAIL:])
                self.stop()
                message = f"The emulator did not start on {process.endpoint_url}. The end of {self.log}:\n{tail}"
                raise EmulatorError(message)
            time.sleep(0.1)

    def stop(self) -> bool:
        """Stop the emulator with its Lambda processes, forget it, and tell whether it ran."""
        process = self.running()
        if process:
            process.end()
        self._reap()
        self._record.unlink(missing_ok=True)
        shutil.rmtree(self.directory / "tmp", ignore_errors=True)
        return process is not None

    def _reap(self) -> None:
        """Take note of the end of the process that this object started, once it has ended."""
        if self._child:
            self._child.wait()
            self._child = None


def _environment(port: int, temporary: Path) -> dict[str, str]:
    """Return all that the emulator, and so the Lambda functions that it runs, get from this machine's environment."""
    path = tool_environment()["PATH"]
    return {
        "PATH": path,
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_REGION": REGION,
        **CREDENTIALS,
        # These would listen on all of the machine's addresses.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # With Docker it would run some things otherwise than without: the same everywhere.
        "DOCKER_HOST": "unix:///dev/null",
    }


def _is_healthy(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 HTTP's OK
    except (urllib.error.URLError, OSError):
        return False
