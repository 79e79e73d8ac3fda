"""A page's commands, carried out in their order in one shell, as a reader does; what they say is what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from tools.local.machine_tools import PROJECT
from tools.site.blocks import blocks

#: In an excerpt: something that the reader's machine says in its own words, an instant for example.
OMITTED: Final = "…"
_END: Final = "--- end of a step ---"


class PageError(RuntimeError):
    """A command failed, or said something else; the message has the command and what it said."""


@dataclass(frozen=True)
class Step:
    """Commands, and an excerpt of what they say: its lines stand there in this order, others between them."""

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
    sys.stdout.write(f"{step.commands}{said}\n")
    missing = missing_of(step.expected, said)
    if missing:
        message = f"This did not say {missing}:\n{step.commands}It said:\n{said}"
        raise PageError(message)


def missing_of(excerpt: Iterable[str], said: str) -> list[str]:
    """Return the first line of an excerpt that was not said after the line before it, and all lines below that one.

    Several blanks count as one, and ``…`` stands for whatever differs from time to time.
    """
    lines = iter(said.splitlines())
    return [wanted for wanted in excerpt if not any(_is_shown_by(wanted, line) for line in lines)]


def _is_shown_by(wanted: str, line: str) -> bool:
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in wanted.split(OMITTED))
    return re.search(pattern, " ".join(line.split())) is not None
