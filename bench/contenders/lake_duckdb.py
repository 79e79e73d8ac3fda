"""DuckDB, twice: as whoever knows it well would have it make the Parquet, and as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import duckdb

from bench.contenders.task import Report, Work
from bench.lake.clean_sql import plainly_read, rows_of, strictly_read
from bench.lake.task import THREADS, ZSTD_LEVEL, LakeTask
from modules.contract.datasets import Dataset
from sources.catia import CONTRACT

_ROW_GROUP_BYTES: Final = 32 * 1024 * 1024
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
    for dataset in CONTRACT.datasets:
        (count,) = connection.execute(copy(task, dataset)).fetchall()[0]
        yield dataset.name, count


def _tuned(task: LakeTask, dataset: Dataset) -> str:
    rows = rows_of(dataset, strictly_read(task.source_of(dataset.name), dataset))
    return _copy(task, dataset, rows, f", ROW_GROUP_SIZE_BYTES {_ROW_GROUP_BYTES}")


def _default(task: LakeTask, dataset: Dataset) -> str:
    return _copy(task, dataset, rows_of(dataset, plainly_read(task.source_of(dataset.name), dataset)))


def _copy(task: LakeTask, dataset: Dataset, rows: str, options: str = "") -> str:
    in_order = f"{rows} ORDER BY {', '.join(dataset.sort_by)}"
    format_ = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {ZSTD_LEVEL}{options}"
    return f"COPY ({in_order}) TO '{task.target_of(dataset.name)}' ({format_})"
