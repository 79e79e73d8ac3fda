"""``python -m ops`` as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

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
