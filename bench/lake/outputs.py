"""What a contender wrote, looked at by DuckDB: nobody may win by writing other rows, or by leaving them unsorted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.processes import MeasurementError
from modules.contract.datasets import DATASETS, Column, ColumnType, Dataset


@dataclass(frozen=True)
class Content:
    """What a table holds: its rows, a checksum of all cells, and one for which an empty text is as good as none.

    The checksums are sums over the rows' hashes, so that they do not depend on the order.
    """

    rows: int
    cells: int
    cells_without_nulls: int


@dataclass(frozen=True)
class Output:
    """The Parquet of a day: what each table holds, and the bytes of its one file, by dataset."""

    contents: Mapping[str, Content]
    bytes: Mapping[str, int]


def parquet_of(target: Path, dataset: Dataset) -> Path:
    """Return the one Parquet file of a dataset.

    Raises:
        MeasurementError: there is none, or more than one.
    """
    files = list(Path(target, dataset.name).glob("*.parquet"))
    if len(files) != 1:
        message = f"{len(files)} Parquet files of {dataset.name} in {target}; there must be one."
        raise MeasurementError(message)
    return files[0]


def output_of(target: Path) -> Output:
    """Return what lies in a contender's folder.

    Raises:
        MeasurementError: a dataset has not one file, or its rows are out of order.
    """
    files = {dataset: parquet_of(target, dataset) for dataset in DATASETS}
    with duckdb.connect() as connection:
        contents = {dataset.name: _content(connection, file, dataset) for dataset, file in files.items()}
    return Output(contents, {dataset.name: file.stat().st_size for dataset, file in files.items()})


def _content(connection: duckdb.DuckDBPyConnection, file: Path, dataset: Dataset) -> Content:
    unsorted = _rows_out_of_order(connection, file, dataset)
    if unsorted:
        message = f"{unsorted} rows of {file} do not come after the row before them."
        raise MeasurementError(message)
    exact = ", ".join(map(_value, dataset.columns))
    folded = ", ".join(f"coalesce({_value(column)}::VARCHAR, '')" for column in dataset.columns)
    sums = f"SELECT count(*), sum(hash({exact})), sum(hash({folded})) FROM read_parquet('{file}')"  # noqa: S608
    rows, cells, without_nulls = connection.execute(sums).fetchall()[0]
    return Content(rows, cells, without_nulls)


def _rows_out_of_order(connection: duckdb.DuckDBPyConnection, file: Path, dataset: Dataset) -> int:
    key = f"row({', '.join(dataset.sort_by)})"
    pairs = f"SELECT {key} AS this, lag({key}) OVER (ORDER BY file_row_number) AS before FROM read_parquet('{file}', file_row_number = true)"
    ((count,),) = connection.execute(f"SELECT count(*) FROM ({pairs}) WHERE this < before").fetchall()
    return int(count)


def _value(column: Column) -> str:
    """Return an instant as a number, so that it is the same with a time zone and without."""
    return f"epoch_us({column.name})" if column.type is ColumnType.INSTANT else column.name
