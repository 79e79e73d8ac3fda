r"""Clean CSV as a Spark frame, typed, with every text as it was in the source.

Everything is a column expression: no row passes through Python.

Spark's own reader of CSV takes half of what can be wrong with one, and writes the other half, records and all, to its
logs. So lines are read as texts and split, and a record is right if writing its cells again gives the same line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
)

from contract.column_types import ColumnType, Kind
from contract.datasets import Column, Dataset

#: In tables, an instant is UTC without a zone: Iceberg's ``timestamp``. In a CSV it ends in Z.
_TABLE_TYPES: dict[Kind, DataType] = {
    Kind.TEXT: StringType(),
    Kind.JSON: StringType(),
    Kind.INTEGER: LongType(),
    Kind.INSTANT: TimestampNTZType(),
    Kind.DOUBLE: DoubleType(),
    Kind.BOOLEAN: BooleanType(),
    Kind.DATE: DateType(),
}

# Characters in SQL, where a backslash in quotes would be an escape itself.
_BACKSLASH = "char(92)"
_PAIR = "char(92) || char(92)"
_LINE_FEED = "char(10)"
_CARRIAGE_RETURN = "char(13)"
_NUL = "char(0)"
_QUOTE = "char(34)"
_BYTE_ORDER_MARK = "decode(unhex('EFBBBF'), 'UTF-8')"

#: What the error says that evaluating a frame of :func:`read_clean` raises.
SUSPECT = "a record is not as ETL-1 writes it"
_REFUSED = f"raise_error('{SUSPECT}')"

#: Names of what a line is taken apart into.
_LINE = "value"
_CELLS = "cells"
_NUMBER = "number"


def table_schema(columns: Sequence[Column]) -> StructType:
    """Return the schema of columns as tables have them, in their order; all may be null."""
    return StructType([StructField(column.name, _table_type(column.type), nullable=True) for column in columns])


def _table_type(kind: ColumnType) -> DataType:
    return DecimalType(kind.precision, kind.scale) if kind.kind is Kind.DECIMAL else _TABLE_TYPES[kind.kind]


def read_clean(spark: SparkSession, uri: str, dataset: Dataset, columns: Sequence[Column]) -> DataFrame:
    """Return the rows of one clean CSV, typed, with every text as it was in the source.

    ``columns`` are those of its header; the contract's others are null. Evaluating the frame raises an error that says
    SUSPECT for a record that is not as ETL-1 writes it, a cell that is not of its column's type, and a null in a column
    that the table is divided or sorted by. Of rows that are filtered out only the record is looked at.
    """
    # Numbered, a line is split once: Spark moves no filter below a number that depends on the row's place. The first
    # line of the first part of the file is the header, which has been looked at.
    lines = spark.read.text(uri, lineSep="\n")
    number = F.monotonically_increasing_id().alias(_NUMBER)
    records = lines.select(F.col(_LINE), F.expr(_split(_LINE)).alias(_CELLS), number).where(f"{_NUMBER} > 0")
    present = {column.name: f"get({_CELLS}, {place})" for place, column in enumerate(columns)}
    right = records.where(_chosen(_is_right(dataset, present), "true", _REFUSED))
    return right.select([_value(column, dataset, present.get(column.name)) for column in dataset.columns])


# What is done to arrays is few expressions, however many columns there are: Java does not compile what Spark makes of
# many.


def _split(line: str) -> str:
    """Return SQL for the array of a line's cells without quotes, with line feeds for their commas; null for no cell.

    Each quote begins or ends a quoted part, also where two of them stand for one. No line holds a line feed.
    """
    without_commas = f"replace(part, ',', {_LINE_FEED})"
    parts = f"transform(split({line}, '\"'), (part, place) -> {_chosen('place % 2 = 1', without_commas, 'part')})"
    separated = _chosen(f"contains({line}, {_QUOTE})", f"array_join({parts}, {_QUOTE})", line)
    in_quotes = f"replace(substring(cell, 2, length(cell) - 2), {_QUOTE} || {_QUOTE}, {_QUOTE})"
    content = f"CASE WHEN cell = '' THEN NULL WHEN startswith(cell, {_QUOTE}) THEN {in_quotes} ELSE cell END"
    return f"transform(split({separated}, ','), cell -> {content})"


def _written(cells: str) -> str:
    """Return SQL for the line of such an array's cells; see ``contract.cells.record``."""
    is_quoted = (
        f"contains(cell, {_QUOTE}) OR contains(cell, {_LINE_FEED}) OR cell = '' "
        f"OR (place = 0 AND startswith(cell, {_BYTE_ORDER_MARK}))"
    )
    in_quotes = f"{_QUOTE} || replace(cell, {_QUOTE}, {_QUOTE} || {_QUOTE}) || {_QUOTE}"
    joined = f"array_join(transform({cells}, (cell, place) -> {_chosen(is_quoted, in_quotes, 'cell')}), ',', '')"
    return f"replace({joined}, {_LINE_FEED}, ',')"


def _is_right(dataset: Dataset, present: Mapping[str, str]) -> str:
    """Return SQL for whether a line is as ETL-1 writes it, and says which partition it is of."""
    rules = [
        f"size({_CELLS}) = {len(present)}",
        f"NOT contains({_LINE}, {_NUL})",
        f"NOT contains({_LINE}, {_CARRIAGE_RETURN})",
        # What is not UTF-8 is another text once it was split.
        f"{_LINE} <=> {_written(_CELLS)}",
    ]
    if dataset.partition is not None:
        rules.append(f"{present[dataset.partition.column]} IS NOT NULL")
    return " AND ".join(rules)


def _value(column: Column, dataset: Dataset, cell: str | None) -> Expression:
    """Return a cell as the table has it; None for one that the header lacks."""
    if cell is None:
        return F.lit(None).cast(_table_type(column.type)).alias(column.name)
    # Raising gives no value, and so no type.
    absent = _REFUSED if column.name in dataset.required_names else "NULL"
    right = _CONVERSIONS[column.type.kind](cell, column.type)
    return F.expr(f"CASE WHEN {cell} IS NULL THEN {absent} ELSE {right} END").alias(column.name)


def _text(cell: str, _: ColumnType) -> str:
    return restore(f"replace({cell}, {_LINE_FEED}, ',')")


def _integer(cell: str, _: ColumnType) -> str:
    number = f"try_cast({cell} AS BIGINT)"
    return _chosen(f"CAST({number} AS STRING) <=> {cell}", number, _REFUSED)


def _instant(cell: str, kind: ColumnType) -> str:
    return _of_calendar(cell, kind, f"try_cast(substring({cell}, 1, 26) AS TIMESTAMP_NTZ)")


def _day(cell: str, kind: ColumnType) -> str:
    return _of_calendar(cell, kind, f"try_cast({cell} AS DATE)")


def _of_calendar(cell: str, kind: ColumnType, value: str) -> str:
    # Spark knows a year 0, which neither Python nor Athena has.
    return _chosen(
        f"{_matches(cell, kind)} AND NOT startswith({cell}, '0000') AND {value} IS NOT NULL", value, _REFUSED
    )


def _matching(cell: str, kind: ColumnType) -> str:
    """Return SQL for a cell of a type whose pattern says all."""
    return _chosen(_matches(cell, kind), f"CAST({cell} AS {kind.value})", _REFUSED)


def _matches(cell: str, kind: ColumnType) -> str:
    # Java's $ also matches before a line feed at the end, which stands for a comma here.
    return f"({cell} RLIKE '^(?:{kind.pattern})$' AND NOT contains({cell}, {_LINE_FEED}))"


def restore(cell: str) -> str:
    r"""Return SQL that undoes ``contract.cells.escape`` for a ``cell``.

    Plain replacements take a quarter of the time of patterns. Most cells have no escape, and most of the others line
    feeds alone: once those are back, no backslash is left.
    """
    simple = _replaced(cell, "n", _LINE_FEED)
    any_escape = _chosen(f"contains({simple}, {_BACKSLASH})", _with_any_escape_restored(cell), simple)
    return _chosen(f"contains({cell}, {_BACKSLASH})", any_escape, cell)


def _with_any_escape_restored(cell: str) -> str:
    r"""Return SQL for what a cell with any escapes in it stands for.

    An escaped cell holds no line feed, so a line feed can stand for ``\\`` until the other escapes are undone. Only
    then can ``\n`` be told from a backslash before an n.
    """
    pairs_set_aside = f"replace({cell}, {_PAIR}, {_LINE_FEED})"
    others = _replaced(_replaced(pairs_set_aside, "0", _NUL), "r", _CARRIAGE_RETURN)
    # The backslash now stands for the line feed as the line feed does for the backslash: exchange them.
    exchanged = _replaced(others, "n", _BACKSLASH)
    original = f"translate({exchanged}, {_LINE_FEED} || {_BACKSLASH}, {_BACKSLASH} || {_LINE_FEED})"
    without_escapes = _replaced(others, "n", "''")
    return _chosen(f"contains({without_escapes}, {_BACKSLASH})", _REFUSED, original)


def _replaced(text: str, letter: str, replacement: str) -> str:
    return f"replace({text}, {_BACKSLASH} || '{letter}', {replacement})"


def _chosen(condition: str, then: str, otherwise: str) -> str:
    return f"CASE WHEN {condition} THEN {then} ELSE {otherwise} END"


_CONVERSIONS: dict[Kind, Callable[[str, ColumnType], str]] = {
    Kind.TEXT: _text,
    Kind.JSON: _text,
    Kind.INTEGER: _integer,
    Kind.INSTANT: _instant,
    Kind.DOUBLE: _matching,
    Kind.DECIMAL: _matching,
    Kind.BOOLEAN: _matching,
    Kind.DATE: _day,
}
