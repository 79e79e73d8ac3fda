"""Servers on loopback that outlive the command that started them, known by process id and start time.

The start time tells a process from a later one of the same id, so that nothing else is ever stopped.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psutil

HOST: Final = "127.0.0.1"
_STOP_SECONDS: Final = 15
_PAUSE_SECONDS: Final = 0.1
_LOG_TAIL: Final = 20


@dataclass(frozen=True)
class Process:
    """What is remembered of a started server."""

    pid: int
    created: float
    port: int

    @classmethod
    def of(cls, pid: int, port: int) -> Process:
        """Return what to remember of the process that runs as ``pid`` and listens on ``port``."""
        return cls(pid, psutil.Process(pid).create_time(), port)

    @classmethod
    def remembered(cls, record: Path) -> Process | None:
        """Return what :meth:`remember` wrote, whether the process runs or not."""
        try:
            return cls(**json.loads(record.read_text()))
        except FileNotFoundError:
            return None

    def remember(self, record: Path) -> None:
        """Write this down for later commands."""
        record.write_text(json.dumps(asdict(self)))

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

    def end(self) -> None:
        """End it with all that it started; kill what does not end by itself."""
        main = self.found()
        if main is None:
            return
        family = [main, *main.children(recursive=True)]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.terminate()
        _, alive = psutil.wait_procs(family, timeout=_STOP_SECONDS)
        for member in alive:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(alive, timeout=_STOP_SECONDS)


class Server:
    """A server that outlives the command that started it, known by the directory that holds its record and log."""

    def __init__(self, directory: Path, name: str) -> None:
        self.directory = directory
        #: What it says.
        self.log = directory / f"{name}.log"
        self._record = directory / f"{name}.json"
        self._child: subprocess.Popen[bytes] | None = None

    def remembered(self) -> Process | None:
        """Return what was started here last, running or not."""
        return Process.remembered(self._record)

    def running(self) -> Process | None:
        """Return the server that runs from here, or None."""
        process = self.remembered()
        return process if process and process.found() else None

    def stop(self) -> bool:
        """Stop the server and tell whether it ran."""
        running = self.running()
        if running:
            running.end()
        self._reap()
        return running is not None

    def _port(self) -> int:
        """Return the port that it had last, if it is free, or another."""
        return port_for(self.remembered())

    def _spawn(self, command: Sequence[str], port: int, environment: Mapping[str, str], folder: Path) -> Process:
        """Start a command that listens on a port, its output in the log, and remember it."""
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C in the demo must not end it.
            self._child = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = Process.of(self._child.pid, port)
        process.remember(self._record)
        return process

    def _await(self, process: Process, answers: Callable[[], bool], seconds: float) -> str | None:
        """Return None once it answers; if it ends or is silent, stop it, and return the end of its log."""
        deadline = time.monotonic() + seconds
        while not answers():
            if process.found() is None or time.monotonic() > deadline:
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL:])
                self.stop()
                return tail
            time.sleep(_PAUSE_SECONDS)
        return None

    def _reap(self) -> None:
        """Take note of the end of the process that this object started, once it has ended."""
        if self._child:
            self._child.wait()
            self._child = None


def port_for(last: Process | None) -> int:
    """Return the port that a server had last, if it is free, or another."""
    return last.port if last and _is_free(last.port) else _free_port()


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
