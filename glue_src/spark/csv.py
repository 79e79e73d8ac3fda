r"""Clean CSV as a Spark frame, typed, with every text as it was in the source.

Everything is a column expression: no row passes through Python.
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
    TimestampNTZType,
    TimestampType,
)

from contract.datasets import SPARK_TIMESTAMP_FORMAT, Column, ColumnType, Dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame, SparkSession

#: In tables, an instant is UTC without a zone: Iceberg's ``timestamp``. In a CSV it ends in Z.
_TABLE_TYPES: dict[ColumnType, DataType] = {
    ColumnType.TEXT: StringType(),
    ColumnType.COUNT: LongType(),
    ColumnType.INSTANT: TimestampNTZType(),
    ColumnType.DOUBLE: DoubleType(),
}
_CSV_TYPES: dict[ColumnType, DataType] = {**_TABLE_TYPES, ColumnType.INSTANT: TimestampType()}

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


def table_schema(columns: Sequence[Column]) -> StructType:
    """Return the schema of columns as tables have them, in their order; all may be null."""
    return _schema(columns, _TABLE_TYPES)


def _schema(columns: Sequence[Column], types: dict[ColumnType, DataType]) -> StructType:
    return StructType([StructField(column.name, types[column.type], nullable=True) for column in columns])


def read_clean(spark: SparkSession, uri: str, dataset: Dataset, columns: Sequence[Column]) -> DataFrame:
    """Return the rows of one clean CSV, typed, with every text as it was in the source.

    ``columns`` are those of its header; the contract's others are null. Evaluating the frame raises what Spark raises
    for another header, a record of the wrong length, a value that is not of its column's type, or an escape that the
    contract does not have.
    """
    cells = spark.read.schema(_schema(columns, _CSV_TYPES)).options(**_CSV_OPTIONS).csv(uri)
    return cells.select([_restored(column, dataset, present=column in columns) for column in dataset.columns])


def _restored(column: Column, dataset: Dataset, *, present: bool) -> Expression:
    if not present:
        return F.lit(None).cast(_TABLE_TYPES[column.type]).alias(column.name)
    if column.type is not ColumnType.TEXT:
        return F.col(column.name).cast(_TABLE_TYPES[column.type]).alias(column.name)
    return restore(f"`{column.name}`", f"{dataset.name}.{column.name}").alias(column.name)


def restore(cell: str, name: str) -> Expression:
    r"""Undo ``contract.cells.escape`` for the column ``cell``; ``name`` says in an error which cell it was.

    Plain replacements take a quarter of the time of patterns. Most cells have no escape, and most of the others line
    feeds alone: once those are back, no backslash is left.
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
