"""Curated tables on disk from plain rows: what the views read in the tests."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from local.athena_sql import LocalAthena
from modules.contract.datasets import DATA_QUALITY, ColumnType, Dataset
from modules.etl.serving import views_of
from sources.catia import CONTRACT

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEWS = views_of(CONTRACT)

Row: TypeAlias = dict[str, Any]
#: Rows by table; a table that is absent has no partition on that day, except data_quality, which has each day.
Snapshot: TypeAlias = dict[str, list[Row]]
#: Snapshots by dt.
Lake: TypeAlias = dict[str, Snapshot]

# An instant is written as Spark and pyarrow do: UTC-adjusted microseconds.
_ARROW_TYPES = {
    ColumnType.TEXT: pa.string(),
    ColumnType.COUNT: pa.int64(),
    ColumnType.INSTANT: pa.timestamp("us", tz="UTC"),
    ColumnType.SHARE: pa.float64(),
}


def write_table(path: Path, dataset: Dataset, rows: list[Row]) -> None:
    schema = pa.schema([(column.name, _ARROW_TYPES[column.type]) for column in dataset.columns])
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def write_lake(folder: Path, lake: Lake) -> dict[str, list[tuple[str, Path]]]:
    tables: dict[str, list[tuple[str, Path]]] = {}
    for table in CONTRACT.tables:
        for dt, snapshot in lake.items():
            if table.name in snapshot or table is DATA_QUALITY:
                path = folder / table.name / f"dt={dt}" / f"{table.name}.parquet"
                write_table(path, table, snapshot.get(table.name, []))
                tables.setdefault(table.name, []).append((dt, path))
    return tables


@contextmanager
def athena_over(lake: Lake) -> Iterator[LocalAthena]:
    with tempfile.TemporaryDirectory() as folder:
        athena = LocalAthena(write_lake(Path(folder), lake), {view.name: view.sql for view in VIEWS})
        try:
            yield athena
        finally:
            athena.close()
