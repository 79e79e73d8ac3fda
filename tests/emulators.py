"""An emulator of a test's own, and what a deployment finds there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from envs.schema import Environment
from tools.local.emulator import FIRST_EMULATOR, Emulator, Program
from tools.local.workspace import Workspace

if TYPE_CHECKING:
    from tools.local.demo import Demo
    from tools.local.engines import Engines


@contextmanager
def emulator_in(folder: Path) -> Iterator[Emulator]:
    """Run an emulator on a port of its own, and stop it. Its files stay in ``folder``."""
    emulator = Emulator(folder)
    try:
        emulator.start()
        yield emulator
    finally:
        emulator.stop()


@contextmanager
def running_in(folder: Path, environment: Environment, program: Program = FIRST_EMULATOR) -> Iterator[Workspace]:
    """Run an emulator for an environment on a port of its own; stop it, and Trino if a test has started that.

    Its files stay in ``folder``, for whoever looks for a failure's cause.
    """
    workspace = Workspace(environment, folder, Emulator(folder, program))
    try:
        workspace.up()
        yield workspace
    finally:
        workspace.athena.stop()
        workspace.trino.stop()
        workspace.emulator.stop()
        workspace.close()


def ready_to_deploy(workspace: Workspace, items: list[dict[str, Any]], engines: Engines) -> Demo:
    """Fill the source table with the items, make a bucket for Terraform's state, and return the demo's steps."""
    # Many tests import this module, few of them deploy.
    from tools.local.demo import Demo
    from tools.local.screen import Screen

    table = workspace.source_table()
    table.ensure()
    table.load(items)
    demo = Demo(workspace, Screen(Console(file=io.StringIO())), engines)
    demo.make_state_bucket()
    return demo
