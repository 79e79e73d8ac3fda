"""An emulator of a test's own, and what a deployment finds there."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console

from envs.local import LOCAL
from local.demo import Demo
from local.engines import DEFAULT, Engines
from local.screen import Screen
from local.source_table import ensure_table, load
from local.workspace import ENVIRONMENT, Workspace
from modules.naming import Names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def running_in(folder: Path) -> Iterator[Workspace]:
    """Run an emulator on a port of its own; its files stay in ``folder``, for whoever looks for a failure's cause."""
    workspace = Workspace(folder)
    try:
        workspace.up()
        yield workspace
    finally:
        workspace.emulator.stop()
        workspace.close()


def ready_to_deploy(workspace: Workspace, sample: list[dict[str, Any]], engines: Engines = DEFAULT) -> Demo:
    """Fill the source table with the sample, make a bucket for Terraform's state, and return the demo's steps."""
    dynamodb, table = workspace.clients().dynamodb, Names(ENVIRONMENT).source_table(LOCAL.contract.table)
    ensure_table(dynamodb, table)
    load(dynamodb, table, sample)
    demo = Demo(workspace, Screen(Console(file=io.StringIO())), engines)
    demo.make_state_bucket()
    return demo
