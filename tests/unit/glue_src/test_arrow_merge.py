"""Runs are merged in order and in ranges of the size asked for, even where one key fills several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_src.arrow_ledger import Ledger
from glue_src.arrow_merge import Merge
from glue_src.arrow_order import Order
from glue_src.arrow_runs import MemoryRun, spill

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCHEMA = pa.schema([("name", pa.string()), ("number", pa.int64())])
ORDER = Order(("name", "number"))
NAMES = st.none() | st.text(st.sampled_from("ab\x00\uffff\U00010000é"), max_size=3)
ROWS = st.lists(st.tuples(NAMES, st.none() | st.integers(-2, 2)), max_size=40)


def batch_of(rows: Sequence[tuple[str | None, int | None]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"name": name, "number": number} for name, number in rows], schema=SCHEMA)


def rows_of(batch: pa.RecordBatch) -> list[tuple[str | None, int | None]]:
    return list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def place(row: tuple[str | None, int | None]) -> tuple[bool, bytes, bool, int]:
    name, number = row
    return (name is not None, (name or "").encode(), number is not None, number or 0)


@settings(deadline=None)
@given(st.lists(ROWS, max_size=5), st.integers(1, 100), st.integers(1, 300))
def test_runs_come_back_as_one(
    tables: list[list[tuple[str | None, int | None]]], batch_bytes: int, range_bytes: int
) -> None:
    runs = [MemoryRun(ORDER.sorted(batch_of(rows)), ORDER, batch_bytes) for rows in tables]
    ranges = [rows_of(found.sorted(ORDER)) for found in Merge(runs, ORDER, range_bytes).ranges()]
    assert [] not in ranges
    merged = [row for rows in ranges for row in rows]
    assert merged == sorted((row for rows in tables for row in rows), key=place)


def test_ranges_are_about_as_large_as_asked_for(tmp_path: Path) -> None:
    tables = [[(f"{number * 7 % 1000:08}", run) for number in range(1000)] for run in range(10)]
    row_bytes = batch_of(tables[0]).nbytes // 1000
    batches = [ORDER.sorted(batch_of(rows)) for rows in tables]
    runs = [spill(batch, ORDER, tmp_path / str(number), 20 * row_bytes) for number, batch in enumerate(batches)]
    sizes = [found.sorted(ORDER).num_rows for found in Merge(runs, ORDER, 1000 * row_bytes).ranges()]
    assert sum(sizes) == 10_000
    assert max(sizes[:-1]) < 1500
    assert min(sizes[:-1]) > 500
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_fills_many_ranges_is_split(tmp_path: Path) -> None:
    rows = [("a", 0)] * 5 + [("same", 1)] * 1000 + [("z", 0)] * 5
    row_bytes = batch_of(rows).nbytes // len(rows)
    runs = [spill(batch_of(rows), ORDER, tmp_path / str(number), 10 * row_bytes) for number in range(4)]
    ranges = [rows_of(found.sorted(ORDER)) for found in Merge(runs, ORDER, 100 * row_bytes).ranges()]
    assert [row for found in ranges for row in found] == sorted(rows * 4)
    assert len(ranges) > 30
    assert max(map(len, ranges)) < 150


@pytest.mark.parametrize("limit", [100, 1_000_000])
def test_a_ledger_keeps_a_key_in_one_batch(tmp_path: Path, limit: int) -> None:
    ledger = Ledger("keys", ("name",), tmp_path, limit)
    for start in range(0, 300, 50):
        ledger.add(batch_of([(f"{number * 7 % 30}", number) for number in range(start, start + 50)]))
    found = [rows_of(batch) for batch in ledger.ranges()]
    assert sorted(number or 0 for rows in found for _, number in rows) == list(range(300))
    names = [sorted({name or "" for name, _ in rows}) for rows in found]
    assert [name for each in names for name in each] == sorted(map(str, range(30)))
    assert list(tmp_path.iterdir()) == []
    assert (len(found) > 1) == (limit == 100)


def test_a_ledger_keeps_a_key_in_one_batch_however_many_rows_it_has(tmp_path: Path) -> None:
    ledger = Ledger("keys", ("name",), tmp_path, 100)
    for name in ("b", "a", "b", "c"):
        ledger.add(batch_of([(name, number) for number in range(200)]))
    found = [rows_of(batch) for batch in ledger.ranges()]
    assert [sorted({name for name, _ in rows}, key=str) for rows in found] == [["a"], ["b"], ["c"]]
    assert [len(rows) for rows in found] == [200, 400, 200]


@pytest.mark.parametrize("limit", [100, 1 << 20])
def test_a_ledgers_groups_are_all_its_rows_and_none_is_divided(tmp_path: Path, limit: int) -> None:
    ledger = Ledger("keys", ("name",), tmp_path, limit)
    for name in ("b", "a", "b", "c"):
        ledger.add(batch_of([(name, number) for number in range(200)]))
    found = [rows_of(batch) for batch in ledger.groups()]
    names = [name for rows in found for name in {name for name, _ in rows}]
    assert sorted(map(str, names)) == ["a", "b", "c"]
    assert sorted(map(str, (row for rows in found for row in rows))) == sorted(
        str((name, number)) for name in "abbc" for number in range(200)
    )
    assert list(tmp_path.iterdir()) == []


def test_an_empty_ledger_has_no_batches(tmp_path: Path) -> None:
    ledger = Ledger("keys", ("name",), tmp_path, 100)
    assert (list(ledger.ranges()), list(ledger.groups())) == ([], [])
