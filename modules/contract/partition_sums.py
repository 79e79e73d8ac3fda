"""What a run says of each partition of a dataset, so that ETL-2 knows without a CSV which of them changed.

A partition's sum is that of 64-bit hashes of its CSV records, modulo 2**64: neither the records' order nor who wrote
them matters. Records of one item and partition may be hashed together, for an item is written as a whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from modules.contract.datasets import Dataset

#: Hash function, what is hashed and how it is summed; change it with any of them.
_METHOD: Final = "xxh3-64/1"
_MODULUS: Final = 1 << 64


@dataclass(frozen=True)
class PartitionSum:
    """The rows of one partition and the sum of their hashes."""

    rows: int
    hashes: int

    def plus(self, other: PartitionSum) -> PartitionSum:
        """Return the sum of both, as of one partition that was written in two pieces."""
        return PartitionSum(self.rows + other.rows, (self.hashes + other.hashes) % _MODULUS)


PartitionSums = Mapping[str, PartitionSum]


def total(pieces: Iterable[PartitionSums]) -> dict[str, PartitionSum]:
    """Return the sums of a dataset that was written in several pieces."""
    added: dict[str, PartitionSum] = {}
    for piece in pieces:
        for partition, one in piece.items():
            added[partition] = one.plus(added[partition]) if partition in added else one
    return added


def rows_in(sums: PartitionSums) -> int:
    """Return the rows of all partitions."""
    return sum(one.rows for one in sums.values())


def version_of(dataset: Dataset) -> str:
    """Return what must be equal for two sums of a dataset to be comparable: the method, columns and partitioning."""
    columns = [(column.field_id, column.name, column.type.value) for column in dataset.columns]
    partition = (dataset.partition.column, dataset.partition.width) if dataset.partition else None
    fingerprint = hashlib.sha256(json.dumps([columns, partition]).encode()).hexdigest()[:16]
    return f"{_METHOD}/{fingerprint}"


def to_document(sums: PartitionSums) -> dict[str, list[int | str]]:
    """Return sums as JSON has them: ``{partition: [rows, hashes]}``, hashes in hexadecimal (JavaScript rounds 2**64)."""
    return {partition: [one.rows, f"{one.hashes:016x}"] for partition, one in sorted(sums.items())}


def from_document(document: object) -> dict[str, PartitionSum]:
    """Read what :func:`to_document` gave.

    Raises:
        ValueError: the document is not of that form.
    """
    if not isinstance(document, dict):
        message = f"partition sums are an object, not {type(document).__name__}"
        raise ValueError(message)  # noqa: TRY004 - a document's fault, as all others here
    return {str(partition): _from_entry(partition, entry) for partition, entry in document.items()}


def _from_entry(partition: str, entry: object) -> PartitionSum:
    match entry:
        case [int(rows), str(hashes)] if rows >= 0 and type(rows) is int:
            try:
                number = int(hashes, 16)
            except ValueError:
                number = -1
            if 0 <= number < _MODULUS:
                return PartitionSum(rows, number)
    message = f"the sum of partition {partition[:80]!r} is not [rows, 16 hexadecimal digits]"
    raise ValueError(message)
