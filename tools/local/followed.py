"""Programs that take a while: what they say is written to a log and heard line by line, its end kept for a failure."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: So many of the last lines are told of a failure.
ERROR_TAIL: Final = 40

OnLine = Callable[[str], None]


@dataclass(frozen=True)
class Ended:
    """How a program ended; ``words`` say so, with where its log lies and what stands last in it."""

    well: bool
    words: str


def without_line_breaks(lines: Iterable[str]) -> Iterable[str]:
    """Yield a program's lines as they are."""
    return (line.rstrip("\n") for line in lines)


@dataclass(frozen=True)
class Program:
    """A program with its arguments, where it runs, and all of its variables."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]

    def follow(
        self, log: Path, on_line: OnLine, readable: Callable[[Iterable[str]], Iterable[str]] = without_line_breaks
    ) -> Ended:
        """Run it to its end.

        Args:
            log: the file for its output, both streams in one.
            on_line: called with each line.
            readable: makes of its lines those that are logged and heard.
        """
        last_lines = deque[str](maxlen=ERROR_TAIL)
        with self._started() as process, log.open("w", encoding="utf-8") as file:
            for line in readable(process.stdout or ()):
                file.write(f"{line}\n")
                last_lines.append(line)
                on_line(line)
        tail = "\n".join(last_lines)
        return Ended(process.returncode == 0, f"ended with status {process.returncode}. The end of {log}:\n{tail}")

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
