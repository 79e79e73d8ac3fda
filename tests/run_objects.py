"""What a run's summary says of its objects, for tests that make runs without ETL-1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import xxhash

from contract import cells
from contract.datasets import Dataset
from contract.items.outcomes import Row
from contract.partition_sums import PartitionSum, total, version_of
from contract.runs import RunObject


def object_of(dataset: Dataset, key: str, rows: Sequence[Row], size: int) -> RunObject:
    """Return what a summary says of an object with these rows, each of an item of its own. ``size`` is in bytes."""
    return RunObject(dataset.name, key, len(rows), size, version_of(dataset), sums_of(dataset, rows))


def sums_of(dataset: Dataset, rows: Sequence[Row]) -> Mapping[str, PartitionSum]:
    """Return the sums of rows, each of an item of its own."""
    place = dataset.column_names.index(dataset.partition.column) if dataset.partition else 0
    return total(
        {dataset.partition_of(row[place] or ""): PartitionSum(1, xxhash.xxh3_64_intdigest(cells.record(row).encode()))}
        for row in rows
    )


def counted_object(dataset: Dataset, key: str, rows: int, size: int = 1) -> RunObject:
    """Return what a summary says of an object with so many rows, whatever they are, all of them in one partition."""
    sums = {"": PartitionSum(rows, rows)} if rows else {}
    return RunObject(dataset.name, key, rows, size, version_of(dataset), sums)
