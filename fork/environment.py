"""Both Pythons, CDKTF's and the fork's, and what each writes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from local.errors import SideEnvironmentError
from local.machine_tools import PROJECT
from local.side_environment import python_with
from scan.documents import Document, shipped_and_variants

REQUIREMENTS: Final = PROJECT / "requirements-fork.txt"
CONSTRAINTS: Final = (PROJECT / "constraints.txt", PROJECT / "lambda_src" / "requirements.txt")
ENVIRONMENT: Final = PROJECT / "build" / "fork-venv"

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
        SynthesisError: a synth failed.
    """
    return _read(shipped_and_variants(folder, [sys.executable, "main.py"], [sys.executable, "-m", "scan.synthesis"]))


def synthesize_with_fork(folder: Path) -> Documents:
    """Write what the same programs make with the fork; return it.

    Raises:
        ForkError: the fork cannot be installed.
        SynthesisError: a synth failed.
    """
    program = [str(fork_python()), "-m", "fork.synthesis"]
    return _read(shipped_and_variants(folder, program, program))


def _read(documents: Iterable[Document]) -> Documents:
    return {document.name: json.loads(document.path.read_text(encoding="utf-8")) for document in documents}
