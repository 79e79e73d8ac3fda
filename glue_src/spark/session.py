"""The Spark session that the engine works in."""

from __future__ import annotations

from typing import Final

from pyspark.sql import SparkSession

#: What a session has to be built with: Spark does not take it later.
_SESSION_OPTIONS: Final = {
    # Spark compiles each query and keeps 100 classes by default. A night has more: each one would be compiled anew, by
    # Spark and then by Java, and as slow as the first.
    "spark.sql.codegen.cache.maxEntries": "1000",
}

_SESSION_SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    # Headers are compared letter by letter.
    "spark.sql.caseSensitive": "true",
    # An impossible instant is malformed like any other value; by default it is a question of legacy settings.
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # Adaptive execution makes a job of each shuffle, and may cut a partition's rows in several files. A night has few
    # shuffles, of known sizes.
    "spark.sql.adaptive.enabled": "false",
    # Columns that must hold no null are ETL-2's checks to find, not the planner's to suspect.
    "spark.sql.iceberg.check-nullability": "false",
}


def session_of(builder: SparkSession.Builder) -> SparkSession:
    """Return a session that has what it has to be built with, or the one that there is already."""
    for name, value in _SESSION_OPTIONS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def configure(spark: SparkSession) -> None:
    """Set what the engine relies on; the session's other settings stay."""
    for name, value in _SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    # Spark's default of 200 is so many tasks of next to nothing.
    spark.conf.set("spark.sql.shuffle.partitions", spark.sparkContext.defaultParallelism)
