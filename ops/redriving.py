"""Does what dead letters ask for: ETL-1 once, for the newest day among them, and ETL-2 once."""

from __future__ import annotations

from collections.abc import Sequence

from ops import dead_letters
from ops.dead_letters import DeadLetter
from ops.engines import extract_engine, transform_engine
from ops.execution import Watch, execute
from ops.exits import attention
from ops.platform import Platform
from ops.tables import recorded_run


class Redrive:
    """Dead letters that were received; ``settled`` are those whose work is done, and that are deleted."""

    def __init__(self, platform: Platform, received: Sequence[DeadLetter]) -> None:
        self._platform = platform
        self._dead_letters = tuple(received)
        self.settled: list[DeadLetter] = []

    @property
    def left(self) -> list[DeadLetter]:
        """The dead letters that are still to be done, or cannot be."""
        return [letter for letter in self._dead_letters if letter not in self.settled]

    def plan(self) -> list[str]:
        """Return what is to be done, a line each; nothing where no dead letter can be."""
        extract, transform = extract_engine(self._platform), transform_engine(self._platform)
        lines = []
        if asked := dead_letters.of_etl1(self._dead_letters):
            lines.append(f"ETL-1: run {extract.name} for {asked[0].day}, then delete {_messages(asked)}")
        if events := dead_letters.of_etl2(self._dead_letters):
            lines.append(f"ETL-2: run {transform.name}, then delete {_messages(events)}")
        return lines

    def settle(self, watch: Watch) -> None:
        """Do everything, and delete each message once its work has been done: of a run, once it is in the tables.

        Raises:
            OpsError: ETL-1 or ETL-2 failed; what comes after is not tried.
        """
        if asked := dead_letters.of_etl1(self._dead_letters):
            execute(self._platform, extract_engine(self._platform), asked[0].event or {}, watch)
            self._delete(asked)
        events = dead_letters.of_etl2(self._dead_letters)
        if len(self._recorded(events)) < len(events):
            execute(self._platform, transform_engine(self._platform), {}, watch)
            # It has ended well, and brings the tables' columns to the contract's before all else.
            self._delete([letter for letter in events if not letter.run_id])
        self._delete(self._recorded(events))

    def letter(self, message_id: str) -> DeadLetter:
        """Return the dead letter of an id.

        Raises:
            OpsError: no queue holds it.
        """
        for letter in self._dead_letters:
            if letter.message_id == message_id:
                return letter
        message = f"No dead letter has the id {message_id}."
        raise attention(message, f"{self._platform.command('redrive')} shows those that there are.")

    def discard(self, message_id: str) -> None:
        """Delete a dead letter whose work nobody wants."""
        self._delete([self.letter(message_id)])

    def put_back(self) -> None:
        """Let everybody see again what was not settled."""
        dead_letters.put_back(self._platform, self.left)

    def _recorded(self, events: Sequence[DeadLetter]) -> list[DeadLetter]:
        """Return the dead letters whose run is in the tables, or a newer one is."""
        newest = recorded_run(self._platform) if events else None
        run_id = newest.run_id if newest is not None else ""
        return [letter for letter in events if letter.run_id and letter.run_id <= run_id]

    def _delete(self, settled: Sequence[DeadLetter]) -> None:
        dead_letters.delete(self._platform, settled)
        self.settled += settled


def _messages(found: Sequence[DeadLetter]) -> str:
    return "1 message" if len(found) == 1 else f"{len(found)} messages"
