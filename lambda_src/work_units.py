"""A run is made in work units: each reads its own scan segments and writes its own parts of every dataset's file.

Work units know nothing of each other, so they can be work of a Lambda's processes or tasks of a Spark job. What they
may write is settled beforehand: S3 orders a file's parts by number, and each work unit has numbers of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contract.runs import ScanStatistics
from contract.units import MIB
from lambda_src.parallelism import Parallelism
from lambda_src.s3_objects import UploadedPart
from lambda_src.tally import Tally

#: S3's own limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
MOST_PARTS: Final = 10_000
LEAST_PART_BYTES: Final = 5 * MIB

#: Large enough that a part's request costs little beside its bytes, small enough to hold several in memory.
PART_BYTES: Final = 6 * MIB
#: A dataset's CSV repeats its items' keys in every row: no table seen so far made a file of twice its own size.
_MOST_CSV_PER_TABLE_BYTE: Final = 2


@dataclass(frozen=True)
class WorkUnit:
    """One worker's part of a run. ``part_numbers`` are its own in every dataset's upload."""

    index: int
    segments: tuple[int, ...]
    total_segments: int
    part_numbers: range
    part_bytes: int
    read_capacity_units: float | None


@dataclass(frozen=True)
class WorkUnitResult:
    """What a work unit made. By dataset name: the parts that it uploaded, their rows, and the remainder after them.

    A work unit that has uploaded a part of a dataset keeps LEAST_PART_BYTES or more. These remainders are joined and
    uploaded as the first parts of the file: a part must have 5 MiB, unless it is the last.
    """

    scanned: int
    tally: Tally
    statistics: ScanStatistics
    parts: Mapping[str, tuple[UploadedPart, ...]]
    rows: Mapping[str, int]
    remainders: Mapping[str, bytes]


def divide(parallelism: Parallelism, table_bytes: int, read_capacity_units: float | None) -> tuple[WorkUnit, ...]:
    """Return the work units of a run: as many as processes, with about the same number of segments each.

    Args:
        parallelism: how many processes and segments.
        table_bytes: the table's size, as DynamoDB estimates it.
        read_capacity_units: what all work units together may consume a second; None for no limit.
    """
    count = parallelism.processes
    reserved = numbers_for_joined_remainders(count)
    each = (MOST_PARTS - reserved) // count
    part_bytes = max(PART_BYTES, -(-table_bytes * _MOST_CSV_PER_TABLE_BYTE // (count * each)))
    return tuple(
        WorkUnit(
            index=index,
            segments=tuple(range(index, parallelism.segments, count)),
            total_segments=parallelism.segments,
            part_numbers=range(reserved + 1 + index * each, reserved + 1 + (index + 1) * each),
            part_bytes=part_bytes,
            read_capacity_units=None if read_capacity_units is None else read_capacity_units / count,
        )
        for index in range(count)
    )


def numbers_for_joined_remainders(work_units: int) -> int:
    """Return how many of the first part numbers are kept for the work units' joined remainders.

    A joined part ends with a remainder (lambda_src.joining): there are as many as remainders at most, and a last one.
    """
    return work_units + 1
