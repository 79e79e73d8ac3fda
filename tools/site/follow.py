"""A page's commands, carried out in their order in one shell, as a reader does; what they say is what the page says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from tools.local.machine_tools import PROJECT
from tools.site.blocks import blocks

_END: Final = "--- end of a step ---"


class PageError(RuntimeError):
    """A command failed, or said something else; the message has the command and what it said."""


@dataclass(frozen=True)
class Step:
    """Commands, and lines of which each must stand somewhere in what they say."""

    commands: str
    expected: tuple[str, ...]


def steps(page: str) -> Iterator[Step]:
    """Yield the page's blocks of commands, each with the block of text below it, if that comes next."""
    told = [block for block in blocks(page) if block.language in {"bash", "text"}]
    for block, following in zip_longest(told, told[1:]):
        if block.language == "bash":
            said = following.text if following and following.language == "text" else ""
            yield Step(block.text, tuple(said.splitlines()))


def follow(path: Path) -> int:
    """Carry a page out, and return how many steps it had.

    Raises:
        PageError: a command failed, or did not say what the page says.
    """
    count = 0
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CAT_"))}
    with subprocess.Popen(
        ("bash", "-s"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=PROJECT,
        env=environment,
        text=True,
    ) as shell:
        for count, step in enumerate(steps(path.read_text(encoding="utf-8")), start=1):  # noqa: B007 - told after the loop
            _take(step, shell)
    return count


def _take(step: Step, shell: subprocess.Popen[str]) -> None:
    """Carry one step out in the shell, which goes on to the next."""
    assert shell.stdin is not None  # noqa: S101 - it is a pipe
    assert shell.stdout is not None  # noqa: S101 - for mypy
    # Commands that read would take the ones after them for their input.
    shell.stdin.write(f"set -euo pipefail\n{{\n{step.commands}}} </dev/null\nset +eu\necho {_END}\n")
    shell.stdin.flush()
    said = ""
    for line in shell.stdout:
        if line.strip() == _END:
            break
        said += line
    else:
        message = f"This failed:\n{step.commands}It said:\n{said}"
        raise PageError(message)
    missing = [line for line in step.expected if line not in said]
    if missing:
        message = f"This did not say {missing}:\n{step.commands}It said:\n{said}"
        raise PageError(message)
