"""``python -m ops`` as a user runs it: as a process, or in this one, which saves a second each time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner

from ops.app import made

ROOT = Path(__file__).parents[3]


def ops(*words: str, environment: Mapping[str, str], answer: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command with these words, its standard input a pipe that holds ``answer``."""
    return subprocess.run(
        (sys.executable, "-m", "ops", *words),
        check=False,
        cwd=ROOT,
        env=environment,
        input=answer,
        capture_output=True,
        text=True,
        timeout=300,
    )


def ops_here(*words: str, environment: Mapping[str, str], answer: str = "") -> subprocess.CompletedProcess[str]:
    """Do what :func:`ops` does without another process; an error that the command does not tell is raised."""
    done = CliRunner().invoke(made(completion=False), words, input=answer, env=environment)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)
