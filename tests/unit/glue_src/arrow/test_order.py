"""Rows are sorted as Python sorts code points, nulls first, and equal keys are counted whatever their encoding."""

from __future__ import annotations

import dataclasses
from collections import Counter
from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from contract.datasets import TECHNICAL, Dataset, count, text
from glue_src.arrow.order import comparable, duplicates, runs_of, sorted_by

COLUMNS = ("a", "b", "n")
TABLE = Dataset(
    "t",
    "",
    (text(1, "a", TECHNICAL, ""), text(2, "b", TECHNICAL, ""), count(3, "n", TECHNICAL, "")),
    key=COLUMNS,
    sort_by=("b", "n", "a"),
)
TEXTS = st.none() | st.text(st.sampled_from("aZé😀\ufffd\U0010ffff"), max_size=2)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, st.none() | st.integers(-2, 2)), max_size=40)


def table(rows: list[tuple[object, ...]], *, encoded: bool) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * 3
    a, b, n = (
        pa.array(cells, kind) for cells, kind in zip(columns, (pa.string(), pa.string(), pa.int64()), strict=True)
    )
    return pa.table(
        {"a": a.dictionary_encode() if encoded else a, "b": b.dictionary_encode() if encoded else b, "n": n}
    )


def place(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple((cell is not None, cell) for cell in (row[1], row[2], row[0]))


@given(ROWS, st.booleans())
def test_rows_are_sorted(rows: list[tuple[object, ...]], encoded: bool) -> None:
    order = sorted_by(comparable(table(rows, encoded=encoded), COLUMNS), TABLE.sort_by)
    assert [rows[number] for number in order.to_pylist()] == sorted(rows, key=place)


@given(ROWS, st.booleans(), st.sampled_from([COLUMNS, ("a",), ("n", "a"), ()]))
def test_duplicates_are_the_rows_beyond_the_first_of_each_key(
    rows: list[tuple[object, ...]],
    encoded: bool,
    key: tuple[str, ...],
) -> None:
    dataset = dataclasses.replace(TABLE, key=key)
    keys = comparable(table(rows, encoded=encoded), COLUMNS)
    distinct = {tuple(row[COLUMNS.index(name)] for name in key) for row in rows}
    expected = len(rows) - len(distinct) if key else 0
    assert duplicates(keys, dataset, sorted_by(keys, dataset.sort_by)) == expected


@given(ROWS)
def test_runs_count_every_row_once(rows: list[tuple[object, ...]]) -> None:
    runs = runs_of(table(rows, encoded=False), ["b", "n"], "times").to_pylist()
    found: Counter[object] = Counter()
    for run in runs:
        found[run["b"], run["n"]] += run["times"]
    assert found == Counter((row[1], row[2]) for row in rows)
    assert all((one["b"], one["n"]) != (other["b"], other["n"]) for one, other in pairwise(runs))
