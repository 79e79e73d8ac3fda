"""Buckets to Parquet: each partition is loaded, sorted, looked at and written; several at a time."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from pyiceberg.table import Table

from contract.datasets import Dataset
from glue_src.arrow.buckets import Buckets
from glue_src.arrow.limits import Limits
from glue_src.arrow.order import comparable, duplicates, sorted_by
from glue_src.arrow.parquet import FileDescription, write
from glue_src.arrow.pipeline import abandon
from glue_src.arrow.staged import PartitionFacts, StagedFile


@dataclass(frozen=True)
class PartitionWriter:
    """Writes partitions of one table to files in ``folder``; they are to lie below the table's ``data/``."""

    dataset: Dataset
    table: Table
    folder: Path

    @cached_property
    def _description(self) -> FileDescription:
        return FileDescription(self.dataset, self.table.metadata)

    def write(self, partition: str, rows: pa.Table, raw_bytes: int) -> PartitionFacts:
        """Write a partition's rows, in any order, and return what was found in them.

        No row may have a null in a required column: Iceberg has no way to keep it.
        """
        nulls = {column.name: rows[column.name].null_count for column in self.dataset.columns if not column.nullable}
        keys = comparable(rows, sorted({*self.dataset.sort_by, *self.dataset.key}))
        order = sorted_by(keys, self.dataset.sort_by)
        repeated = duplicates(keys, self.dataset, order)
        del keys
        staged = self._put(partition, rows, order, raw_bytes)
        present = {name: count for name, count in nulls.items() if count}
        return PartitionFacts(partition, rows.num_rows, present, repeated, staged)

    def _put(self, partition: str, rows: pa.Table, order: pa.Array, raw_bytes: int) -> StagedFile:
        name = f"{uuid.uuid4()}.parquet"
        path = self.folder / name
        write(rows, order, self.dataset, raw_bytes, path)
        location = f"{self.table.location().rstrip('/')}/data/{name}"
        return StagedFile(partition, path, self._description.of(path, location, partition))


@dataclass(frozen=True)
class Job:
    """One partition that waits in a bucket."""

    writer: PartitionWriter
    buckets: Buckets
    partition: str

    @property
    def raw_bytes(self) -> int:
        """What its rows take in memory."""
        return self.buckets.by_partition[self.partition].raw_bytes

    def run(self) -> PartitionFacts:
        """Load and write the partition."""
        return self.writer.write(self.partition, self.buckets.load(self.partition), self.raw_bytes)


def write_all(jobs: Sequence[Job], limits: Limits, workers: Executor) -> Iterator[tuple[Job, PartitionFacts]]:
    """Yield what was found in each partition, largest first; as many are under way as fit the memory together.

    Raises:
        PartitionTooLargeError: one does not fit even alone; nothing was written.
    """
    jobs = sorted(jobs, key=lambda job: -job.raw_bytes)
    for job in jobs[:1]:
        limits.check(job.writer.dataset.name, job.raw_bytes)
    pending: deque[tuple[Job, Future[PartitionFacts]]] = deque()
    try:
        for job in jobs:
            while pending and not _has_room(limits, [*(each for each, _ in pending), job]):
                yield _first_of(pending)
            pending.append((job, workers.submit(job.run)))
        while pending:
            yield _first_of(pending)
    finally:
        abandon(future for _, future in pending)


def _has_room(limits: Limits, jobs: Sequence[Job]) -> bool:
    return len(jobs) <= limits.ahead and limits.at_once(sum(job.raw_bytes for job in jobs))


def _first_of(pending: deque[tuple[Job, Future[PartitionFacts]]]) -> tuple[Job, PartitionFacts]:
    job, future = pending.popleft()
    return job, future.result()
