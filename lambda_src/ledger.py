"""Where every scanned item of a run goes: its rows into their files, itself into the counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lambda_src.outcomes import Conversation, Excluded, Feedback, Outcome, Register
from modules.contract.datasets import CONVERSATIONS, FEEDBACK, MESSAGES, REJECTED
from modules.contract.runs import ItemCounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambda_src.csv_file import CsvFile


class Ledger:
    """Places outcomes. ``scanned`` is counted by the caller, from what DynamoDB says: that is what must be matched."""

    def __init__(self, files: Mapping[str, CsvFile], rule_names: Iterable[str]) -> None:
        """Take the files by dataset name, and the exclusion rules' names so that unused ones show as 0."""
        self._files = files
        self._conversations = 0
        self._feedback = 0
        self._registers = 0
        self._excluded = Counter(dict.fromkeys(rule_names, 0))
        self._rejected: Counter[str] = Counter()

    def place(self, outcome: Outcome) -> None:
        """Write the outcome's rows and count its item."""
        if isinstance(outcome, Conversation):
            self._files[MESSAGES.name].write(outcome.messages)
            self._files[CONVERSATIONS.name].write([outcome.row])
            self._conversations += 1
        elif isinstance(outcome, Feedback):
            self._files[FEEDBACK.name].write([outcome.row])
            self._feedback += 1
        elif isinstance(outcome, Register):
            self._registers += 1
        elif isinstance(outcome, Excluded):
            self._excluded[outcome.rule] += 1
        else:
            self._files[REJECTED.name].write([outcome.row])
            self._rejected[outcome.code.value] += 1

    def counts(self, scanned: int) -> ItemCounts:
        """Return the counts of all items placed so far, beside the number that was scanned."""
        return ItemCounts(
            scanned=scanned,
            conversations=self._conversations,
            feedback=self._feedback,
            registers=self._registers,
            excluded=dict(self._excluded),
            rejected=dict(sorted(self._rejected.items())),
        )
