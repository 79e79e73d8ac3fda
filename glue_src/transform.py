r"""Clean CSV to curated Parquet: Spark DataFrame functions that know nothing of buckets, runs or the catalog.

Only what Spark 3.3 (Glue 4.0) and Spark 3.5 (Glue 5.0) both have. Everything is a column expression: no row passes
through Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark program gives it
from pyspark.sql.types import DataType, LongType, StringType, StructField, StructType, TimestampType

from glue_src.exceptions import NullsError
from modules.contract.datasets import SPARK_TIMESTAMP_FORMAT, Column, ColumnType, Dataset

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame, SparkSession

_SPARK_TYPES: dict[ColumnType, DataType] = {
    ColumnType.TEXT: StringType(),
    ColumnType.COUNT: LongType(),
    ColumnType.INSTANT: TimestampType(),
}

_SESSION_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # Headers are compared letter by letter.
    "spark.sql.caseSensitive": "true",
    # INT64 microseconds: the one form that Athena, Spark, DuckDB and pandas read alike. INT96 is Spark's default.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # An impossible instant is malformed like any other value; by default it is a question of legacy settings.
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # An instant before 1582 (a user's typing error) is written as it is; by default it fails the whole day.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}

#: What Spark takes for null, and for an unquoted empty cell: a text that no cell of a one-line record can be. With
#: Spark's default, the empty text, quoted empty cells would become null too.
_NO_CELL_AT_ALL = "\n"

_CSV_OPTIONS: dict[str, str | bool | int] = {
    "header": True,
    "enforceSchema": False,  # a header other than the contract's is an error
    "mode": "FAILFAST",
    "quote": '"',
    "escape": '"',
    "multiLine": False,  # one record per physical line, so that Spark can split the file
    "lineSep": "\n",
    "encoding": "UTF-8",
    "ignoreLeadingWhiteSpace": False,
    "ignoreTrailingWhiteSpace": False,
    "maxCharsPerColumn": -1,
    "timestampFormat": SPARK_TIMESTAMP_FORMAT,
    "nullValue": _NO_CELL_AT_ALL,
}

#: Upper bound of a row group, in bytes before compression: readers skip by row group, and hold one in memory.
_ROW_GROUP_BYTES = 32 * 1024 * 1024


def configure(spark: SparkSession) -> None:
    """Set what the other functions of this module rely on; the session's other settings stay."""
    for name, value in _SESSION_SETTINGS.items():
        spark.conf.set(name, value)


def schema_of(dataset: Dataset) -> StructType:
    """Return a dataset's typed schema, in the contract's column order and without the partition column."""
    return StructType([_field(column) for column in dataset.columns])


def _field(column: Column) -> StructField:
    return StructField(column.name, _SPARK_TYPES[column.type], column.nullable)


def read_clean(spark: SparkSession, uri: str, dataset: Dataset) -> DataFrame:
    """Return the rows of one clean CSV, typed, with every text as it was in the source.

    Evaluating the frame raises what Spark raises for a foreign header, a record of the wrong length, a value that is
    not of its column's type, or an escape that the contract does not have.
    """
    cells = spark.read.schema(schema_of(dataset)).options(**_CSV_OPTIONS).csv(uri)
    return cells.select([_restored(column, dataset) for column in dataset.columns])


def _restored(column: Column, dataset: Dataset) -> Expression:
    if column.type is not ColumnType.TEXT:
        return F.col(column.name)
    return restore(F.col(column.name), f"{dataset.name}.{column.name}").alias(column.name)


def restore(cell: Expression, name: str) -> Expression:
    r"""Undo ``modules.contract.cells.escape``; ``name`` says in an error which cell it was.

    An escaped cell holds no line feed, so a line feed can stand for ``\\`` until the other escapes are undone. Only
    then can ``\n`` be told from a backslash before an n.
    """
    pairs_set_aside = F.regexp_replace(cell, r"\\\\", "\n")
    unknown_escape = pairs_set_aside.rlike(r"\\(?![nr0])")
    without_nul = F.regexp_replace(pairs_set_aside, r"\\0", "\0")
    without_carriage_return = F.regexp_replace(without_nul, r"\\r", "\r")
    # The backslash now stands for the line feed as the line feed does for the backslash: exchange them.
    exchanged = F.regexp_replace(without_carriage_return, r"\\n", r"\\")
    original = F.translate(exchanged, "\n\\", "\\\n")
    fault = F.raise_error(F.lit(f"{name} holds a backslash that begins no escape of the contract; ETL-1 wrote it."))
    return F.when(~cell.contains("\\"), cell).when(unknown_escape, fault).otherwise(original)


def write_parquet(frame: DataFrame, uri: str, dataset: Dataset) -> None:
    """Write a dataset's rows as one sorted, zstd-compressed Parquet file into the folder ``uri``, replacing it."""
    in_order = frame.coalesce(1).sortWithinPartitions(*dataset.sort_by)
    writer = in_order.write.mode("overwrite").option("compression", "zstd")
    writer.option("parquet.block.size", _ROW_GROUP_BYTES).parquet(uri)


def count_rows(spark: SparkSession, uri: str, dataset: Dataset) -> int:
    """Return the number of rows in a folder of Parquet files.

    One query over what was written, and over its not-null columns only: counts come from row group metadata, and
    those columns are the narrow ones.

    Raises:
        NullsError: columns hold nulls that the contract forbids there.
    """
    required = [column.name for column in dataset.columns if not column.nullable]
    counts = [F.count(F.lit(1)), *(F.count(F.col(name)) for name in required)]
    rows, *present = spark.read.schema(schema_of(dataset)).parquet(uri).agg(*counts).collect()[0]
    nulls = {name: rows - count for name, count in zip(required, present, strict=True) if count != rows}
    if nulls:
        raise NullsError(dataset.name, nulls)
    return int(rows)
