"""What the demo fetches and starts beside the deployment: Spark's jars, and Trino."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from contract.spark_catalog import ICEBERG_VERSIONS
from tools.local import spark_jars
from tools.local.trino import distribution
from tools.local.workspace import Workspace


def start_trino(workspace: Workspace, on_progress: Callable[[str], None] = lambda _: None) -> bool:
    """Have Trino, and Athena's API before it, answer from the workspace's emulator; tell whether Trino was started.

    Raises:
        DownloadError: it is not on this machine and cannot be fetched.
        TrinoError: it does not start.
    """
    trino = distribution.ensure(on_progress)
    on_progress("Trino: starting")
    database = workspace.environment.etl.catalog.database_name
    emulator = workspace.emulator.endpoint_url()
    started = workspace.trino.start(trino, emulator, database)
    if started or workspace.athena.running() is None:
        workspace.athena.start(emulator, workspace.trino.connection().port)
    return started


@dataclass
class MachineParts:
    """Work in the background; ``said`` is how far it is."""

    workspace: Workspace
    with_spark: bool
    said: str = ""
    _error: Exception | None = None
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def wait(self, on_progress: Callable[[str], None]) -> None:
        """Return when all is there and Trino answers.

        Raises:
            DownloadError: something is not on this machine and cannot be fetched.
            TrinoError: Trino does not start.
        """
        while self._thread.is_alive():
            on_progress(self.said)
            self._thread.join(0.5)
        if self._error:
            raise self._error

    def _work(self) -> None:
        try:
            if self.with_spark:
                spark_jars.ensure(ICEBERG_VERSIONS[self.workspace.environment.etl.glue.version], self._say_bytes)
            start_trino(self.workspace, self._say)
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            self._error = error

    def _say(self, text: str) -> None:
        self.said = text

    def _say_bytes(self, there: int, wanted: int) -> None:
        self.said = f"Spark's jars: {there / 1e6:,.0f} of {wanted / 1e6:,.0f} MB"
