"""What dead letters ask for, done: ETL-1 once for each day, ETL-2 once for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops import letters as dead
from ops.engines import extract_engine, transform_engine
from ops.execution import execute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.execution import Watch
    from ops.letters import Letter
    from ops.platform import Platform


class Redrive:
    """Letters that were received; ``settled`` are those whose work is done, and that are deleted."""

    def __init__(self, platform: Platform, letters: Sequence[Letter]) -> None:
        self._platform = platform
        self._letters = tuple(letters)
        self.settled: list[Letter] = []

    @property
    def left(self) -> list[Letter]:
        """The letters that are still to be done, or cannot be."""
        return [letter for letter in self._letters if letter not in self.settled]

    def plan(self) -> list[str]:
        """Return what is to be done, a line each; nothing where no letter can be."""
        extract, transform = extract_engine(self._platform), transform_engine(self._platform)
        lines = [
            f"ETL-1: run {extract.name} for {first.day}, then delete {_messages(group)}"
            for first, group in dead.by_day(self._letters)
        ]
        events = dead.of_etl2(self._letters)
        if events:
            days = ", ".join(sorted({str(letter.day) for letter in events}))
            lines.append(f"ETL-2: run {transform.name} for {days}, then delete {_messages(events)}")
        return lines

    def settle(self, watch: Watch) -> None:
        """Do everything, and delete each message once its work has been done: for ETL-2, once the tables show it.

        Raises:
            OpsError: ETL-1 or ETL-2 failed; what comes after is not tried.
        """
        for first, group in dead.by_day(self._letters):
            execute(self._platform, extract_engine(self._platform), first.event or {}, watch)
            self._delete(group)
        events = dead.of_etl2(self._letters)
        if not all(map(self._is_curated, events)):
            execute(self._platform, transform_engine(self._platform), {}, watch)
        self._delete([letter for letter in events if self._is_curated(letter)])

    def put_back(self) -> None:
        """Let everybody see again what was not settled."""
        dead.put_back(self._platform, self.left)

    def _is_curated(self, letter: Letter) -> bool:
        """Tell whether all tables have a letter's day, from its run or a newer one."""
        source = self._platform.catalog.snapshot().source_run(letter.day) if letter.day else None
        return source is not None and source >= letter.run_id

    def _delete(self, letters: Sequence[Letter]) -> None:
        dead.delete(self._platform, letters)
        self.settled += letters


def _messages(letters: Sequence[Letter]) -> str:
    return "1 message" if len(letters) == 1 else f"{len(letters)} messages"
