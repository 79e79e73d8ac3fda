"""What a person sees in a terminal of 80 columns, and what a pipe gets."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Final

import pytest
from typer.testing import Result

from tests.iceberg_lake import IcebergLake
from tests.unit.ops.command import ROOT
from tools.local.aws_environment import emulator_variables

SHOWING: Final = ("status", "doctor", "runs", "history", "rejects", "replay", "cost", "query")
#: Sets a colour. Bold and dim are none.
COLOUR: Final = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])(?:;\d+)*m")


@pytest.mark.parametrize("command", SHOWING)
def test_a_pipe_gets_plain_text_whose_tables_fit_80_columns(ops: Callable[..., Result], command: str) -> None:
    lines = ops(command, columns=80).stdout.splitlines()
    assert len(lines) > 3
    assert [line for line in lines if "\x1b" in line] == []
    # Sentences and commands are left whole for whoever copies them: a terminal wraps them. Cells stand apart.
    assert [line for line in lines if len(line.rstrip()) > 80 and re.search(r"\S  +\S", line)] == []


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_it_wants_none(
    lake: IcebergLake, variables: dict[str, str], *, coloured: bool
) -> None:
    asked = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    asked |= {**emulator_variables(lake.endpoint_url), "TERM": "xterm-256color", "COLUMNS": "80", **variables}
    ours, theirs = pty.openpty()
    # A terminal holds some thousand characters for whoever reads them later: this says fewer.
    command = (sys.executable, "-m", "ops", "history", "--env", "local", "--table", "messages")
    done = subprocess.run(command, cwd=ROOT, env=asked, stdout=theirs, stderr=theirs, check=False, timeout=120)
    os.close(theirs)
    said = os.read(ours, 4096).decode()
    os.close(ours)
    assert done.returncode == 0, said
    assert "current" in said
    assert bool(COLOUR.search(said)) is coloured, said
