"""Programs that take a while: what they say is written to a log and heard line by line, its end kept for a failure."""

from __future__ import annotations

import re
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops.invocations import document_in, error_in

#: So many of the last lines are kept: the cause is looked for in them, and --debug shows them.
_KEPT_LINES: Final = 400
#: So many characters of a cause are told.
MOST_OF_A_CAUSE: Final = 600
_ERROR: Final = re.compile(r"\b\w*(Error|Exception|Exit): ")
#: Spark goes on to log what it does when the program that it ran has said its last words.
_SPARKS_OWN: Final = re.compile(r"\d\d/\d\d/\d\d \d\d:\d\d:\d\d [A-Z]+ ")

OnLine = Callable[[str], None]


@dataclass(frozen=True)
class Ended:
    """How a program ended; ``words`` say so in a line, with the cause and where its log lies, whose end is ``tail``."""

    well: bool
    words: str
    tail: str


def without_line_breaks(lines: Iterable[str]) -> Iterable[str]:
    """Yield a program's lines as they are."""
    return (line.rstrip("\n") for line in lines)


def cause_in(lines: Sequence[str]) -> str:
    """Return what a program's last lines say of why it failed, in one line.

    What our programs log of it comes first, then the last line that names an error, then the last that is not Spark's.
    """
    logged = [error for line in lines if (error := error_in(document_in(line)))]
    named = [line for line in lines if _ERROR.search(line)]
    said = [line for line in lines if line.strip()]
    own = [line for line in said if not _SPARKS_OWN.match(line)]
    found = (logged or named or own or said or ["it said nothing"])[-1]
    return " ".join(found.split())[:MOST_OF_A_CAUSE]


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
        last_lines = deque[str](maxlen=_KEPT_LINES)
        with self._started() as process, log.open("w", encoding="utf-8") as file:
            for line in readable(process.stdout or ()):
                file.write(f"{line}\n")
                last_lines.append(line)
                on_line(line)
        words = f"ended with status {process.returncode}: {cause_in(last_lines)} (all of it: {log})"
        return Ended(process.returncode == 0, words, "\n".join(last_lines))

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
