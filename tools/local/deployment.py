"""Runs ``cdktf deploy`` as a user would, and reads from its output how far it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tools.local.cdktf_command import CDKTF
from tools.local.errors import DeployError
from tools.local.followed import Program
from tools.local.machine_tools import PROJECT

_ANSI: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOISE: Final = re.compile(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]|\d+ Stacks? ")
_PLAN: Final = re.compile(r"Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy")
_DONE: Final = re.compile(r"(\S+): (?:Creation|Modifications|Destruction) complete after")


#: How far something is. A plan's own text, with all of its attributes, is for the log.
_TELLS: Final = re.compile(r"\.\.\.(?: \[.*)?$| complete after |complete!|Plan: ")


@dataclass
class Progress:
    """What a deploy has said up to now about changes to resources."""

    planned: int = 0
    done: list[str] = field(default_factory=list)
    last: str = ""

    @property
    def words(self) -> str:
        """How far it is, in a line: before there is a plan, what was said last."""
        if not self.planned:
            return self.last or "writes the stacks"
        return f"{len(self.done)} of {self.planned} changes, {self.last}"

    def read(self, line: str) -> bool:
        """Take in a line of output; return whether it tells of a plan or a change."""
        if _TELLS.search(line):
            self.last = line.strip()
        plan = _PLAN.search(line)
        if plan:
            self.planned += sum(map(int, plan.groups()))
        finished = _DONE.search(line)
        if finished:
            self.done.append(finished[1])
        return bool(plan or finished)


OnProgress = Callable[[Progress], None]


def deploy(
    stacks: Sequence[str], environment: Mapping[str, str], log: Path, on_progress: OnProgress = lambda _: None
) -> Progress:
    """Deploy stacks (names or patterns), and return what was changed.

    Args:
        stacks: as on the command line.
        environment: the variables that choose environment, endpoint and provider.
        log: the file for the output.
        on_progress: called with each line.

    Raises:
        DeployError: the command fails.
    """
    command = [str(CDKTF), "deploy", *stacks, "--auto-approve"]
    progress = Progress()

    def hear(line: str) -> None:
        progress.read(line)
        on_progress(progress)

    ended = Program(command, PROJECT, environment).follow(log, hear, readable)
    if not ended.well:
        message = (
            f"{' '.join(command)} {ended.words}\n"
            "If an earlier deploy was interrupted and left its lock behind: make down, then again."
        )
        raise DeployError(message, ended.tail)
    return progress


def readable(lines: Iterable[str]) -> Iterable[str]:
    """Yield lines without colours, cursor movements, spinners and blanks, as they were meant to stay."""
    for line in lines:
        text = _ANSI.sub("", line).rstrip()
        if text and not _NOISE.match(text.lstrip()):
            yield text
