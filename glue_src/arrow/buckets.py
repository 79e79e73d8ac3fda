"""Rows of one CSV on their way: apart by partition, in one file on disk, until all chunks have been read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from contract.datasets import WHOLE_TABLE, Dataset
from glue_src.arrow.csv import partitions_of

#: Up to so many partitions of a batch are filtered out of it one by one: a conversation's rows stand together, and are
#: copied together. Beyond, sorting the batch by partition is faster.
_FEW: Final = 32
_WRITE: Final = ipc.IpcWriteOptions(compression="lz4", use_threads=False)
_READ: Final = ipc.IpcReadOptions(use_threads=False)
#: A text column is kept as a dictionary where each of its values stands there so many times or more.
_REPEATED: Final = 2


@dataclass(frozen=True)
class Segment:
    """Rows of one partition, serialized; ``raw_bytes`` is what they take in memory."""

    partition: str
    rows: int
    raw_bytes: int
    content: pa.Buffer


def split(batch: pa.RecordBatch, dataset: Dataset) -> list[Segment]:
    """Return a batch's rows by partition."""
    if not batch.num_rows:
        return []
    if dataset.partition is None:
        return [_segment(WHOLE_TABLE, batch)]
    partitions = partitions_of(batch.column(dataset.partition.column), dataset).dictionary_encode()
    values, numbers = partitions.dictionary.to_pylist(), partitions.indices
    if len(values) == 1:
        return [_segment(values[0], batch)]
    if len(values) <= _FEW:
        return [_segment(value, batch.filter(pc.equal(numbers, number))) for number, value in enumerate(values)]
    order = pc.array_sort_indices(numbers)
    runs = pc.run_end_encode(numbers.take(order))
    together, start, segments = batch.take(order), 0, []
    for number, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        segments.append(_segment(values[number], together.slice(start, end - start)))
        start = end
    return segments


def _segment(partition: str, batch: pa.RecordBatch) -> Segment:
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, batch.schema, options=_WRITE) as writer:
        writer.write_batch(batch)
    return Segment(partition, batch.num_rows, batch.nbytes, sink.getvalue())


@dataclass
class Bucket:
    """What waits of one partition: where its segments begin in the file, and their lengths."""

    rows: int = 0
    raw_bytes: int = 0
    extents: list[tuple[int, int]] = field(default_factory=list)


class Buckets:
    """The buckets of one CSV in one file. One thread adds; any may load once all is added."""

    def __init__(self, path: Path, dataset: Dataset) -> None:
        self._dataset = dataset
        self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR)
        # Without a name the file is gone with the process, however that ends.
        path.unlink()
        self._end = 0
        self.by_partition: dict[str, Bucket] = {}

    def add(self, segments: Iterable[Segment]) -> None:
        """Append segments."""
        for segment in segments:
            bucket = self.by_partition.setdefault(segment.partition, Bucket())
            bucket.extents.append((self._end, segment.content.size))
            bucket.rows += segment.rows
            bucket.raw_bytes += segment.raw_bytes
            self._write(segment.content)

    def _write(self, content: pa.Buffer) -> None:
        left = memoryview(content)
        while left:
            written = os.pwrite(self._descriptor, left, self._end)
            self._end += written
            left = left[written:]

    def load(self, partition: str) -> pa.Table:
        """Return all rows of a partition; columns whose texts come again and again are dictionaries."""
        tables = [self._read(*extent) for extent in self.by_partition[partition].extents]
        repeated = [column.name for column in self._dataset.columns if column.type.is_text]
        repeated = [name for name in repeated if not self._dataset.column(name).is_prose]
        repeated = [name for name in repeated if _is_repeated(tables[0][name])]
        for index, table in enumerate(tables):
            tables[index] = _with_dictionaries(table, repeated)
        return pa.concat_tables(tables).unify_dictionaries().combine_chunks()

    def _read(self, start: int, length: int) -> pa.Table:
        content = os.pread(self._descriptor, length, start)
        if len(content) != length:
            message = f"{length} bytes were written to the scratch disk, and {len(content)} of them are there"
            raise OSError(message)
        return ipc.open_stream(content, options=_READ).read_all()

    def close(self) -> None:
        """Give the disk back."""
        os.close(self._descriptor)


def _is_repeated(column: pa.ChunkedArray) -> bool:
    values = column.combine_chunks().dictionary_encode().dictionary
    return len(values) * _REPEATED <= len(column)


def _with_dictionaries(table: pa.Table, names: Iterable[str]) -> pa.Table:
    for name in names:
        index = table.schema.get_field_index(name)
        table = table.set_column(index, name, table[name].dictionary_encode())
    return table
