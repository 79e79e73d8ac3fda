"""This platform's ETL-2 by its Spark engine: all datasets and all that the checks need to know.

Starting Spark and a first, tiny day count as start: a Glue job pays for both once, whatever it then has to do. Java
compiles the program while it runs, with the same processors; that is part of the work, or of the start as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pyspark.sql import SparkSession

from bench.contenders.task import Report, Work
from bench.lake import bucket
from bench.lake.days import write_day
from bench.lake.ours import sources, staged
from bench.lake.task import THREADS, UNTIL_COMPILED, ZSTD_LEVEL, LakeTask
from bench.memory import peak_mb_of
from glue_src.spark_engine import SparkEngine
from glue_src.transform import session_of

_WARM_UP: Final = 200
"""Conversations of the tiny day."""
_HEAP: Final = "2g"
_OPTIONS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": _HEAP,
    # For a batch on two processors: Java's own choice, G1, clears memory beside the work, with the same processors.
    "spark.driver.extraJavaOptions": "-Dfile.encoding=UTF-8 -XX:+UseParallelGC",
    "spark.sql.sources.ignoreDataLocality": "true",
    # s3://lake/<path> is the file of that path: no S3 here, and the engine need not know.
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
    "spark.hadoop.fs.viewfs.overload.scheme.target.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    f"spark.hadoop.fs.viewfs.mounttable.{bucket.NAME}.linkFallback": "file:///",
    "spark.hadoop.parquet.compression.codec.zstd.level": str(ZSTD_LEVEL),
}


def prepare_compiled(task: LakeTask) -> Work:
    """Start Spark, and let it make the Parquet of the same day until Java has compiled all that takes its time."""
    work = prepare(task)
    for _ in range(UNTIL_COMPILED):
        work()
    return work


def prepare(task: LakeTask) -> Work:
    """Start Spark, and let it make the Parquet of a tiny day."""
    builder = SparkSession.builder.master(f"local[{THREADS}]").config("spark.local.dir", task.scratch)
    for name, value in _OPTIONS.items():
        builder = builder.config(name, value)
    spark = session_of(builder)
    spark.sparkContext.setLogLevel("OFF")
    engine = SparkEngine(spark, bucket.FolderBucket())
    tiny = Path(task.scratch, "tiny")
    write_day(tiny, _WARM_UP)
    staged(engine, sources(LakeTask(str(tiny), str(tiny / "parquet"), task.scratch)))
    java = spark.sparkContext._gateway.proc.pid  # type: ignore[union-attr]  # noqa: SLF001 nothing else tells it
    return lambda: Report(staged(engine, sources(task)), others_peak_mb=peak_mb_of(java))
