"""DuckDB, twice: as whoever knows it well would have it make the Parquet, and as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import duckdb

from bench.contenders.task import Report, Work
from bench.lake.task import THREADS, ZSTD_LEVEL, LakeTask
from modules.contract.datasets import DATASETS, Column, ColumnType, Dataset

_TYPES: Final = {ColumnType.TEXT: "VARCHAR", ColumnType.COUNT: "BIGINT", ColumnType.INSTANT: "TIMESTAMP"}
_ROW_GROUP_BYTES: Final = 16 * 1024 * 1024
_Copy = Callable[[LakeTask, Dataset], str]


def prepare_tuned(task: LakeTask) -> Work:
    """Open a database that has as many threads as ours, and need not keep the order of what it reads."""
    connection = _connection(task)
    connection.execute(f"SET threads = {THREADS}")
    connection.execute("SET preserve_insertion_order = false")  # without it, no row groups by size
    return lambda: _write_all(connection, task, _tuned)


def prepare_default(task: LakeTask) -> Work:
    """Open a database with DuckDB's own settings."""
    connection = _connection(task)
    return lambda: _write_all(connection, task, _default)


def _connection(task: LakeTask) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"temp_directory": task.scratch})


def _write_all(connection: duckdb.DuckDBPyConnection, task: LakeTask, copy: _Copy) -> Report:
    return Report(dict(_written(connection, task, copy)))


def _written(connection: duckdb.DuckDBPyConnection, task: LakeTask, copy: _Copy) -> Iterator[tuple[str, int]]:
    for dataset in DATASETS:
        (count,) = connection.execute(copy(task, dataset)).fetchall()[0]
        yield dataset.name, count


def _tuned(task: LakeTask, dataset: Dataset) -> str:
    """Types, dialect and longest line are given, so that nothing is guessed; row groups are bounded by bytes."""
    columns = ", ".join(f"'{column.name}': '{_TYPES[column.type]}'" for column in dataset.columns)
    reading = (
        f"auto_detect = false, header = true, columns = {{{columns}}}, delim = ',', quote = '\"', escape = '\"', "
        "new_line = '\\n', allow_quoted_nulls = false, timestampformat = '%Y-%m-%dT%H:%M:%S.%fZ', "
        "max_line_size = 20000000"
    )
    return _copy(task, dataset, reading, f"COMPRESSION_LEVEL {ZSTD_LEVEL}, ROW_GROUP_SIZE_BYTES {_ROW_GROUP_BYTES}")


def _default(task: LakeTask, dataset: Dataset) -> str:
    """As in DuckDB's own examples; without the one option about quotes, empty texts would become nulls."""
    types = ", ".join(f"'{column.name}': '{_TYPES[column.type]}'" for column in dataset.columns)
    return _copy(task, dataset, f"types = {{{types}}}, allow_quoted_nulls = false", f"COMPRESSION_LEVEL {ZSTD_LEVEL}")


def _copy(task: LakeTask, dataset: Dataset, reading: str, writing: str) -> str:
    cells = ", ".join(map(_cell, dataset.columns))
    order = ", ".join(dataset.sort_by)
    source, target = task.source_of(dataset.name), task.target_of(dataset.name)
    rows = f"SELECT {cells} FROM read_csv('{source}', {reading}) ORDER BY {order}"  # noqa: S608 our own names
    return f"COPY ({rows}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, {writing})"


def _cell(column: Column) -> str:
    r"""Return a column's expression, its escapes undone.

    An escaped cell holds no line feed, so a line feed can stand for ``\\`` until the other escapes are undone, and be
    exchanged with the backslash at last.
    """
    if column.type is not ColumnType.TEXT:
        return column.name
    replaced = column.name
    for escape, original in ((r"\\", "chr(10)"), (r"\0", "chr(0)"), (r"\r", "chr(13)"), (r"\n", r"'\'")):
        replaced = f"replace({replaced}, '{escape}', {original})"
    exchanged = rf"translate({replaced}, '\' || chr(10), chr(10) || '\')"
    return rf"CASE WHEN contains({column.name}, '\') THEN {exchanged} ELSE {column.name} END AS {column.name}"
