"""The engine of ETL-2 for a cluster: Spark reads, restores, sorts, writes and counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]

from glue_src import spark_facts, transform
from glue_src.exceptions import MalformedDataError
from glue_src.parquet_join import join
from glue_src.row_groups import LARGEST_ROW_GROUP, row_group_bytes
from glue_src.spark_ranges import Ranges, Sizes
from modules.contract.layout import CURATED_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from glue_src.engine import RelationFacts, Source, TableFacts
    from glue_src.storage import Bucket
    from modules.contract.datasets import Dataset
    from modules.contract.source import Relation

#: By these words an error tells that the data is at fault, and not the cluster: Spark's own, and those of ``restore``.
_SIGNS_OF_BAD_DATA: Final = ("Malformed records are detected", transform.UNKNOWN_ESCAPE)
_FILE_NAME: Final = "joined.parquet"


@dataclass(frozen=True)
class SparkEngine:
    """Makes Parquet of clean runs in one bucket; it is a TransformEngine."""

    spark: SparkSession
    bucket: Bucket
    sizes: Sizes = field(default_factory=Sizes)

    def __post_init__(self) -> None:
        """Set what the transformations rely on; the session's other settings stay."""
        transform.configure(self.spark)

    @contextmanager
    def transform(self, sources: Sequence[Source], relations: Sequence[Relation]) -> Iterator[SparkRun]:
        """Return the work on one run; leaving the context frees what Spark keeps between its steps."""
        run = SparkRun(self, sources, relations)
        try:
            yield run
        finally:
            run.free()

    def write(self, dataset: Dataset, rows: Sequence[tuple[object, ...]], target: str) -> None:
        """Write a few rows as the one Parquet object below ``target``."""
        frame = self.spark.createDataFrame(rows, transform.schema_of(dataset.columns))
        self.write_in_ranges(frame, Ranges(dataset), target, LARGEST_ROW_GROUP)

    def write_in_ranges(self, frame: DataFrame, ranges: Ranges, target: str, row_group_bytes: int) -> None:
        """Write a frame's rows, each range by a task of its own, as the one Parquet object below ``target``."""
        transform.write_parquet(ranges.sorted(frame), self.bucket.uri(target), row_group_bytes)
        parts = [stored for stored in self.bucket.list(target) if stored.key.endswith(CURATED_SUFFIX)]
        if len(parts) > 1:
            key = target + _FILE_NAME
            join(self.bucket, parts, key)
            self.bucket.delete([stored.key for stored in self.bucket.list(target) if stored.key != key])

    def read(self, source: Source) -> DataFrame:
        """Return the rows of what was staged of a CSV."""
        return transform.read_parquet(self.spark, self.bucket.uri(source.target), source.dataset)


@dataclass
class SparkRun:
    """One run's datasets on their way through Spark; it is a RunTransform."""

    engine: SparkEngine
    sources: Sequence[Source]
    relations: Sequence[Relation]
    _groups: dict[Relation, DataFrame] = field(default_factory=dict)

    def stage(self) -> Mapping[str, TableFacts]:
        """Stage all datasets side by side: small ones end in one task, which leaves the rest of the cluster idle."""
        with ThreadPoolExecutor(len(self.sources)) as threads:
            facts = list(threads.map(self._stage_one, self.sources))
        return {source.dataset.name: found for source, found in zip(self.sources, facts, strict=True)}

    def _stage_one(self, source: Source) -> TableFacts:
        engine = self.engine
        frame = transform.read_clean(engine.spark, engine.bucket.uri(source.key), source.dataset, source.columns)
        ranges = Ranges.of(engine.bucket, source, engine.sizes)
        try:
            engine.write_in_ranges(frame, ranges, source.target, row_group_bytes(source.bytes))
        except Py4JJavaError as error:
            detail = _bad_data(error)
            if detail is None:
                raise
            raise MalformedDataError(source.dataset.name, source.key, detail) from error
        placing = spark_facts.placing_relation(source.dataset, self.relations)
        if placing is None:
            return spark_facts.table_facts(engine.read(source), source.dataset)
        # Spark keeps the groups, for they are asked for twice.
        self._groups[placing] = spark_facts.groups_with_places(engine.read(source), placing).persist()
        return spark_facts.facts_of_groups(self._groups[placing], placing)

    def relate(self) -> Mapping[Relation, RelationFacts]:
        """Return what is found of each relation, once all datasets are staged; they are counted side by side, too."""
        with ThreadPoolExecutor(max(1, len(self.relations))) as threads:
            return dict(zip(self.relations, threads.map(self._relate_one, self.relations), strict=True))

    def _relate_one(self, relation: Relation) -> RelationFacts:
        groups = self._groups.get(relation)
        if groups is None:
            groups = spark_facts.groups(self._staged(relation.child), relation)
        return spark_facts.relation_facts(relation, groups, self._staged(relation.parent))

    def free(self) -> None:
        """Let Spark forget what it keeps for this run."""
        for groups in self._groups.values():
            groups.unpersist()

    def _staged(self, dataset: Dataset) -> DataFrame:
        (source,) = (source for source in self.sources if source.dataset == dataset)
        return self.engine.read(source)


def _bad_data(error: Py4JJavaError) -> str | None:
    """Return what an error's pages say of the data and of the root cause, or None if something else is wrong."""
    lines = [line.strip().removeprefix("Caused by: ") for line in str(error).splitlines()]
    told = [line for line in lines if any(sign in line for sign in _SIGNS_OF_BAD_DATA)]
    causes = [line.strip() for line in str(error).splitlines() if line.startswith("Caused by: ")]
    return " ".join([told[-1], *causes[-1:]]) if told else None
