"""The engine of ETL-2 for a cluster: Spark reads, restores, sorts, writes and counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]

from glue_src import transform
from glue_src.exceptions import MalformedDataError
from glue_src.row_groups import LARGEST_ROW_GROUP, row_group_bytes
from modules.contract.datasets import CONVERSATIONS, FEEDBACK, MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from glue_src.engine import RelationFacts, Source, TableFacts
    from modules.contract.datasets import Dataset

#: By these words an error tells that the data is at fault, and not the cluster: Spark's own, and those of ``restore``.
_SIGNS_OF_BAD_DATA = ("Malformed records are detected", transform.UNKNOWN_ESCAPE)


@dataclass(frozen=True)
class SparkEngine:
    """Makes Parquet of clean runs in one bucket; it is a TransformEngine."""

    spark: SparkSession
    bucket: str

    def __post_init__(self) -> None:
        """Set what the transformations rely on; the session's other settings stay."""
        transform.configure(self.spark)

    @contextmanager
    def transform(self, sources: Sequence[Source]) -> Iterator[SparkRun]:
        """Return the work on one run; Spark holds nothing between its steps."""
        yield SparkRun(self.spark, self.bucket, sources)

    def write(self, dataset: Dataset, rows: Sequence[tuple[object, ...]], target: str) -> None:
        """Write a few rows as the one Parquet object below ``target``."""
        frame = self.spark.createDataFrame(rows, transform.schema_of(dataset.columns))
        transform.write_parquet(frame, _uri(self.bucket, target), dataset, LARGEST_ROW_GROUP)


@dataclass(frozen=True)
class SparkRun:
    """One run's datasets on their way through Spark; it is a RunTransform."""

    spark: SparkSession
    bucket: str
    sources: Sequence[Source]

    def stage(self) -> Mapping[str, TableFacts]:
        """Stage all datasets side by side: each ends in one task, which leaves the rest of the cluster idle."""
        with ThreadPoolExecutor(len(self.sources)) as threads:
            facts = list(threads.map(self._stage_one, self.sources))
        return {source.dataset.name: found for source, found in zip(self.sources, facts, strict=True)}

    def _stage_one(self, source: Source) -> TableFacts:
        frame = transform.read_clean(self.spark, _uri(self.bucket, source.key), source.dataset, source.columns)
        try:
            size = row_group_bytes(source.bytes)
            transform.write_parquet(frame, _uri(self.bucket, source.target), source.dataset, size)
        except Py4JJavaError as error:
            detail = _bad_data(error)
            if detail is None:
                raise
            raise MalformedDataError(source.dataset.name, source.key, detail) from error
        return transform.table_facts(self._staged(source.dataset), source.dataset)

    def relate(self) -> RelationFacts:
        """Return what is found between the staged datasets."""
        return transform.relation_facts(self._staged(CONVERSATIONS), self._staged(MESSAGES), self._staged(FEEDBACK))

    def _staged(self, dataset: Dataset) -> DataFrame:
        (source,) = (source for source in self.sources if source.dataset == dataset)
        return transform.read_parquet(self.spark, _uri(self.bucket, source.target), dataset)


def _uri(bucket: str, key: str) -> str:
    return f"s3://{bucket}/{key}"


def _bad_data(error: Py4JJavaError) -> str | None:
    """Return what an error's pages say of the data and of the root cause, or None if something else is wrong."""
    lines = [line.strip().removeprefix("Caused by: ") for line in str(error).splitlines()]
    told = [line for line in lines if any(sign in line for sign in _SIGNS_OF_BAD_DATA)]
    causes = [line.strip() for line in str(error).splitlines() if line.startswith("Caused by: ")]
    return " ".join([told[-1], *causes[-1:]]) if told else None
