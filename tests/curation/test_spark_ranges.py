"""Ranges: whatever the sample of a CSV says, all rows are in order through them, and many tasks share the work."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from glue_src import spark_ranges, transform
from glue_src.engine import Source
from glue_src.spark_ranges import Place, Ranges, Sizes
from modules.contract.datasets import REJECTED, Dataset
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.csv_texts import NASTY_TEXTS
from tests.curation.lake import Cells, csv_of, message
from tests.unit.glue_src.arrow_folder import FolderBucket

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

MEBIBYTE = 1024 * 1024
SMALL = Sizes(range=8 * 1024, sample_piece=1024)


def ranges_of(folder: Path, dataset: Dataset, body: bytes, sizes: Sizes = SMALL) -> Ranges:
    bucket: Any = FolderBucket(folder)
    bucket.put("x.csv", body)
    return Ranges.of(bucket, Source(dataset, "x.csv", len(body), dataset.columns, "target/"), sizes)


def partitions(spark: SparkSession, folder: Path, ranges: Ranges) -> list[list[tuple[Any, ...]]]:
    """Return the rows of each range of the CSV that the ranges were made from."""
    dataset = ranges.dataset
    frame = transform.read_clean(spark, (folder / "x.csv").as_uri(), dataset, dataset.columns)
    return [[tuple(row) for row in part] for part in ranges.sorted(frame).rdd.glom().collect()]


def places(rows: list[tuple[Any, ...]], dataset: Dataset) -> list[tuple[tuple[bool, Any], ...]]:
    """Return where rows belong: nulls come first, texts in the order of their bytes."""
    columns = [dataset.column_names.index(name) for name in dataset.sort_by]
    return [tuple((row[column] is not None, row[column]) for column in columns) for row in rows]


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, 1), (32 * MEBIBYTE, 1), (64 * MEBIBYTE - 1, 1), (64 * MEBIBYTE, 2), (300 * MEBIBYTE, 9), (2**40, 128)],
)
def test_only_large_csv_are_shared(size: int, expected: int) -> None:
    assert Sizes().ranges_of(size) == expected


@pytest.mark.parametrize("count", [2, 3, 17, 128])
def test_ranges_are_about_as_large_as_each_other(tmp_path: Path, count: int) -> None:
    rows = [message(f"user-{number % 97}", "x" * (number % 50), position=number) for number in range(20_000)]
    random.Random(1).shuffle(rows)
    body = csv_of(MESSAGES, rows)
    found = ranges_of(tmp_path, MESSAGES, body, Sizes(range=len(body) // count, sample_piece=512))
    assert len(found.bounds) == count - 1
    assert list(found.bounds) == sorted(set(found.bounds))
    sizes = [0] * count
    for row in rows:
        place = (row[1], row[0], int(row[2] or 0))
        sizes[sum(place > bound for bound in found.bounds)] += 1
    assert max(sizes) < 3 * len(rows) / count
    assert min(sizes) > 0


@pytest.mark.parametrize("dataset", CONTRACT.datasets, ids=lambda dataset: dataset.name)
def test_rows_are_in_order_through_all_ranges(spark: SparkSession, tmp_path: Path, dataset: Dataset) -> None:
    rows = rows_of(dataset)
    ranges = ranges_of(tmp_path, dataset, csv_of(dataset, rows))
    assert len(ranges.bounds) > 4
    parts = partitions(spark, tmp_path, ranges)
    assert len(parts) == len(ranges.bounds) + 1
    assert sum(map(bool, parts)) > 4
    found = places([row for part in parts for row in part], dataset)
    assert found == sorted(found)
    assert len(found) == len(rows)


def rows_of(dataset: Dataset) -> list[Cells]:
    """Return rows with nulls and texts of every kind in the columns of the order, and with ties."""
    draw = random.Random(5)
    texts: list[str | None] = [*NASTY_TEXTS, None, "", *(f"text {number:04}" for number in range(500))]
    instants = [f"{year:04}-05-06T07:08:09.{year:06}Z" for year in (1, 1582, *range(1990, 2030), 9999)]
    numbers = [*map(str, range(-3, 90)), None, str(2**63 - 1), str(-(2**63))]
    columns: dict[Dataset, Any] = {
        MESSAGES: lambda: (text(), text(), draw.choice(numbers), "user", "hola", None),
        FEEDBACK: lambda: (text(), text(), draw.choice([*instants, None]), "like", None, None),
        REJECTED: lambda: (text(), draw.choice(["one", "two"]), "{}"),
        CONVERSATIONS: lambda: (text(), text(), draw.choice([*instants, None]), *[None] * 6, "1", "1"),
    }

    def text() -> str | None:
        return draw.choice(texts)

    return [columns[dataset]() for _ in range(3000)]


def test_numbers_are_hashed_as_spark_does(spark: SparkSession) -> None:
    numbers = [*range(1000), 2**31 - 1]
    hashes = spark.sql(f"SELECT transform(array({', '.join(map(str, numbers))}), each -> hash(each))").collect()[0][0]
    assert [spark_ranges._hash(number) for number in numbers] == hashes


def test_rows_of_one_place_stay_together(spark: SparkSession, tmp_path: Path) -> None:
    rows = [message("u", f"{number:05}") for number in range(2000)]
    ranges = ranges_of(tmp_path, MESSAGES, csv_of(MESSAGES, rows))
    assert max(map(len, partitions(spark, tmp_path, ranges))) == 2000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        csv_of(MESSAGES, []),
        b"x" * 20_000,
        b"\n" * 20_000,
        b'"\r\x00\xff\n' * 9_000,
        csv_of(MESSAGES, [message("u", "x" * 100_000)]),
        csv_of(MESSAGES, [("u", "c", "one", "user", "t", None)] * 2000),
        csv_of(MESSAGES, [("u", "c", str(2**63), "user", "t", None)] * 2000),
        csv_of(MESSAGES, [("u", "c", "1")] * 5000),
        csv_of(MESSAGES, [message("u", "TEXT")] * 2000).replace(b"u,", b"\\x,"),
    ],
    ids=range(10),
)
def test_what_cannot_be_sampled_makes_one_range(tmp_path: Path, body: bytes) -> None:
    assert ranges_of(tmp_path, MESSAGES, body).bounds == ()


def test_what_is_malformed_is_left_out_of_the_sample(tmp_path: Path) -> None:
    good = [message("u", "x", position=number) for number in range(1000)]
    rows = [row for pair in zip(good, [("u", "c", "one", "user", "t", None)] * 1000, strict=True) for row in pair]
    bounds: tuple[Place, ...] = ranges_of(tmp_path, MESSAGES, csv_of(MESSAGES, rows)).bounds
    assert len(bounds) > 2
    assert all(isinstance(bound[2], int) for bound in bounds)
