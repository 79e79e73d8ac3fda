"""One day's curated tables, read straight from the bucket: only the columns asked for, row group by row group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from modules.contract.layout import curated_key, data_quality_key
from reports.remote_file import RemoteFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from mypy_boto3_s3 import S3Client

    from modules.contract.datasets import Dataset

_NOT_FOUND = {"NoSuchKey", "404", "NotFound"}


@dataclass(frozen=True)
class CuratedTable:
    """One table's file of one day."""

    remote: RemoteFile
    parquet: pq.ParquetFile

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return int(self.parquet.metadata.num_rows)

    def reader(self, columns: Sequence[str], groups: Sequence[int] | None = None) -> pa.RecordBatchReader:
        """Return the rows of some columns, in the file's order, of some row groups (None: of all).

        No more than one row group's columns are in memory.
        """
        schema = self.parquet.schema_arrow
        named = [name for name in schema.names if name in columns]
        chosen = range(self.parquet.num_row_groups) if groups is None else groups
        return pa.RecordBatchReader.from_batches(
            pa.schema([schema.field(name) for name in named]), self._batches(named, chosen)
        )

    def _batches(self, columns: Sequence[str], groups: Sequence[int]) -> Iterator[pa.RecordBatch]:
        for group in groups:
            yield from self.parquet.iter_batches(row_groups=[group], columns=columns, use_threads=False)

    def groups_between(self, column: str, begin: datetime, end: datetime) -> list[int]:
        """Return the row groups that may hold an instant from ``begin`` to before ``end``."""
        return [group for group, found in enumerate(self._statistics(column)) if _may_hold(found, begin, end)]

    def nulls(self, column: str) -> int | None:
        """Return how many rows have nothing in a column, by the file's own statistics; None where it has none."""
        found = list(self._statistics(column))
        if not all(statistics is not None and statistics.has_null_count for statistics in found):
            return None
        return sum(int(statistics.null_count) for statistics in found if statistics is not None)

    def _statistics(self, column: str) -> Iterator[pq.Statistics | None]:
        place = self.parquet.schema_arrow.get_field_index(column)
        for group in range(self.parquet.num_row_groups):
            yield self.parquet.metadata.row_group(group).column(place).statistics


def _may_hold(statistics: pq.Statistics | None, begin: datetime, end: datetime) -> bool:
    if statistics is None or not statistics.has_null_count:
        return True
    if not statistics.has_min_max:
        return bool(statistics.num_values)
    return bool(statistics.min < end and statistics.max >= begin)


def curated_table(s3: S3Client, bucket: str, prefix: str, dataset: Dataset, day: date) -> CuratedTable | None:
    """Return a day's table, or None where the day has none."""
    return _opened(s3, bucket, curated_key(prefix, dataset, day))


def checks_of_run(s3: S3Client, bucket: str, prefix: str, day: date, run_id: str) -> CuratedTable | None:
    """Return what the checks of one run found, or None before they were made."""
    return _opened(s3, bucket, data_quality_key(prefix, day, run_id))


def _opened(s3: S3Client, bucket: str, key: str) -> CuratedTable | None:
    try:
        remote = RemoteFile(s3, bucket, key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_FOUND:
            return None
        raise
    # Columns of a row group that lie together come with one request.
    return CuratedTable(remote, pq.ParquetFile(remote, pre_buffer=True))
