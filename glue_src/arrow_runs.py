"""Sorted runs: what does not fit into memory waits on disk, in batches that are read one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import pyarrow as pa
from pyarrow import ipc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from glue_src.arrow_order import Order, Place

_WRITE_OPTIONS: Final = ipc.IpcWriteOptions(use_threads=False)
_READ_OPTIONS: Final = ipc.IpcReadOptions(use_threads=False)


@dataclass(frozen=True)
class BatchFacts:
    """A batch of a run: the place of its last row, and its bytes in memory."""

    last: Place
    bytes: int


class Run(Protocol):
    """A sorted run."""

    @property
    def batches(self) -> Sequence[BatchFacts]:
        """Its batches, none of them empty, in order."""

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches in order, once; afterwards the run is gone."""


@dataclass(frozen=True)
class MemoryRun:
    """A run that is all the data there is: there is nothing to merge it with."""

    batch: pa.RecordBatch
    order: Order
    batch_bytes: int

    @property
    def batches(self) -> Sequence[BatchFacts]:
        """Its batches, in order."""
        return [facts_of(batch, self.order) for batch in sliced(self.batch, self.batch_bytes)]

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches in order."""
        yield from sliced(self.batch, self.batch_bytes)


@dataclass
class SpilledRun:
    """A run in a file of its own."""

    path: Path
    batches: list[BatchFacts] = field(default_factory=list)

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches in order; the file is deleted after the last one."""
        # Not memory-mapped: the pages of a mapped file would count as the process's own.
        with pa.OSFile(str(self.path)) as file, ipc.open_stream(file, options=_READ_OPTIONS) as batches:
            yield from batches
        self.path.unlink()


def spill(batch: pa.RecordBatch, order: Order, path: Path, batch_bytes: int) -> SpilledRun:
    """Write a sorted batch to a file, in batches of about ``batch_bytes``, and return it as a run."""
    run = SpilledRun(path)
    with pa.OSFile(str(path), "wb") as file, ipc.new_stream(file, batch.schema, options=_WRITE_OPTIONS) as writer:
        for part in sliced(batch, batch_bytes):
            writer.write_batch(part)
            run.batches.append(facts_of(part, order))
    return run


def facts_of(batch: pa.RecordBatch, order: Order) -> BatchFacts:
    """Return what is to be known of a batch before it is read again."""
    return BatchFacts(order.place(batch, batch.num_rows - 1), batch.nbytes)


def sliced(batch: pa.RecordBatch, batch_bytes: int) -> Iterator[pa.RecordBatch]:
    """Yield a batch's rows in slices of about as many bytes, no slice empty."""
    if batch.num_rows:
        slices = max(1, -(-batch.nbytes // batch_bytes))
        rows = max(1, batch.num_rows // slices)
        for first in range(0, batch.num_rows, rows):
            yield batch.slice(first, rows)
