"""``python -m tools.local query``: what ``python -m ops query`` is for an environment in AWS, for the demo's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from envs.selection import local_environment
from envs.validation import ConfigurationError
from ops.app import made
from tools.local.athena.server import AthenaServer
from tools.local.aws_environment import emulator_environment, forget_accounts
from tools.local.demos import directory_of, with_python
from tools.local.emulator import Emulator
from tools.local.errors import LocalError, TrinoError
from tools.local.locking import is_held
from tools.local.machine_tools import DEMO_LOCK, SETUP_LOCK


def _variables() -> dict[str, str]:
    """Return the environment in which Athena is this machine's.

    Raises:
        ConfigurationError: there is no such contract.
        LocalError: nothing runs here that could answer.
    """
    directory = directory_of(local_environment(os.environ).contract_name)
    try:
        return _variables_of(directory)
    except LocalError as error:
        for lock, whose in ((directory / DEMO_LOCK, "make demo"), (SETUP_LOCK, "make setup")):
            if is_held(lock):
                message = f"{whose} is still at work: ask again once it has ended."
                raise LocalError(message) from error
        raise


def _variables_of(directory: Path) -> dict[str, str]:
    emulator = Emulator(directory).endpoint_url()
    athena = AthenaServer.of(directory).running()
    if athena is None:
        set_up = f"{with_python(directory)}.venv/bin/python -m tools.local trino"
        message = f"Trino, which answers SQL here, does not run. Set it up: {set_up}"
        raise TrinoError(message)
    return emulator_environment(emulator, os.environ, athena.endpoint_url)


def main() -> int:
    """Ask what the command line says, and return the exit status."""
    forget_accounts(os.environ)
    try:
        os.environ.update(_variables())
    except (ConfigurationError, LocalError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    made(completion=False)(["query", "--env", "local", *sys.argv[2:]], prog_name="python -m tools.local")
    return 0
