"""What the demo shows: each step while it runs and a line once it has ended, and the answers of queries."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.text import Text

from ops.invocations import LogLine
from ops.queries import Column
from ops.show.logs import is_for_people, text_of
from ops.show.queries import show as show_answer

MOST_ROWS: Final = 8
WIDEST_CELL: Final = 60
#: A longer one is cut: progress is one line.
WIDEST_LINE: Final = 90
#: In a pipe it is said after so many seconds again how far a step is.
SAID_AGAIN: Final = 10.0


@dataclass
class Step:
    """One step: its title, what it has to say in the end, its seconds, and the line that shows how far it is."""

    title: str
    status: Status
    detail: str = ""
    seconds: float = 0.0
    _said_at: float = field(default_factory=time.monotonic)

    def progress(self, text: str) -> None:
        """Say how far the step is: always where the console can rewrite its line, else a line now and then."""
        self.status.update(f"{self.title}: {escape(text)}")
        console, now = self.status.console, time.monotonic()
        if not console.is_terminal and now - self._said_at >= SAID_AGAIN:
            self._said_at = now
            console.print(Text(f"  {self.title}: {text}", style="dim"))

    def line(self, line: str) -> None:
        """Say a line of a program's log as people read it; those of Spark and Java beside it are left out."""
        said = LogLine(datetime.now(UTC), "", line)
        if is_for_people(said):
            self.progress(text_of(said, whole=False).plain[:WIDEST_LINE])


@dataclass
class Screen:
    """Prints steps and answers to a console, and keeps the steps."""

    console: Console = field(default_factory=Console)
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show a step while its block runs; the block sets the step's ``detail``."""
        started = time.monotonic()
        with self.console.status(title) as status:
            step = Step(title, status)
            yield step
        step.seconds = time.monotonic() - started
        self.steps.append(step)
        seconds = f" {step.seconds:.1f} s  "
        self.console.print(Text.assemble(("✔ ", "green"), (title, "bold"), seconds, (step.detail, "dim")))

    def answer(self, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], command: str) -> None:
        """Print a query's answer, as the operators' command does; of many rows the first, and what shows all."""
        self.console.print(Text(f"\n{title}", style="bold"))
        show_answer(columns, [tuple(map(_cell, row)) for row in rows[:MOST_ROWS]], self.console, more=False)
        if left := len(rows[MOST_ROWS:]):
            self.console.print(f"Rows left out: {left}. All: {command}", highlight=False, markup=False, soft_wrap=True)

    def summary(self) -> None:
        """Print how long all steps took; each has had its own line."""
        total = sum(step.seconds for step in self.steps)
        self.console.print(Text(f"{len(self.steps)} steps, {total:.1f} s", style="bold"))


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    one_line = " ".join(str(value).split())
    return one_line if len(one_line) <= WIDEST_CELL else one_line[: WIDEST_CELL - 1] + "…"
