"""How far something is: a bar on a terminal, plain lines in a pipe; always on the standard error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ops.invocations import LogLine
from ops.show.logs import is_for_people, is_metric, text_of
from ops.show.screen import notices, visible

#: In a pipe what is being waited for is said again after so many seconds.
_SAID_AGAIN = 30.0


class Follower:
    """Shows the lines of a log, and what is being waited for. The bar is full after the time that it usually takes."""

    def __init__(
        self, progress: Progress, task: TaskID, usual_seconds: float | None, *, in_lines: bool, debug: bool
    ) -> None:
        self._progress = progress
        self._task = task
        self._usual = usual_seconds
        self._in_lines = in_lines
        self._debug = debug
        self._started = time.monotonic()
        self._said = ("", 0.0)

    def line(self, line: LogLine) -> None:
        """Show a new line of the log."""
        if self._debug and not is_metric(line):
            self._progress.console.print(text_of(line), soft_wrap=True)
        elif is_for_people(line):
            self._progress.console.print(text_of(line, whole=False), soft_wrap=True)

    def beat(self, doing: str) -> None:
        """Show what is being waited for."""
        seconds = time.monotonic() - self._started
        usual = f", usually {self._usual:.0f} s" if self._usual else ""
        if self._progress.console.is_terminal:
            done = min(seconds, self._usual) if self._usual else None
            self._progress.update(self._task, description=f"{visible(doing)}{usual}", completed=done)
        elif self._in_lines and (doing != self._said[0] or seconds - self._said[1] > _SAID_AGAIN):
            self._progress.console.print(f"{visible(doing)} ({seconds:.0f} s{usual})", soft_wrap=True)
            self._said = (doing, seconds)


@contextmanager
def following(usual_seconds: float | None = None, *, in_lines: bool = True, debug: bool = False) -> Iterator[Follower]:
    """Show progress while the block runs.

    ``usual_seconds`` is how long it took before, None where nobody knows; without ``in_lines`` only a terminal hears
    what is being waited for. With ``debug`` all lines of a log are shown, tracebacks too.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(20), TimeElapsedColumn())
    with Progress(*columns, console=notices(), transient=True) as progress:
        task = progress.add_task("", total=usual_seconds)
        yield Follower(progress, task, usual_seconds, in_lines=in_lines, debug=debug)
