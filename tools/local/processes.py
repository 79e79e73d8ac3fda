"""Servers on loopback that outlive the command that started them, known by process id and start time.

The start time tells a process from a later one of the same id, so that nothing else is ever stopped.
"""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psutil

HOST: Final = "127.0.0.1"
_STOP_SECONDS: Final = 15


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
