"""The proof that CSV written by hand is CSV: other programs' readers give back the same cells.

Each reader is told the dialect of ``contract.cells`` and nothing about the rows. Spark's proof is in
``tests/curation/test_transform.py``, by the options of ``glue_src``.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv

from contract import cells
from contract.datasets import REJECTED, Dataset
from contract.sources.catia import CONTRACT
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS, rows_of_cells

Row = tuple[str | None, ...]
Reader = Callable[[bytes, Dataset], Iterable[Iterable[str | None]]]
#: A cell of 400 KB and its neighbours, however much escaping and quoting make of it.
_LONGEST_RECORD = 16 * 1024 * 1024


def with_csv(content: bytes, dataset: Dataset) -> Iterator[list[str]]:
    """``newline=""`` leaves line ends to the reader: ``splitlines`` would also cut at U+0085 and U+2028."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline=""), strict=True)
    assert tuple(next(reader)) == dataset.column_names
    yield from reader


def with_pandas(content: bytes, dataset: Dataset) -> list[list[str]]:
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, index_col=False)
    assert tuple(frame.columns) == dataset.column_names
    texts: list[list[str]] = frame.to_numpy().tolist()
    return texts


def with_pyarrow(content: bytes, dataset: Dataset) -> list[tuple[str | None, ...]]:
    table: Any = arrow_csv.read_csv(
        io.BytesIO(content),
        read_options=arrow_csv.ReadOptions(block_size=_LONGEST_RECORD),
        parse_options=arrow_csv.ParseOptions(escape_char=False, newlines_in_values=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(dataset.column_names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    assert tuple(table.column_names) == dataset.column_names
    return [tuple(row.values()) for row in table.to_pylist()]


def with_duckdb(content: bytes, dataset: Dataset) -> list[Any]:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        return duckdb.read_csv(
            file.name,
            header=True,
            auto_detect=False,
            columns=dict.fromkeys(dataset.column_names, "VARCHAR"),
            sep=",",
            quotechar='"',
            escapechar='"',
            na_values="",
            allow_quoted_nulls=False,
            max_line_size=_LONGEST_RECORD,
        ).fetchall()


#: Those that tell a null from an empty text have an option for what is quoted. Python's csv has one since 3.13
#: (QUOTE_NOTNULL); pandas has none: for them both are empty.
TELL_NULLS_APART: dict[Reader, bool] = {with_csv: False, with_pandas: False, with_pyarrow: True, with_duckdb: True}
each_reader = pytest.mark.parametrize("read", TELL_NULLS_APART, ids=lambda read: read.__name__.removeprefix("with_"))
DATASETS_WITH_ROWS = st.sampled_from(CONTRACT.datasets).flatmap(
    lambda dataset: st.tuples(st.just(dataset), rows_of_cells(len(dataset.columns)))
)


@pytest.fixture(autouse=True)
def long_fields() -> Iterator[None]:
    """By default Python's csv takes fields of 128 Ki characters."""
    before = csv.field_size_limit(_LONGEST_RECORD)
    yield
    csv.field_size_limit(before)


def check(read: Reader, dataset: Dataset, written: list[Row]) -> None:
    content = "".join(map(cells.record, [dataset.column_names, *written])).encode()
    found = [tuple(None if cell is None else cells.restore(cell) for cell in row) for row in read(content, dataset)]
    assert found == [tuple(_as_read(cell, read) for cell in row) for row in written]


def _as_read(cell: str | None, read: Reader) -> str | None:
    return cell if TELL_NULLS_APART[read] else cell or ""


@each_reader
@settings(deadline=None)
@given(dataset_with_rows=DATASETS_WITH_ROWS)
def test_any_cells_come_back(read: Reader, dataset_with_rows: tuple[Dataset, list[Row]]) -> None:
    check(read, *dataset_with_rows)


@each_reader
@pytest.mark.parametrize("dataset", CONTRACT.datasets, ids=lambda dataset: dataset.name)
def test_nasty_texts_come_back_from_every_column(read: Reader, dataset: Dataset) -> None:
    width = len(dataset.columns)
    texts = deque((*NASTY_TEXTS, None))
    written: list[Row] = []
    for _ in range(len(texts)):
        texts.rotate(1)
        written.append(tuple(texts)[:width])
    check(read, dataset, written)


@each_reader
def test_huge_texts_come_back(read: Reader) -> None:
    check(read, REJECTED, [(text, None, "") for text in HUGE_TEXTS])


@each_reader
@pytest.mark.parametrize("dataset", CONTRACT.datasets, ids=lambda dataset: dataset.name)
def test_rows_of_nothing_are_rows(read: Reader, dataset: Dataset) -> None:
    width = len(dataset.columns)
    check(read, dataset, [(None,) * width, ("",) * width, (None,) * width])


@each_reader
def test_a_file_without_rows_is_read(read: Reader) -> None:
    for dataset in CONTRACT.datasets:
        check(read, dataset, [])
