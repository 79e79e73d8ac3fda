"""Spark: this platform's ETL-2, and CSV to Parquet as anybody would write it."""

from __future__ import annotations

from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from contract.column_types import ColumnType
from contract.datasets import Dataset
from contract.sources.catia import CONTRACT
from contract.spark_catalog import catalog_options
from glue_src.clients import default_clients
from glue_src.spark.engine import SparkEngine
from glue_src.spark.session import session_of
from tools.bench.lake.front import BUCKET
from tools.bench.lake.ours import arguments, night
from tools.bench.lake.task import THREADS, LakeTask, NightTask, Program, address, curated_prefix
from tools.local.aws_environment import REGION
from tools.local.spark_jars import ensure
from tools.local.spark_options import local_options

#: Stands for a quoted, empty text, which Spark would read as null.
_EMPTY: Final = "\ue000"
#: The contract's instants in Spark's pattern language.
_TIMESTAMP_FORMAT: Final = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSX"
_OPTIONS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "2g",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": str(2 * THREADS),
}


def prepare(task: LakeTask) -> Program:
    """Start Spark and make clients, as the job does."""
    spark, with_clients = _session(task), default_clients()

    def work(lake: str, one: NightTask) -> None:
        engine = SparkEngine(spark, BUCKET, lake)
        night(engine, arguments(lake, one.clean_prefix, one.rebuild), with_clients)

    return Program(work, (_java(spark),))


def prepare_plain(task: LakeTask) -> Program:
    """Start Spark."""
    spark = _session(task)

    def work(lake: str, one: NightTask) -> None:
        for dataset in CONTRACT.datasets:
            rows = _read(spark, dataset, address(one.csv[dataset.name]))
            target = f"{curated_prefix(lake)}{dataset.name}/plain"
            rows.write.option("compression", "zstd").parquet(address(target))

    return Program(work, (_java(spark),))


def _session(task: LakeTask) -> SparkSession:
    builder = SparkSession.builder.master(f"local[{THREADS}]").config("spark.local.dir", task.scratch)
    options = {
        **_OPTIONS,
        **catalog_options(address("curated"), "5.1", REGION),
        **local_options(task.endpoint, ensure()),
    }
    # For a batch on two processors: Java's own choice, G1, clears memory beside the work, with the same processors.
    options["spark.driver.extraJavaOptions"] += " -XX:+UseParallelGC"
    for name, value in options.items():
        builder = builder.config(name, value)
    spark = session_of(builder)
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _java(spark: SparkSession) -> int:
    return int(spark.sparkContext._gateway.proc.pid)  # type: ignore[union-attr]  # noqa: SLF001 nothing else tells it


def _read(spark: SparkSession, dataset: Dataset, csv: str) -> DataFrame:
    schema = ", ".join(f"{column.name} {column.type.value}" for column in dataset.columns)
    rows = spark.read.csv(
        csv,
        schema=schema,
        header=True,
        quote='"',
        escape='"',
        emptyValue=_EMPTY,
        mode="FAILFAST",
        timestampFormat=_TIMESTAMP_FORMAT,
    )
    return rows.select(
        *(
            _restored(column.name).alias(column.name) if column.type == ColumnType.TEXT else F.col(column.name)
            for column in dataset.columns
        )
    )


def _restored(name: str) -> Column:
    r"""Undo a cell's escapes; a line feed, which no cell holds, stands for ``\\`` meanwhile."""
    cell = F.col(name)
    restored = cell
    for escape, original in (("\\\\", "\n"), ("\\0", "\0"), ("\\r", "\r"), ("\\n", "\\")):
        restored = F.replace(restored, F.lit(escape), F.lit(original))
    exchanged = F.translate(restored, "\\\n", "\n\\")
    return F.when(cell == _EMPTY, "").when(cell.contains("\\"), exchanged).otherwise(cell)
