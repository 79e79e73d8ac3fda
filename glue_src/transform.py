r"""Clean CSV to curated Parquet: Spark DataFrame functions that know nothing of buckets, runs or the catalog.

Only what Spark 3.3 (Glue 4.0) and Spark 3.5 (Glue 5.0) both have. Everything is a column expression: no row passes
through Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark program gives it
from pyspark.sql.types import (
    DataType,
    DoubleType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from glue_src.row_groups import PAGE_BYTES, PAGE_ROWS
from modules.contract.datasets import SPARK_TIMESTAMP_FORMAT, Column, ColumnType, Dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame, SparkSession

_SPARK_TYPES: dict[ColumnType, DataType] = {
    ColumnType.TEXT: StringType(),
    ColumnType.COUNT: LongType(),
    ColumnType.INSTANT: TimestampType(),
    ColumnType.SHARE: DoubleType(),
}

#: What a session has to be built with: Spark does not take it later.
_SESSION_OPTIONS = {
    # Spark compiles each query and keeps 100 classes by default. A day has more: each one would be compiled anew, by
    # Spark and then by Java, and as slow as the first.
    "spark.sql.codegen.cache.maxEntries": "1000",
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

# Characters in SQL, where a backslash in quotes would be an escape itself.
_BACKSLASH = "char(92)"
_PAIR = "char(92) || char(92)"
_LINE_FEED = "char(10)"
_CARRIAGE_RETURN = "char(13)"
_NUL = "char(0)"

#: What the error says that evaluating :func:`restore` raises.
UNKNOWN_ESCAPE = "a backslash that begins no escape of the contract"

#: Parquet's Java writer counts a row group's pages as they are once compressed, and those that are not full yet as they
#: are. With small pages, a third is what chats come to.
_COMPRESSION = 3


def session_of(builder: SparkSession.Builder) -> SparkSession:
    """Return a session that has what it has to be built with, or the one that there is already."""
    for name, value in _SESSION_OPTIONS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def configure(spark: SparkSession) -> None:
    """Set what the other functions of this module rely on; the session's other settings stay."""
    for name, value in _SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    # Keys are all that is shuffled. Spark's default of 200 is so many tasks of next to nothing.
    spark.conf.set("spark.sql.shuffle.partitions", spark.sparkContext.defaultParallelism)


def schema_of(columns: Sequence[Column]) -> StructType:
    """Return the typed schema of columns, in their order; all may be null, which is counted where none should be."""
    return StructType([StructField(column.name, _SPARK_TYPES[column.type], nullable=True) for column in columns])


def read_clean(spark: SparkSession, uri: str, dataset: Dataset, columns: Sequence[Column]) -> DataFrame:
    """Return the rows of one clean CSV, typed, with every text as it was in the source.

    ``columns`` are those of its header; the contract's others are null. Evaluating the frame raises what Spark raises
    for another header, a record of the wrong length, a value that is not of its column's type, or an escape that the
    contract does not have.
    """
    cells = spark.read.schema(schema_of(columns)).options(**_CSV_OPTIONS).csv(uri)
    return cells.select([_restored(column, dataset, present=column in columns) for column in dataset.columns])


def _restored(column: Column, dataset: Dataset, *, present: bool) -> Expression:
    if not present:
        return F.lit(None).cast(_SPARK_TYPES[column.type]).alias(column.name)
    if column.type is not ColumnType.TEXT:
        return F.col(column.name)
    return restore(f"`{column.name}`", f"{dataset.name}.{column.name}").alias(column.name)


def restore(cell: str, name: str) -> Expression:
    r"""Undo ``modules.contract.cells.escape`` for the column ``cell``; ``name`` says in an error which cell it was.

    Plain replacements take a quarter of the time of patterns. They are written in SQL: Spark 3.3 has no function for
    them. Most cells have no escape, and most of the others line feeds alone: once those are back, no backslash is left.
    """
    simple = _replaced(cell, "n", _LINE_FEED)
    any_escape = _chosen(f"contains({simple}, {_BACKSLASH})", _with_any_escape_restored(cell, name), simple)
    return F.expr(_chosen(f"contains({cell}, {_BACKSLASH})", any_escape, cell))


def _with_any_escape_restored(cell: str, name: str) -> str:
    r"""Return SQL for what a cell with any escapes in it stands for.

    An escaped cell holds no line feed, so a line feed can stand for ``\\`` until the other escapes are undone. Only
    then can ``\n`` be told from a backslash before an n.
    """
    pairs_set_aside = f"replace({cell}, {_PAIR}, {_LINE_FEED})"
    others = _replaced(_replaced(pairs_set_aside, "0", _NUL), "r", _CARRIAGE_RETURN)
    # The backslash now stands for the line feed as the line feed does for the backslash: exchange them.
    exchanged = _replaced(others, "n", _BACKSLASH)
    original = f"translate({exchanged}, {_LINE_FEED} || {_BACKSLASH}, {_BACKSLASH} || {_LINE_FEED})"
    fault = f"raise_error('{name} holds {UNKNOWN_ESCAPE}.')"
    without_escapes = _replaced(others, "n", "''")
    return _chosen(f"contains({without_escapes}, {_BACKSLASH})", fault, original)


def _replaced(text: str, letter: str, replacement: str) -> str:
    return f"replace({text}, {_BACKSLASH} || '{letter}', {replacement})"


def _chosen(condition: str, then: str, otherwise: str) -> str:
    return f"CASE WHEN {condition} THEN {then} ELSE {otherwise} END"


def write_parquet(in_order: DataFrame, uri: str, row_group_bytes: int) -> None:
    """Write each partition of sorted rows as a zstd-compressed Parquet file into the folder ``uri``, replacing it.

    The names of the files have the partitions' order; an empty one has none, unless it is the first. Row groups hold
    about ``row_group_bytes`` before encoding.
    """
    writer = in_order.write.mode("overwrite").option("compression", "zstd")
    writer = writer.option("parquet.block.size", row_group_bytes // _COMPRESSION)
    writer.option("parquet.page.size", PAGE_BYTES).option("parquet.page.row.count.limit", PAGE_ROWS).parquet(uri)


def read_parquet(spark: SparkSession, uri: str, dataset: Dataset) -> DataFrame:
    """Return the rows of a folder of Parquet files that :func:`write_parquet` wrote."""
    return spark.read.schema(schema_of(dataset.columns)).parquet(uri)
