"""Partition sums of a CSV, as a run summary carries them; counted here anew, not by ETL-1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from xxhash import xxh3_64_intdigest

from contract.datasets import WHOLE_TABLE, Dataset
from contract.partition_sums import PartitionSum

_MODULUS: Final = 1 << 64


def partition_reader(dataset: Dataset) -> Callable[[bytes], str]:
    """Return a function that tells a record's partition; its column's cells, and those before it, need no quotes."""
    partition = dataset.partition
    if partition is None:
        return lambda _: WHOLE_TABLE
    index, width = dataset.column_names.index(partition.column), partition.width
    return lambda record: record.split(b",", index + 1)[index].decode()[:width]


class Summing:
    """Adds up the records that pass through it, by partition."""

    def __init__(self, dataset: Dataset) -> None:
        self._partition = partition_reader(dataset)
        self._rows: dict[str, int] = {}
        self._hashes: dict[str, int] = {}

    def through(self, records: Iterable[bytes]) -> Iterator[bytes]:
        """Pass records on, line feeds included."""
        for record in records:
            partition = self._partition(record)
            self._rows[partition] = self._rows.get(partition, 0) + 1
            self._hashes[partition] = self._hashes.get(partition, 0) + xxh3_64_intdigest(record)
            yield record

    def sums(self) -> dict[str, PartitionSum]:
        """Return what has passed through."""
        return {name: PartitionSum(rows, self._hashes[name] % _MODULUS) for name, rows in self._rows.items()}
