"""An AWS emulator as one process on loopback, whose state lies in one directory: ministack, if nothing else is said.

It keeps everything in memory: when its process ends, all that was deployed to it is gone, Terraform's state in its S3
included.
"""

from __future__ import annotations

import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from envs.selection import LOCAL_CONTRACT_VARIABLE
from tools.local.aws_environment import CREDENTIALS, REGION
from tools.local.demos import beside, contract_of, with_make, with_python
from tools.local.errors import EmulatorError
from tools.local.machine_tools import tool_environment
from tools.local.processes import HOST, Process, Server

START_SECONDS: Final = 60


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


class Emulator(Server):
    """One emulator, known by the directory that holds its state, log and temporary files."""

    def __init__(self, directory: Path, program: Program = FIRST_EMULATOR) -> None:
        super().__init__(directory, "emulator")
        self._program = program
        self.decisions = directory / "decisions.jsonl"

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
            make, python = f"make demo{with_make(self.directory)}", with_python(self.directory)
            start = f"Start it: {make}, or {python}.venv/bin/python -m tools.local up"
            message = "\n".join((f"The emulator {state}. {start}", *self._others()))
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
        temporary, port = self._temporary, self._port()
        temporary.mkdir(parents=True, exist_ok=True)
        command = (str(self._program.python()), "-P", str(self._program.script), str(self.decisions))
        process = self._spawn(command, port, _environment(port, temporary), self.directory)
        health = process.endpoint_url + self._program.health_path
        said = self._await(process, lambda: _is_healthy(health), START_SECONDS)
        if said is not None:
            message = f"The emulator did not start on {process.endpoint_url}. The end of {self.log}:\n{said}"
            raise EmulatorError(message)
        return process

    def _others(self) -> Iterator[str]:
        """Yield how commands are pointed at the demos of other contracts that run."""
        for other in beside(self.directory):
            if Emulator(other).running():
                variable = f"{LOCAL_CONTRACT_VARIABLE}={contract_of(other)}"
                yield (
                    f"The demo of {contract_of(other)} runs. To ask it, put {variable} before a command, or point the "
                    f'shell there: eval "$({variable} .venv/bin/python -m tools.local env)"'
                )

    @property
    def _temporary(self) -> Path:
        return self.directory / "tmp"

    def stop(self) -> bool:
        """Stop the emulator with its Lambda processes, forget it, and tell whether it ran."""
        ran = super().stop()
        self._record.unlink(missing_ok=True)
        shutil.rmtree(self._temporary, ignore_errors=True)
        return ran


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
