"""What a run says of each partition of a dataset, so that ETL-2 knows without a CSV which of them changed.

ETL-1 hashes the CSV records that one item gives one partition of one dataset as one text: joined in the item's order,
each with its line feed, UTF-8, XXH3 with 64 bits and seed 0. A partition's sum is that of its items' hashes, modulo
2**64. So neither the items' order nor who wrote them matters, and an item without records in a dataset adds nothing to
it. Any change of a row changes its partition's sum, but for one chance in 2**64.

Equal sums mean equal rows. Different sums nearly always mean different rows: only the same rows given by items that are
divided differently would be written again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contract.datasets import WHOLE_TABLE, Dataset
from contract.json_values import InvalidValueError

#: Hash function, what is hashed and how it is summed; change it with any of them.
_METHOD: Final = "xxh3-64/1"
_MODULUS: Final = 1 << 64
_DIGITS: Final = re.compile("[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True)
class PartitionSum:
    """The rows of one partition and the sum of their hashes."""

    rows: int
    hashes: int

    @classmethod
    def of(cls, rows: int, hashes: int) -> PartitionSum:
        """Return the sum of hashes that were added without a modulus."""
        return cls(rows, hashes % _MODULUS)

    def plus(self, other: PartitionSum) -> PartitionSum:
        """Return the sum of both, as of one partition that was written in two pieces."""
        return PartitionSum.of(self.rows + other.rows, self.hashes + other.hashes)


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
    columns = [(column.field_id, column.name, column.type.name) for column in dataset.columns]
    partition = (dataset.partition.column, dataset.partition.width) if dataset.partition else None
    fingerprint = hashlib.sha256(json.dumps([columns, partition]).encode()).hexdigest()[:16]
    return f"{_METHOD}/{fingerprint}"


def faults_in(dataset: Dataset, sums: PartitionSums) -> Iterator[str]:
    """Yield why these cannot be sums of the dataset, by its columns and partitioning of ``version_of``."""
    if not dataset.partition:
        if sums.keys() - {WHOLE_TABLE}:
            yield f"{dataset.name} has partitions, but is not divided"
        return
    too_long = sum(partition != dataset.partition.value(partition) for partition in sums)
    if too_long:
        yield f"{too_long} partitions of {dataset.name} are longer than {dataset.partition.width} characters"


def to_document(sums: PartitionSums) -> dict[str, list[int | str]]:
    """Return sums as JSON has them: ``{partition: [rows, hashes]}``, hashes as 16 hexadecimal digits.

    They are text because JavaScript, and so many a tool, rounds numbers of more than 53 bits.
    """
    return {partition: [one.rows, f"{one.hashes:016x}"] for partition, one in sorted(sums.items())}


def from_document(document: object) -> dict[str, PartitionSum]:
    """Read what :func:`to_document` gave.

    Raises:
        InvalidValueError: the document is not of that form.
    """
    if not isinstance(document, dict):
        message = f"partition sums are an object, not {type(document).__name__}"
        raise InvalidValueError(message)
    return {str(partition): _from_entry(index, entry) for index, (partition, entry) in enumerate(document.items(), 1)}


def _from_entry(index: int, entry: object) -> PartitionSum:
    match entry:
        case [int(rows), str(hashes)] if type(rows) is int and rows > 0 and _DIGITS.fullmatch(hashes):
            return PartitionSum(rows, int(hashes, 16))
    message = f"the sum of partition {index} is not [rows, 1 or more, and 16 hexadecimal digits]"
    raise InvalidValueError(message)
