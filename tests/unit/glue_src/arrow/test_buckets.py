"""Rows wait apart by partition and come back as they were, in whatever chunks they came."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.datasets import REJECTED, TECHNICAL, Dataset, Partition, count, prose, text
from glue_src.arrow.buckets import Buckets, split
from glue_src.arrow.types import plain_schema

KEYS = st.text(st.sampled_from("aé😀#"), max_size=4)
TABLE = Dataset(
    "t",
    "",
    (
        text(1, "key", TECHNICAL, "", nullable=False),
        text(2, "other", TECHNICAL, ""),
        prose(3, "words", TECHNICAL, ""),
        count(4, "n", TECHNICAL, ""),
    ),
    key=("key",),
    sort_by=("key",),
    partition=Partition("key", 2),
)
ROWS = st.lists(st.tuples(KEYS, st.none() | KEYS, st.none() | KEYS, st.integers(-3, 3)), max_size=60)


def batch(rows: Sequence[tuple[object, ...]], dataset: Dataset = TABLE) -> pa.RecordBatch:
    cells = [dict(zip(dataset.column_names, row, strict=True)) for row in rows]
    return pa.RecordBatch.from_pylist(cells, schema=plain_schema(dataset))


def kept(chunks: list[pa.RecordBatch], dataset: Dataset, folder: Path) -> dict[str, list[tuple[object, ...]]]:
    buckets = Buckets(folder / "b", dataset)
    try:
        for chunk in chunks:
            buckets.add(split(chunk, dataset))
        found = {name: buckets.load(name).to_pydict().values() for name in buckets.by_partition}
        for name, bucket in buckets.by_partition.items():
            assert bucket.rows == buckets.load(name).num_rows
    finally:
        buckets.close()
    assert list(folder.iterdir()) == []
    return {name: sorted(zip(*columns, strict=True), key=repr) for name, columns in found.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, max_size=4))
def test_rows_come_back_by_partition(tmp_path: Path, chunks: list[list[tuple[object, ...]]]) -> None:
    expected = defaultdict(list)
    for row in (row for chunk in chunks for row in chunk):
        expected[TABLE.partition_of(str(row[0]))].append(row)
    found = kept([batch(chunk) for chunk in chunks], TABLE, tmp_path)
    assert found == {name: sorted(rows, key=repr) for name, rows in expected.items()}


@pytest.mark.parametrize("partitions", [1, 2, 32, 33, 1200])
def test_few_partitions_and_many(tmp_path: Path, partitions: int) -> None:
    wide = dataclasses.replace(TABLE, partition=Partition("key", 9))
    rows = [(f"{number % partitions}", None, "w", number) for number in range(2 * partitions)]
    found = kept([batch(rows), batch(rows)], wide, tmp_path)
    assert len(found) == partitions
    assert all(len(each) == 4 for each in found.values())
    assert sorted(row[3] for each in found.values() for row in each) == sorted(2 * list(range(2 * partitions)))  # type: ignore[type-var]


def test_a_table_without_partitions_is_one(tmp_path: Path) -> None:
    rows = [("k", "r", "j")] * 3
    assert kept([batch(rows, REJECTED)], REJECTED, tmp_path) == {"": rows}


def test_rows_without_a_partition_are_kept_where_they_are_counted(tmp_path: Path) -> None:
    assert kept([batch([(None, None, None, 1), ("", None, None, 2)])], TABLE, tmp_path) == {
        "": [("", None, None, 2), (None, None, None, 1)]
    }


def test_what_comes_again_and_again_is_a_dictionary_though_chunks_differ(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path / "b", TABLE)
    for chunk in ([("ab", "x", "w", 1)] * 4, [("abc", "y", "w", 1), ("abd", "z", "w", 2)]):
        buckets.add(split(batch(chunk), TABLE))
    loaded = buckets.load("ab")
    assert [pa.types.is_dictionary(each) for each in loaded.schema.types] == [True, True, False, False]
    assert loaded["other"].to_pylist() == ["x"] * 4 + ["y", "z"]
    assert loaded["other"].num_chunks == 1
    buckets.close()
