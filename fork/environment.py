"""Both Pythons, CDKTF's and the fork's, and what each writes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local.cdktf_command import QUIET
from local.errors import SideEnvironmentError
from local.machine_tools import PROJECT, tool_environment
from local.side_environment import python_with
from scan.environment import run
from scan.variants import VARIANTS

REQUIREMENTS: Final = PROJECT / "requirements-fork.txt"
CONSTRAINTS: Final = (PROJECT / "constraints.txt", PROJECT / "lambda_src" / "requirements.txt")
ENVIRONMENT: Final = PROJECT / "build" / "fork-venv"
DOCUMENT: Final = "cdk.tf.json"

#: A stack's JSON by its name, with that of the variant that it is in, if any.
Documents = Mapping[str, Mapping[str, Any]]


class ForkError(RuntimeError):
    """The fork makes something else than is expected of it, or cannot be tried; the message says what."""


def fork_python() -> Path:
    """Return the Python that has the fork; install it at the first use.

    Raises:
        ForkError: it cannot be installed, for example without a network.
    """
    try:
        return python_with([REQUIREMENTS], ENVIRONMENT, CONSTRAINTS)
    except SideEnvironmentError as error:
        raise ForkError(str(error)) from error


def synthesize_ours(folder: Path) -> Documents:
    """Write what main.py makes of test and prod, and of prod's variants, to ``folder``; return it.

    Raises:
        ForkError: a synth failed.
    """
    program = [sys.executable, "main.py"]
    found = _documents(folder, program)
    for variant in VARIANTS:
        found |= _documents(folder, [sys.executable, "-m", "scan.synthesis", variant], variant)
    return found


def synthesize_with_fork(folder: Path) -> Documents:
    """Write what the same programs make with the fork; return it.

    Raises:
        ForkError: a synth failed.
    """
    program = [str(fork_python()), "-m", "fork.synthesis"]
    found = _documents(folder, program)
    for variant in VARIANTS:
        found |= _documents(folder, [*program, variant], variant)
    return found


def _documents(folder: Path, program: list[str], variant: str = "") -> dict[str, Mapping[str, Any]]:
    output = folder / (variant or "shipped")
    output.mkdir(parents=True)
    done = run(program, **{**QUIET, "PATH": tool_environment()["PATH"], "CDKTF_OUTDIR": str(output)})
    if done.returncode != 0:
        message = f"{' '.join(program[1:])} ended with {done.returncode}:\n{done.stderr.strip()}"
        raise ForkError(message)
    return {
        f"{file.parent.name} ({variant})" if variant else file.parent.name: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(output.glob(f"stacks/*/{DOCUMENT}"))
    }
