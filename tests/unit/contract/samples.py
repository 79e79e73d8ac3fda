"""Summaries of runs, and parts of them, as they may be."""

from __future__ import annotations

from hypothesis import strategies as st

from contract.datasets import Dataset
from contract.partition_sums import PartitionSum, version_of
from contract.runs import RunObject

COUNTS = st.integers(min_value=0, max_value=10**9)
SUMS = st.dictionaries(st.text(), st.builds(PartitionSum, st.integers(1, 10**9), st.integers(0, 2**64 - 1)), max_size=8)


@st.composite
def objects_of(draw: st.DrawFn, dataset: Dataset, rows: int) -> RunObject:
    """An object of so many rows, in any partitions that the dataset can have."""
    partitions: dict[str, PartitionSum] = {}
    left = rows
    while left:
        key = dataset.partition_of(draw(st.text(max_size=30)))
        if len(partitions) == 3 or key in partitions or not dataset.partition:
            key, count = next(iter(partitions), key), left
        else:
            count = draw(st.integers(1, left))
        before = partitions.get(key, PartitionSum(0, 0))
        partitions[key] = before.plus(PartitionSum(count, draw(st.integers(0, 2**64 - 1))))
        left -= count
    return RunObject(dataset.name, draw(st.text()), rows, draw(COUNTS), version_of(dataset), partitions)
