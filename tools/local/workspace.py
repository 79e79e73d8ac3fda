"""One local platform: its environment, emulator, Trino, folder of files, and the variables that commands need."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from envs.local import LOCAL
from envs.schema import Environment
from envs.selection import LOCAL_CONTRACT_VARIABLE, local_environment
from tools.local.athena.server import AthenaServer
from tools.local.aws_environment import emulator_environment
from tools.local.cdktf_command import cdktf_environment
from tools.local.clients import Clients
from tools.local.demos import directory_of
from tools.local.emulator import Emulator
from tools.local.source_table import SourceTable
from tools.local.trino.server import TrinoServer

#: cdktf-cli's --output, and main.py's choice of stacks, as variables.
CDKTF_OUTPUT: Final = "CDKTF_OUTPUT"
CHOICE: Final = "CAT_ENV"


class Workspace:
    """Everything that one local platform keeps on disk; nothing of it is needed once its emulator has ended."""

    def __init__(self, environment: Environment, directory: Path, emulator: Emulator | None = None) -> None:
        """Begin with what is there; ``emulator`` is one that another workspace has, else it is the directory's own."""
        self.environment = environment
        self.directory = directory
        self.emulator = emulator or Emulator(directory)
        self.cdktf_output = directory / "cdktf.out"
        self.deploy_log = directory / "deploy.log"
        self.normalize_log = directory / "normalize-job.log"
        self.job_log = directory / "glue-job.log"
        self.trino = TrinoServer(directory / "trino")
        self.athena = AthenaServer.of(directory)
        self._clients: dict[str, Clients] = {}

    @classmethod
    def chosen(cls, variables: Mapping[str, str]) -> Workspace:
        """Return the workspace of the environment local for the contract that variables name: each has its own folder.

        Raises:
            ConfigurationError: there is no such contract.
        """
        environment = local_environment(variables)
        return cls(environment, directory_of(environment.contract_name))

    def up(self) -> bool:
        """Start the emulator unless it runs, and tell whether it was started."""
        if self.emulator.running():
            return False
        # Terraform remembers there which backend it talked to, and that one is gone with all its state.
        shutil.rmtree(self.cdktf_output, ignore_errors=True)
        self.emulator.start()
        return True

    def down(self) -> bool:
        """Stop the emulator and Trino, remove all files, and tell whether the emulator ran."""
        self.close()
        self.athena.stop()
        self.trino.stop()
        ran = self.emulator.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        return ran

    def clients(self) -> Clients:
        """Return clients of the running emulator, open until :meth:`close`."""
        endpoint_url = self.emulator.endpoint_url()
        if endpoint_url not in self._clients:
            self._clients[endpoint_url] = Clients.of(endpoint_url)
        return self._clients[endpoint_url]

    def source_table(self) -> SourceTable:
        """Return the table that the environment reads, whether or not it exists."""
        return SourceTable.of(self.environment, self.clients().dynamodb)

    def close(self) -> None:
        """Close the clients; the emulator stays."""
        while self._clients:
            self._clients.popitem()[1].close()

    def beside(self, environment: Environment) -> Workspace:
        """Return the workspace of another environment on the same emulator, its files in a folder of its own."""
        directory = self.directory / environment.name
        directory.mkdir(parents=True, exist_ok=True)
        return Workspace(environment, directory, self.emulator)

    def variables(self) -> dict[str, str]:
        """Return this process's environment with AWS, cdktf and Terraform working on this platform."""
        athena = self.athena.running()
        aws = emulator_environment(self.emulator.endpoint_url(), os.environ, athena.endpoint_url if athena else None)
        contract = self.environment.contract_name
        chosen = {LOCAL_CONTRACT_VARIABLE: contract} if contract != LOCAL.contract_name else {}
        return {**cdktf_environment(aws), CDKTF_OUTPUT: str(self.cdktf_output), **chosen}

    def stack_directory(self, stack: str) -> Path:
        """Return where Terraform works on a stack."""
        return self.cdktf_output / "stacks" / stack
