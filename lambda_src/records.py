"""The CSV records, sums and counts of items."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from xxhash import xxh3_64_intdigest

from contract import cells
from contract.datasets import REJECTED, WHOLE_TABLE, Dataset
from contract.items.outcomes import Excluded, Outcome, Rejected, Row, Tombstoned
from contract.source import SourceContract
from lambda_src.fast_readers.protocol import ItemRecords
from lambda_src.tally import RunningSums, Tally


class Records:
    """Takes what became of items, each as a whole: its records, their sums, and itself for the counts."""

    def __init__(self, contract: SourceContract, rule_names: Iterable[str]) -> None:
        """Count every kind of item and every exclusion rule from 0."""
        self.tally = Tally(
            accepted=Counter(dict.fromkeys(contract.kind_names, 0)),
            excluded=Counter(dict.fromkeys(rule_names, 0)),
            sums={dataset.name: RunningSums() for dataset in contract.datasets},
        )
        self._by_dataset: dict[str, list[bytes]] = {dataset.name: [] for dataset in contract.datasets}
        self._appending = {
            dataset.name: (
                self._by_dataset[dataset.name].append,
                self.tally.sums[dataset.name],
                dataset.partition.width if dataset.partition else 0,
            )
            for dataset in contract.datasets
        }
        self._partition_of = {dataset.name: _partition_of_rows(dataset) for dataset in contract.datasets}

    def add(self, outcome: Outcome) -> None:
        """Add an item of any outcome."""
        if isinstance(outcome, Excluded):
            self.tally.excluded[outcome.rule] += 1
        elif isinstance(outcome, Tombstoned):
            self.tally.tombstoned += 1
        elif isinstance(outcome, Rejected):
            self._write(REJECTED.name, (outcome.row,))
            self.tally.rejected[outcome.code] += 1
        else:
            for name, rows in outcome.rows.items():
                self._write(name, rows)
            self.tally.accepted[outcome.kind] += 1

    def add_read(self, outcome: ItemRecords | Excluded) -> None:
        """Add what a fast reader made of an item. Run for nearly every item."""
        if isinstance(outcome, Excluded):
            self.tally.excluded[outcome.rule] += 1
            return
        kind, datasets = outcome
        for name, text, records, rows in datasets:
            if rows:
                append, sums, width = self._appending[name]
                append(records)
                entry = sums[text[:width]]
                entry[0] += rows
                entry[1] += xxh3_64_intdigest(records)
        self.tally.accepted[kind] += 1

    def take(self) -> dict[str, bytes]:
        """Return the records since the last call by dataset name, of every dataset, and forget them."""
        taken = {name: b"".join(records) for name, records in self._by_dataset.items()}
        for records in self._by_dataset.values():
            records.clear()
        return taken

    def _write(self, dataset_name: str, rows: Sequence[Row]) -> None:
        partition_of, sums = self._partition_of[dataset_name], self.tally.sums[dataset_name]
        by_partition: defaultdict[str, list[bytes]] = defaultdict(list)
        for row in rows:
            record = cells.record(row).encode()
            self._by_dataset[dataset_name].append(record)
            by_partition[partition_of(row)].append(record)
        for partition, records in by_partition.items():
            entry = sums[partition]
            entry[0] += len(records)
            entry[1] += xxh3_64_intdigest(b"".join(records))


def _partition_of_rows(dataset: Dataset) -> Callable[[Row], str]:
    """Return what tells the partition of a dataset's row."""
    partition = dataset.partition
    if partition is None:
        return lambda _: WHOLE_TABLE
    index = dataset.column_names.index(partition.column)
    # Null is no value that a required column can have: lambda_src.normalize rejects the item.
    return lambda row: partition.value(row[index] or "")
