"""How many items met which end, and what they gave: of one extraction, or added up over several."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from contract.partition_sums import PartitionSum
from contract.runs import ItemCounts


class RunningSums(dict[str, list[int]]):
    """``[rows, sum of hashes]`` by partition, of one dataset. A partition that is asked for is there, with 0 of both.

    Lists, because they are changed for every item.
    """

    def __missing__(self, partition: str) -> list[int]:
        """Add the partition."""
        added = self[partition] = [0, 0]
        return added


@dataclass
class Tally:
    """Counts of items, and ``sums`` of their records by dataset name.

    ``accepted`` is by the contract's kind, ``excluded`` by rule name, ``rejected`` by rejection code;
    ``tombstoned`` are those of people who were erased.

    What the items must add up to is not counted here: that is DynamoDB's own count of what it scanned.
    """

    accepted: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    sums: dict[str, RunningSums] = field(default_factory=dict)
    tombstoned: int = 0

    def add(self, other: Tally) -> None:
        """Add all counts of ``other``; names that it counts 0 times are kept, so that unused rules and kinds show."""
        self.accepted.update(other.accepted)
        self.excluded.update(other.excluded)
        self.rejected.update(other.rejected)
        self.tombstoned += other.tombstoned
        for dataset_name, sums in other.sums.items():
            mine = self.sums.setdefault(dataset_name, RunningSums())
            for partition, (rows, hashes) in sums.items():
                entry = mine[partition]
                entry[0] += rows
                entry[1] += hashes

    @property
    def rows(self) -> Counter[str]:
        """How many rows the items gave, by the name of each dataset that they gave any."""
        return Counter({name: sum(rows for rows, _ in sums.values()) for name, sums in self.sums.items() if sums})

    def partitions(self, dataset_name: str) -> dict[str, PartitionSum]:
        """Return what a run summary says of a dataset's partitions."""
        sums = self.sums.get(dataset_name, RunningSums())
        return {partition: PartitionSum.of(rows, hashes) for partition, (rows, hashes) in sums.items()}

    def item_counts(self, scanned: int) -> ItemCounts:
        """Return the counts of items for a run summary, beside the number that DynamoDB says it ``scanned``."""
        return ItemCounts(
            scanned=scanned,
            accepted=dict(self.accepted),
            excluded=dict(self.excluded),
            rejected=dict(sorted(self.rejected.items())),
            tombstoned=self.tombstoned,
        )
