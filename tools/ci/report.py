"""What a plan of an environment found, stack by stack, as a file that holds no secret."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.ci.changes import Action, Change


@dataclass(frozen=True)
class StackPlan:
    """One stack's plan: its changes, or why there is none.

    ``waits`` says what must be deployed before this stack can be planned, ``fault`` what went wrong.
    """

    stack: str
    changes: tuple[Change, ...] = ()
    waits: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Report:
    """The plans of an environment's stacks, in the order in which they are deployed."""

    environment: str
    commit: str
    stacks: Sequence[StackPlan]

    @property
    def failed(self) -> bool:
        """Whether a stack could not be planned for another reason than waiting."""
        return any(stack.fault is not None for stack in self.stacks)

    @property
    def empty(self) -> bool:
        """Whether all stacks were planned and nothing is to be changed."""
        return not any(stack.changes or stack.waits or stack.fault for stack in self.stacks)

    @property
    def guarded(self) -> list[str]:
        """The addresses of what a person has to deploy, because no workflow may."""
        return [change.address for stack in self.stacks for change in stack.changes if change.guarded]

    def counts(self) -> Counter[Action]:
        """Return how many changes there are of each kind."""
        return Counter(change.action for stack in self.stacks for change in stack.changes)

    def write(self, file: Path) -> None:
        """Write the report as JSON, for the steps after this one."""
        document = {"failed": self.failed, "empty": self.empty, "guarded": self.guarded, **asdict(self)}
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
