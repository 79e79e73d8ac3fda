"""How many items met which end, and how many rows they gave: of one extraction, or summed over several."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from modules.contract.runs import ItemCounts


@dataclass
class Tally:
    """Counts of items, and ``rows`` by dataset name.

    ``placed`` is by the contract's kind, ``excluded`` by rule name, ``rejected`` by rejection code.

    What the items must add up to is not counted here: that is DynamoDB's own count of what it scanned.
    """

    placed: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add all counts of ``other``; names that it counts 0 times are kept, so that unused rules and kinds show."""
        self.placed.update(other.placed)
        self.excluded.update(other.excluded)
        self.rejected.update(other.rejected)
        self.rows.update(other.rows)

    def item_counts(self, scanned: int) -> ItemCounts:
        """Return the counts of items for a run summary, beside the number that DynamoDB says it ``scanned``."""
        return ItemCounts(
            scanned=scanned,
            placed=dict(self.placed),
            excluded=dict(self.excluded),
            rejected=dict(sorted(self.rejected.items())),
        )
