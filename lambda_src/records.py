"""The CSV records and counts of items."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lambda_src.tally import Tally
from modules.contract import cells
from modules.contract.datasets import REJECTED
from modules.items.outcomes import Conversation, Excluded, Feedback, Outcome, Register
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterable


class Records:
    """Takes what became of items, each as a whole: its records, and itself for the counts."""

    def __init__(self, rule_names: Iterable[str]) -> None:
        """Count every exclusion rule from 0."""
        placed = Counter(dict.fromkeys(CONTRACT.kind_names, 0))
        self.tally = Tally(placed=placed, excluded=Counter(dict.fromkeys(rule_names, 0)))
        self._by_dataset: dict[str, list[bytes]] = {dataset.name: [] for dataset in CONTRACT.datasets}
        self._conversations, self._messages, self._feedback, self._rejected = (
            self._by_dataset[dataset.name] for dataset in (CONVERSATIONS, MESSAGES, FEEDBACK, REJECTED)
        )

    def add(self, outcome: Outcome) -> None:
        """Add an item of any outcome."""
        if isinstance(outcome, Conversation):
            messages = "".join(map(cells.record, outcome.messages)).encode()
            self.add_conversation(cells.record(outcome.row).encode(), messages, len(outcome.messages))
        elif isinstance(outcome, Feedback):
            self.add_feedback(cells.record(outcome.row).encode())
        elif isinstance(outcome, Register):
            self.add_register()
        elif isinstance(outcome, Excluded):
            self.add_excluded(outcome.rule)
        else:
            self._rejected.append(cells.record(outcome.row).encode())
            self.tally.rejected[outcome.code.value] += 1
            self.tally.rows[REJECTED.name] += 1

    def add_conversation(self, record: bytes, message_records: bytes, message_count: int) -> None:
        """Add a conversation and its messages, as so many records."""
        self._conversations.append(record)
        self._messages.append(message_records)
        self.tally.placed["conversations"] += 1
        self.tally.rows[CONVERSATIONS.name] += 1
        self.tally.rows[MESSAGES.name] += message_count

    def add_feedback(self, record: bytes) -> None:
        """Add a feedback item."""
        self._feedback.append(record)
        self.tally.placed["feedback"] += 1
        self.tally.rows[FEEDBACK.name] += 1

    def add_register(self) -> None:
        """Count a register item."""
        self.tally.placed["registers"] += 1

    def add_excluded(self, rule_name: str) -> None:
        """Count an item that the rule takes out."""
        self.tally.excluded[rule_name] += 1

    def take(self) -> dict[str, bytes]:
        """Return the records since the last call by dataset name, of every dataset, and forget them."""
        taken = {name: b"".join(records) for name, records in self._by_dataset.items()}
        for records in self._by_dataset.values():
            records.clear()
        return taken
