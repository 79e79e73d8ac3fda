"""What a program wrote, looked at by DuckDB: nobody may win by writing other rows, or by leaving them unsorted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from contract.column_types import ColumnType
from contract.datasets import Column, Dataset
from contract.sources.catia import CONTRACT
from tools.bench.lake.clean_sql import rows_of, strictly_read
from tools.bench.lake.scenario import LakeContender
from tools.bench.processes import MeasurementError


@dataclass(frozen=True)
class Content:
    """A table's rows, and the sum of their hashes: it does not depend on their order."""

    rows: int
    cells: int


def contents_of_csv(files: Mapping[str, Path]) -> dict[str, Content]:
    """Return what a night's CSV holds, by dataset: what its tables have to hold."""
    with _database() as connection:
        return {
            dataset.name: _content(
                connection, dataset, f"({rows_of(dataset, strictly_read(files[dataset.name], dataset))})"
            )
            for dataset in CONTRACT.datasets
        }


def check(contender: LakeContender, files: Mapping[str, Sequence[Path]], expected: Mapping[str, Content]) -> None:
    """Compare Parquet files, by dataset, with what they should hold; those of a program that sorts are in order.

    Raises:
        MeasurementError: they hold other rows, or a file's are not in order.
    """
    with _database() as connection:
        for dataset in CONTRACT.datasets:
            wanted = expected[dataset.name]
            found = _content(connection, dataset, f"read_parquet({list(map(str, files[dataset.name]))})")
            if found != wanted:
                message = f"{contender.label} wrote {found} as {dataset.name}, but the CSV holds {wanted}."
                raise MeasurementError(message)
            checked = files[dataset.name] if contender.sorts else ()
            unsorted = sum(_rows_out_of_order(connection, file, dataset) for file in checked)
            if unsorted:
                message = f"{contender.label}: {unsorted} rows of {dataset.name} do not come after the row before them."
                raise MeasurementError(message)


def column_bytes(files: Mapping[str, Sequence[Path]]) -> dict[tuple[str, str], int]:
    """Return the compressed bytes of each column of each dataset's files, as their footers say."""
    sizes: Counter[tuple[str, str]] = Counter()
    for dataset, of_dataset in files.items():
        for metadata in map(pq.read_metadata, of_dataset):
            for group in map(metadata.row_group, range(metadata.num_row_groups)):
                for chunk in map(group.column, range(group.num_columns)):
                    sizes[dataset, chunk.path_in_schema] += chunk.total_compressed_size
    return dict(sizes)


@contextmanager
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _content(connection: duckdb.DuckDBPyConnection, dataset: Dataset, rows: str) -> Content:
    cells = ", ".join(map(_value, dataset.columns))
    sums = f"SELECT count(*), sum(hash({cells})) FROM {rows}"
    return Content(*(int(value or 0) for value in connection.execute(sums).fetchall()[0]))


def _rows_out_of_order(connection: duckdb.DuckDBPyConnection, file: Path, dataset: Dataset) -> int:
    key = f"row({', '.join(dataset.sort_by)})"
    rows = f"read_parquet('{file}', file_row_number = true)"
    pairs = f"SELECT {key} AS this, lag({key}) OVER (ORDER BY file_row_number) AS before FROM {rows}"
    ((count,),) = connection.execute(f"SELECT count(*) FROM ({pairs}) WHERE this < before").fetchall()
    return int(count)


def _value(column: Column) -> str:
    """Return an instant as a number, so that it is the same with a time zone and without."""
    return f"epoch_us({column.name})" if column.type == ColumnType.INSTANT else column.name
