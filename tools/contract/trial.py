"""A contract tried on a table's own items before anything is deployed: what it makes of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contract.datasets import REJECTED
from contract.items.outcomes import Excluded, Rejected, Tombstoned
from contract.source import SourceContract
from tools.contract.reading import Reading

#: Reasons that are told; the others are counted together.
_MOST_REASONS: Final = 20
#: What differs between values that break one rule: their lengths, and which entry of a list they are.
_OF_ONE_VALUE: Final = (
    (re.compile(r"\[\d+\]"), "[]"),
    (re.compile(r"\btext of \d+ characters?\b"), "text"),
    (re.compile(r"\ba number of \d+ digits\b"), "a number of more digits"),
    (re.compile(r" at character \d+\b"), ""),
)


@dataclass(frozen=True)
class Trial:
    """What a contract makes of so many ``items``: rows by dataset, and how many it rejects, by reason."""

    items: int
    rows: Mapping[str, int]
    reasons: Counter[str]

    @property
    def accepted(self) -> int:
        """How many items are not rejected."""
        return self.items - self.reasons.total()

    def report(self, table: str) -> str:
        """Return what is told on the screen; nothing of an item."""
        heading = f"{self.items:,} items of {table} were read: {self.accepted:,} would be accepted, "
        lines = [f"{heading}{self.reasons.total():,} rejected."]
        width = max(map(len, self.rows))
        lines += [f"  {name:{width}}  {count:>9,} rows" for name, count in self.rows.items()]
        if self.reasons:
            lines.append("Rejected, each by the first rule that it breaks:")
        told = self.reasons.most_common(_MOST_REASONS)
        lines += [f"  {times:>9,}  {reason}" for reason, times in told]
        if left := self.reasons.total() - sum(times for _, times in told):
            lines.append(f"  {left:>9,}  for {len(self.reasons) - len(told)} other reasons")
        return "\n".join(lines) + "\n"


def tried(contract: SourceContract, items: Sequence[Mapping[str, Any]]) -> Trial:
    """Normalize items, given in DynamoDB's wire format, as ETL-1 would.

    Raises:
        ReaderError: the contract's reader fails.
    """
    reading = Reading(contract)
    rows = {dataset.name: 0 for dataset in contract.datasets if dataset != REJECTED}
    reasons: Counter[str] = Counter()
    for outcome in map(reading.outcome, items):
        if isinstance(outcome, Rejected):
            reasons[_rule(outcome.row.reason)] += 1
        elif not isinstance(outcome, Excluded | Tombstoned):
            for name, made in outcome.rows.items():
                rows[name] += len(made)
    return Trial(len(items), rows, reasons)


def _rule(reason: str) -> str:
    for pattern, instead in _OF_ONE_VALUE:
        reason = pattern.sub(instead, reason)
    return reason
