"""The CSV records and counts of items."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lambda_src.tally import Tally
from modules.contract import cells
from modules.contract.datasets import REJECTED
from modules.items.outcomes import Excluded, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modules.contract.source import SourceContract
    from modules.items.outcomes import Outcome, Row


class Records:
    """Takes what became of items, each as a whole: its records, and itself for the counts.

    Whoever makes records by itself appends them by :meth:`appender`, and counts item and rows in ``tally``.
    """

    def __init__(self, contract: SourceContract, rule_names: Iterable[str]) -> None:
        """Count every kind of item and every exclusion rule from 0."""
        self.tally = Tally(
            placed=Counter(dict.fromkeys(contract.kind_names, 0)), excluded=Counter(dict.fromkeys(rule_names, 0))
        )
        self._by_dataset: dict[str, list[bytes]] = {dataset.name: [] for dataset in contract.datasets}

    def add(self, outcome: Outcome) -> None:
        """Add an item of any outcome."""
        if isinstance(outcome, Excluded):
            self.tally.excluded[outcome.rule] += 1
        elif isinstance(outcome, Rejected):
            self._write(REJECTED.name, (outcome.row,))
            self.tally.rejected[outcome.code] += 1
        else:
            for name, rows in outcome.rows.items():
                self._write(name, rows)
            self.tally.placed[outcome.kind] += 1

    def appender(self, dataset_name: str) -> Callable[[bytes], None]:
        """Return what appends whole records of a dataset, each ended by a line feed."""
        return self._by_dataset[dataset_name].append

    def take(self) -> dict[str, bytes]:
        """Return the records since the last call by dataset name, of every dataset, and forget them."""
        taken = {name: b"".join(records) for name, records in self._by_dataset.items()}
        for records in self._by_dataset.values():
            records.clear()
        return taken

    def _write(self, dataset_name: str, rows: Iterable[Row]) -> None:
        records = [cells.record(row) for row in rows]
        self._by_dataset[dataset_name].append("".join(records).encode())
        self.tally.rows[dataset_name] += len(records)
