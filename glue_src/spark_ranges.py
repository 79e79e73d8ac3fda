"""Ranges of a dataset's order, so that many tasks sort and write it: each range is one task's, and one file.

Spark's own ``repartitionByRange`` evaluates all rows twice, once to see how they are spread. Here a few pieces of the
CSV tell that; whatever they say, the ranges are right, and only their sizes depend on it.
"""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeAlias

from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark program gives it

from modules.contract.cells import restore
from modules.contract.datasets import ColumnType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspark.sql import DataFrame

    from glue_src.engine import Source
    from glue_src.storage import Bucket
    from modules.contract.datasets import Column, Dataset

_MEBIBYTE: Final = 1024 * 1024
_KIBIBYTE: Final = 1024
_32_BITS: Final = 2**32 - 1
_HASH_SEED: Final = 42
_INT_BYTES: Final = 4
#: A row's cells in the columns of the order. An instant is its cell's text, which sorts as it does.
Place: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Sizes:
    """How much of a CSV one range has, in bytes, and how much of it is read to find where ranges end.

    So the file does not depend on the cluster; ranges are small enough for any to be busy with a large day. Less, and
    their files would often be too small for S3 to copy.
    """

    range: int = 32 * _MEBIBYTE
    #: With more, the expression that finds a row's range becomes too large for Spark to compile.
    most_ranges: int = 128
    sample_piece: int = 16 * _KIBIBYTE
    sample_pieces_per_range: int = 8

    def ranges_of(self, size: int) -> int:
        """Return in how many ranges to write a CSV of ``size`` bytes."""
        return max(1, min(size // self.range, self.most_ranges))


@dataclass(frozen=True)
class Ranges:
    """Ranges of an order: the first ends with the first bound, the last begins behind the last."""

    dataset: Dataset
    bounds: tuple[Place, ...] = ()

    @classmethod
    def of(cls, bucket: Bucket, source: Source, sizes: Sizes) -> Ranges:
        """Return ranges with about as many bytes of a CSV each."""
        count = sizes.ranges_of(source.bytes)
        if count == 1:
            return cls(source.dataset)
        weights = sorted(_sample(bucket, source, count, sizes))
        total = sum(weight for _, weight in weights)
        ends = accumulate(weight for _, weight in weights)
        bounds, wanted = set[Place](), 1
        for (place, _), end in zip(weights, ends, strict=True):
            if wanted < count and end * count >= total * wanted:
                bounds.add(place)
                wanted = end * count // total + 1
        return cls(source.dataset, tuple(sorted(bounds)))

    def sorted(self, frame: DataFrame) -> DataFrame:
        """Return the rows of a frame in order, each range in a partition of its own, these in order too."""
        if not self.bounds:
            return frame.coalesce(1).sortWithinPartitions(*self.dataset.sort_by)
        count = len(self.bounds) + 1
        apart = frame.repartition(count, F.expr(self._range(_numbers_hashed_to(count))))
        return apart.sortWithinPartitions(*self.dataset.sort_by)

    def _range(self, numbers: Sequence[int]) -> str:
        """Return SQL for the number of a row's range: it is looked for as in a sorted list."""

        def search(low: int, high: int) -> str:
            if low == high:
                return str(numbers[low])
            middle = (low + high) // 2
            behind, before = search(middle + 1, high), search(low, middle)
            return f"CASE WHEN {self._is_behind(self.bounds[middle])} THEN {behind} ELSE {before} END"

        return search(0, len(self.bounds))

    def _is_behind(self, bound: Place) -> str:
        """Return SQL for whether a row comes after a place. Null comes before all, and of null it is not true."""
        types = {column.name: column.type for column in self.dataset.columns}
        condition = "false"
        for name, value in reversed(list(zip(self.dataset.sort_by, bound, strict=True))):
            literal = _literal(types[name], value)
            condition = f"(`{name}` > {literal} OR (`{name}` = {literal} AND {condition}))"
        return condition


def _literal(column_type: ColumnType, value: str | int) -> str:
    # The bytes of a text need no quotes or escapes.
    written = f"X'{value.encode().hex()}'" if isinstance(value, str) else f"'{value}'"
    if column_type is ColumnType.TEXT:
        return f"CAST({written} AS STRING)"
    return f"CAST(CAST({written} AS STRING) AS {column_type.value})"


def _numbers_hashed_to(count: int) -> list[int]:
    """Return for each of ``count`` partitions a number that Spark, when it partitions by hash, puts there."""
    found: dict[int, int] = {}
    number = 0
    while len(found) < count:
        found.setdefault(_hash(number) % count, number)
        number += 1
    return [found[partition] for partition in range(count)]


def _hash(number: int) -> int:
    """Return what Spark's ``hash`` does of an INT: Murmur3, x86, 32 bits, with Spark's own seed.

    Spark would tell it itself, but asking takes longer than all else that is done here.
    """
    mixed = _rotated(number * 0xCC9E2D51, 15) * 0x1B873593
    state = _rotated(_HASH_SEED ^ (mixed & _32_BITS), 13) * 5 + 0xE6546B64 & _32_BITS
    state ^= _INT_BYTES
    state = (state ^ state >> 16) * 0x85EBCA6B & _32_BITS
    state = (state ^ state >> 13) * 0xC2B2AE35 & _32_BITS
    state ^= state >> 16
    return state - 2**32 if state >> 31 else state


def _rotated(number: int, bits: int) -> int:
    number &= _32_BITS
    return (number << bits | number >> 32 - bits) & _32_BITS


def _sample(bucket: Bucket, source: Source, count: int, sizes: Sizes) -> Iterator[tuple[Place, int]]:
    """Yield the places of some rows, from all over a CSV, each with the bytes of its record.

    What is not as it should be is left out: whoever reads all of it will say so.
    """
    pieces = max(1, min(count * sizes.sample_pieces_per_range, source.bytes // sizes.sample_piece))
    firsts = [source.bytes * number // pieces for number in range(pieces)]

    def read(first: int) -> bytes:
        return bucket.read_range(source.key, first, first + sizes.sample_piece)

    with ThreadPoolExecutor(16) as threads:
        for piece in threads.map(read, firsts):
            # The first record is the header, or has lost its beginning; the last its end.
            for line in piece.decode(errors="replace").split("\n")[1:-1]:
                place = _place_of(line, source)
                if place is not None:
                    yield place, len(line)


def _place_of(line: str, source: Source) -> Place | None:
    try:
        cells = zip(source.columns, next(csv.reader([line])), strict=True)
        by_name = {column.name: _value(column, cell) for column, cell in cells if column.name in source.dataset.sort_by}
        return tuple(by_name[name] for name in source.dataset.sort_by)
    except (KeyError, ValueError, StopIteration, csv.Error):
        return None


def _value(column: Column, cell: str) -> str | int:
    if column.type is ColumnType.COUNT:
        return _checked(int(cell))
    if column.type is ColumnType.INSTANT:
        datetime.fromisoformat(cell.removesuffix("Z"))
        return cell
    return restore(cell)


def _checked(number: int) -> int:
    if not -(2**63) <= number < 2**63:
        message = f"{number} does not fit into 64 bits"
        raise ValueError(message)
    return number
