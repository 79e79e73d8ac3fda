"""DuckDB: a month's rows to a file, as its COPY divides them; and the former layout, one sorted file for each dataset.

Without its extension for S3, CSV is fetched into a file and Parquet sent from one, by boto3.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import boto3
import duckdb

from contract.datasets import Dataset
from contract.sources.catia import CONTRACT
from tools.bench.lake.clean_sql import rows_of, strictly_read
from tools.bench.lake.front import BUCKET
from tools.bench.lake.task import THREADS, ZSTD_LEVEL, LakeTask, NightTask, Program, curated_prefix

_FORMAT = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {ZSTD_LEVEL}"
_Copy = Callable[[Dataset, str, Path], str]


def prepare_plain(task: LakeTask) -> Program:
    """Divide by month, without sorting."""
    return Program(_OverS3(task, _divided).night)


def prepare_former(task: LakeTask) -> Program:
    """Write a full copy, sorted, as every night did before the lake had table formats."""
    return Program(_OverS3(task, _whole).night)


def prepare_local(task: LakeTask) -> Program:
    """Divide by month, from files to files: S3 is left out."""
    connection = _connection(task)

    def night(_: str, night: NightTask) -> None:
        for dataset in CONTRACT.datasets:
            _copy(connection, _divided, dataset, task.file_of(night, dataset.name), Path(task.scratch, dataset.name))

    return Program(night)


class _OverS3:
    def __init__(self, task: LakeTask, copy: _Copy) -> None:
        self._s3 = boto3.client("s3")
        self._connection = _connection(task)
        self._scratch = Path(task.scratch)
        self._copy = copy

    def night(self, lake: str, night: NightTask) -> None:
        for dataset in CONTRACT.datasets:
            csv, folder = self._scratch / "day.csv", self._scratch / dataset.name
            self._s3.download_file(BUCKET, night.csv[dataset.name], str(csv))
            _copy(self._connection, self._copy, dataset, csv, folder)
            for file in folder.rglob("*.parquet"):
                key = f"{curated_prefix(lake)}{dataset.name}/{file.relative_to(folder)}"
                self._s3.upload_file(str(file), BUCKET, key)
            shutil.rmtree(folder)


def _connection(task: LakeTask) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"temp_directory": f"{task.scratch}/duckdb"})
    connection.execute(f"SET threads = {THREADS}")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def _copy(connection: duckdb.DuckDBPyConnection, copy: _Copy, dataset: Dataset, csv: Path, folder: Path) -> None:
    folder.mkdir()
    connection.execute(copy(dataset, rows_of(dataset, strictly_read(csv, dataset)), folder))


def _divided(dataset: Dataset, rows: str, folder: Path) -> str:
    partition = dataset.partition
    if partition is None:
        return _whole(dataset, rows, folder)
    divided = f"SELECT *, left({partition.column}, {partition.width}) AS partition FROM ({rows})"
    return f"COPY ({divided}) TO '{folder}' ({_FORMAT}, PARTITION_BY (partition), OVERWRITE_OR_IGNORE)"


def _whole(dataset: Dataset, rows: str, folder: Path) -> str:
    return f"COPY ({rows} ORDER BY {', '.join(dataset.sort_by)}) TO '{folder}/{dataset.name}.parquet' ({_FORMAT})"
