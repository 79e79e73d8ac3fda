"""The AWS emulator (ministack) as one process on loopback, whose state lies in one directory.

It keeps everything in memory: when its process ends, all that was deployed to it is gone, Terraform's state in its S3
included. Stopping goes by process id together with the process's start time, so that a process that got the number
later is never touched.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psutil

from local.aws_environment import CREDENTIALS, REGION
from local.errors import EmulatorError
from local.machine_tools import tool_environment

HOST: Final = "127.0.0.1"
_PROGRAM: Final = Path(__file__).with_name("enforcing_emulator.py")
HEALTH_PATH: Final = "/_ministack/health"
START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
LOG_TAIL: Final = 20


@dataclass(frozen=True)
class Process:
    """What is remembered of a started emulator. ``created`` tells it from later processes of the same id."""

    pid: int
    created: float
    port: int

    @property
    def endpoint_url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def found(self) -> psutil.Process | None:
        """Return the living process, or None once it has ended."""
        try:
            process = psutil.Process(self.pid)
            is_ours = process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if is_ours else None


class Emulator:
    """One emulator, known by the directory that holds its state, log and temporary files."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.log = directory / "emulator.log"
        self.decisions = directory / "decisions.jsonl"
        self._record = directory / "emulator.json"
        self._child: subprocess.Popen[bytes] | None = None

    def remembered(self) -> Process | None:
        """Return what was started here last, running or not."""
        if not self._record.is_file():
            return None
        return Process(**json.loads(self._record.read_text()))

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
            message = f"The emulator {state}. Start it: make demo, or .venv/bin/python -m local up"
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
        last = self.remembered()
        port = last.port if last and _is_free(last.port) else _free_port()
        process = self._spawn(port)
        self._record.write_text(json.dumps(asdict(process)))
        self._await_health(process)
        return process

    def _spawn(self, port: int) -> Process:
        temporary = self.directory / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C in the demo must not end the emulator.
            self._child = subprocess.Popen(
                (sys.executable, "-P", str(_PROGRAM), str(self.decisions)),
                env=_environment(port, temporary),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        pid = self._child.pid
        return Process(pid, psutil.Process(pid).create_time(), port)

    def _await_health(self, process: Process) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _is_healthy(process.endpoint_url):
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
            _end(process)
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


def _is_healthy(endpoint_url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(endpoint_url + HEALTH_PATH, timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 HTTP's OK
    except (urllib.error.URLError, OSError):
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind((HOST, 0))
        return int(candidate.getsockname()[1])


def _end(process: Process) -> None:
    main = process.found()
    if main is None:
        return
    family = [main, *main.children(recursive=True)]
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.terminate()
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for member in alive:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(alive, timeout=STOP_SECONDS)
