"""The Arrow engine against the contract: rows of any texts in, the same rows sorted out, however they were cut."""

from __future__ import annotations

import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from glue_src.arrow_engine import ArrowEngine, Sizes
from glue_src.engine import Source, TableFacts
from modules.contract.cells import record
from modules.contract.datasets import CSV_TIMESTAMP_FORMAT, DATASETS, ColumnType, Dataset
from tests.csv_texts import CELLS
from tests.unit.glue_src.arrow_folder import FolderBucket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from glue_src.storage import Bucket

Row = tuple[Any, ...]

_INSTANTS = st.datetimes(timezones=st.just(timezone.utc))
_VALUES: Mapping[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.TEXT: CELLS | st.sampled_from(["a", "b"]),
    ColumnType.COUNT: st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(0, 3),
    ColumnType.INSTANT: st.none() | _INSTANTS,
}
SIZES = st.builds(
    Sizes,
    piece=st.sampled_from([1, 7, 40, 300, 1 << 20]),
    overlap=st.sampled_from([1, 16, 1 << 15]),
    row_group=st.sampled_from([1, 60, 500, 1 << 20]),
    ledger=st.sampled_from([1, 100, 1 << 20]),
)


@st.composite
def datasets_with_rows(draw: st.DrawFn) -> tuple[Dataset, list[Row]]:
    dataset = draw(st.sampled_from(DATASETS))
    row = st.tuples(*[_VALUES[column.type] for column in dataset.columns])
    return dataset, draw(st.lists(row, max_size=30))


def cell_of(value: Any) -> str | None:
    if isinstance(value, datetime):
        # strftime writes the year 1 as "1".
        return value.strftime(CSV_TIMESTAMP_FORMAT).rjust(27, "0")
    return None if value is None else str(value)


def csv_of(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    return "".join(map(record, [tuple(columns), *(tuple(map(cell_of, row)) for row in rows)])).encode()


def place_of(dataset: Dataset, row: Row) -> tuple[tuple[bool, Any], ...]:
    cells = dict(zip(dataset.column_names, row, strict=True))
    values = (cells[name] for name in dataset.sort_by)
    return tuple((value is not None, value.encode() if isinstance(value, str) else value) for value in values)


def rows_of(path: Path) -> list[Row]:
    return [tuple(row.values()) for row in parquet.read_table(path).to_pylist()]


def source_of(dataset: Dataset) -> Source:
    return Source(dataset, f"clean/{dataset.name}.csv", dataset.columns, f"staging/{dataset.name}/")


def engine_of(folder: Path, sizes: Sizes) -> tuple[ArrowEngine, FolderBucket]:
    bucket = FolderBucket(folder / "bucket")
    (folder / "scratch").mkdir()
    return ArrowEngine(cast("Bucket", bucket), folder / "scratch", sizes, workers=2), bucket


def _text(value: Any) -> bytes:
    return repr(value).encode()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(datasets_with_rows(), SIZES)
def test_rows_come_back_sorted_and_exact(case: tuple[Dataset, list[Row]], sizes: Sizes) -> None:
    dataset, rows = case
    with tempfile.TemporaryDirectory() as name:
        engine, bucket = engine_of(Path(name), sizes)
        source = source_of(dataset)
        bucket.put(source.key, csv_of(dataset.column_names, rows))
        with engine.transform([source]) as transform:
            (facts,) = transform.stage().values()
        found = rows_of(bucket.root / f"{source.target}part.parquet")
        assert list(engine.scratch.iterdir()) == []
    places = [place_of(dataset, row) for row in found]
    assert places == sorted(places)
    assert sorted(found, key=_text) == sorted(rows, key=_text)
    keys = [tuple(dict(zip(dataset.column_names, row, strict=True))[name] for name in dataset.key) for row in rows]
    assert facts == TableFacts(
        rows=len(rows),
        nulls={
            column.name: count
            for index, column in enumerate(dataset.columns)
            if not column.nullable and (count := sum(row[index] is None for row in rows))
        },
        duplicate_keys=len(keys) - len(set(keys)) if dataset.key else 0,
    )
