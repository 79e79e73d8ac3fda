"""What a contender wrote, looked at by DuckDB: nobody may win by writing other rows, or by leaving them unsorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.lake.clean_sql import rows_of, strictly_read
from bench.lake.days import csv_path
from bench.processes import MeasurementError
from modules.contract.datasets import Column, ColumnType, Dataset
from sources.catia import CONTRACT


@dataclass(frozen=True)
class Content:
    """What a table holds: its rows, a checksum of all cells, and one for which an empty text is as good as none.

    The checksums are sums over the rows' hashes, so that they do not depend on the order.
    """

    rows: int
    cells: int
    cells_without_nulls: int


def contents_of_csv(folder: Path) -> dict[str, Content]:
    """Return what a day's CSV holds, by dataset: what its Parquet has to hold."""
    with _database() as connection:
        return {
            dataset.name: _content(
                connection, dataset, f"({rows_of(dataset, strictly_read(csv_path(folder, dataset), dataset))})"
            )
            for dataset in CONTRACT.datasets
        }


def contents_of_parquet(target: Path) -> dict[str, Content]:
    """Return what a contender's folder holds, by dataset.

    Raises:
        MeasurementError: a dataset has not one file, or its rows are out of order.
    """
    with _database() as connection:
        return {dataset.name: _sorted_content(connection, dataset, target) for dataset in CONTRACT.datasets}


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


def bytes_of_parquet(target: Path) -> int:
    """Return the size of a contender's files."""
    return sum(parquet_of(target, dataset).stat().st_size for dataset in CONTRACT.datasets)


def check(label: str, found: Mapping[str, Content], expected: Mapping[str, Content], *, tells_empty: bool) -> None:
    """Compare what a contender wrote with what it should have; ``tells_empty``: empty texts from none.

    Raises:
        MeasurementError: it wrote something else.
    """
    for name, content in expected.items():
        other = found[name]
        same_cells = (
            other.cells == content.cells if tells_empty else other.cells_without_nulls == content.cells_without_nulls
        )
        if other.rows != content.rows or not same_cells:
            message = f"{label} wrote {other} as {name}, but the CSV holds {content}."
            raise MeasurementError(message)


@contextmanager
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _sorted_content(connection: duckdb.DuckDBPyConnection, dataset: Dataset, target: Path) -> Content:
    file = parquet_of(target, dataset)
    unsorted = _rows_out_of_order(connection, file, dataset)
    if unsorted:
        message = f"{unsorted} rows of {file} do not come after the row before them."
        raise MeasurementError(message)
    return _content(connection, dataset, f"read_parquet('{file}')")


def _content(connection: duckdb.DuckDBPyConnection, dataset: Dataset, rows: str) -> Content:
    exact = ", ".join(map(_value, dataset.columns))
    folded = ", ".join(f"coalesce({_value(column)}::VARCHAR, '')" for column in dataset.columns)
    sums = f"SELECT count(*), sum(hash({exact})), sum(hash({folded})) FROM {rows}"  # noqa: S608 our own names
    return Content(*(int(value or 0) for value in connection.execute(sums).fetchall()[0]))


def _rows_out_of_order(connection: duckdb.DuckDBPyConnection, file: Path, dataset: Dataset) -> int:
    key = f"row({', '.join(dataset.sort_by)})"
    rows = f"read_parquet('{file}', file_row_number = true)"
    pairs = f"SELECT {key} AS this, lag({key}) OVER (ORDER BY file_row_number) AS before FROM {rows}"  # noqa: S608
    ((count,),) = connection.execute(f"SELECT count(*) FROM ({pairs}) WHERE this < before").fetchall()  # noqa: S608
    return int(count)


def _value(column: Column) -> str:
    """Return an instant as a number, so that it is the same with a time zone and without."""
    return f"epoch_us({column.name})" if column.type is ColumnType.INSTANT else column.name
