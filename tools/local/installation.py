"""Commands that install something, and what a person hears of them. Standard library only: nothing is there yet."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.local.machine_tools import PROJECT, tool_environment

#: Seconds: a terminal is never still for long, and a log is not full of what pip says.
SAID_AGAIN: Final = 10.0
#: So many of its last lines are shown if a command fails: pip tells there which packages do not go together.
SHOWN_OF_A_FAILURE: Final = 20

#: Of pip. Of the AWS provider's thousand modules a program imports thirty: Python compiles those at their first use.
DO_NOT_COMPILE: Final = "--no-compile"

_FOUND: Final = "Collecting "
_UNPACKING: Final = "Installing collected packages: "
_INSTALLED: Final = "Successfully installed "
#: Of one of pip's lines so much is said that a terminal's line holds it.
_MOST_OF_A_LINE: Final = 48


class SetupError(RuntimeError):
    """The machine lacks something, or an installation failed; the message says what and what to do."""


def say(text: str) -> None:
    """Print one line of progress at once."""
    sys.stdout.write(f"setup: {text}\n")
    sys.stdout.flush()


def run(*command: str | Path, hear: Callable[[str], None] | None = None) -> None:
    """Run an installation command in the project, its output shown, or heard line by line and shown if it fails.

    Raises:
        SetupError: it is missing or fails.
    """
    last = deque[str](maxlen=SHOWN_OF_A_FAILURE)
    output = subprocess.PIPE if hear else None
    try:
        with subprocess.Popen(command, cwd=PROJECT, env=tool_environment(), stdout=output, text=True) as process:
            for line in process.stdout or ():
                last.append(line)
                if hear:
                    hear(line)
    except OSError as error:
        raise _failure(command, str(error)) from error
    if process.returncode:
        sys.stderr.writelines(last)
        raise _failure(command, f"it ended with status {process.returncode}")


def _failure(command: tuple[str | Path, ...], why: str) -> SetupError:
    words = " ".join(map(str, command))
    return SetupError(f"{words}\nfailed: {why}. Its own message is above; set it right and run make setup again.")


class PipProgress:
    """Hears pip's lines, and says how many packages it has found, unpacks and has installed, and what it is at.

    While it unpacks pip says nothing: ``there`` counts what is there, and ``look`` is called now and then.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        there: Callable[[], int] = lambda: 0,
    ) -> None:
        self._say = say
        self._clock = clock
        self._there = there
        self._said_at = clock()
        self._found = 0
        self._unpacking = 0
        self._before = 0

    def hear(self, line: str) -> None:
        """Take one of pip's lines, and say something of it if it is time to."""
        now = self._clock()
        if line.startswith(_UNPACKING):
            self._unpacking, self._before = line.count(",") + 1, self._there()
            self._say(f"unpacking {self._unpacking} packages (up to some minutes)")
            self._said_at = now
            return
        if line.startswith(_INSTALLED):
            self._unpacking = 0
            self._say(f"{len(line.removeprefix(_INSTALLED).split())} packages installed")
            return
        self._found += line.startswith(_FOUND)
        if now - self._said_at >= SAID_AGAIN:
            at = line.partition(" (from ")[0].strip()
            self._say(f"{self._found} packages found; {at[:1].lower()}{at[1:_MOST_OF_A_LINE]}")
            self._said_at = now

    def look(self) -> None:
        """Say how many packages are unpacked, if pip is at that."""
        if self._unpacking:
            self._say(f"{self._there() - self._before} of {self._unpacking} packages unpacked")


@contextmanager
def now_and_then(look: Callable[[], None], seconds: float = SAID_AGAIN) -> Iterator[None]:
    """Call ``look`` every so many seconds while the block runs."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(seconds):
            look()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
