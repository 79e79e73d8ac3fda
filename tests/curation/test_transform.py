"""Clean CSV to Parquet and back, cell by cell, on local files."""

from __future__ import annotations

import random
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]

from glue_src import spark_facts, transform
from glue_src.engine import TableFacts
from glue_src.row_groups import LARGEST_ROW_GROUP
from glue_src.spark_ranges import Ranges
from modules.contract.cells import restore
from modules.contract.datasets import REJECTED, ColumnType, Dataset
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS, rows_of_cells
from tests.curation.lake import INSTANT, Cells, conversation, csv_of, message

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

SPLIT_SIZE = "spark.sql.files.maxPartitionBytes"


def write_csv(folder: Path, dataset: Dataset, rows: list[Cells], header: tuple[str, ...] = ()) -> str:
    path = folder / f"{dataset.name}.csv"
    path.write_bytes(csv_of(dataset, rows, header))
    return path.as_uri()


def curate(
    spark: SparkSession, folder: Path, dataset: Dataset, rows: list[Cells], row_group_bytes: int = LARGEST_ROW_GROUP
) -> pq.ParquetFile:
    target = folder / "parquet"
    frame = transform.read_clean(spark, write_csv(folder, dataset, rows), dataset, dataset.columns)
    transform.write_parquet(Ranges(dataset).sorted(frame), target.as_uri(), row_group_bytes)
    assert facts(spark, folder, dataset).rows == len(rows)
    (path,) = target.glob("*.parquet")
    return pq.ParquetFile(path)


def facts(spark: SparkSession, folder: Path, dataset: Dataset) -> TableFacts:
    staged = transform.read_parquet(spark, (folder / "parquet").as_uri(), dataset)
    found = spark_facts.table_facts(staged, dataset)
    placing = spark_facts.placing_relation(dataset, CONTRACT.relations)
    assert (placing is not None) is (dataset == MESSAGES)
    if placing is not None:
        assert spark_facts.facts_of_groups(spark_facts.groups_with_places(staged, placing), placing) == found
    return found


def texts_read_back(spark: SparkSession, folder: Path, texts: list[str | None]) -> list[str | None]:
    rows = [message("u", text, position) for position, text in enumerate(texts)]
    return [row["text"] for row in curate(spark, folder, MESSAGES, rows).read().to_pylist()]


def test_nasty_texts_come_back_exactly(spark: SparkSession, tmp_path: Path) -> None:
    texts = [*NASTY_TEXTS, *HUGE_TEXTS, None]
    assert texts_read_back(spark, tmp_path, texts) == texts


def test_nasty_texts_come_back_from_every_text_column(spark: SparkSession, tmp_path: Path) -> None:
    for number, dataset in enumerate(CONTRACT.datasets):
        folder = tmp_path / str(number)
        folder.mkdir()
        written = [_row_of(dataset, text) for text in NASTY_TEXTS]
        text_columns = [column.name for column in dataset.columns if column.type is ColumnType.TEXT]
        found = curate(spark, folder, dataset, written).read().to_pylist()
        assert {tuple(row[name] for name in text_columns) for row in found} == {
            (text,) * len(text_columns) for text in NASTY_TEXTS
        }


def _row_of(dataset: Dataset, text: str) -> Cells:
    values = {ColumnType.TEXT: text, ColumnType.COUNT: "1", ColumnType.INSTANT: INSTANT}
    return tuple(values[column.type] for column in dataset.columns)


def test_generated_cells_come_back_in_their_order_however_the_file_is_split(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Spark's part of the proof in ``tests/unit/contract/test_csv_readers.py``: thousands of rows in one read."""
    written: list[Cells] = []

    @settings(max_examples=1000, database=None, suppress_health_check=list(HealthCheck), deadline=None)
    @given(rows_of_cells(3, min_size=1))
    def generate(generated: list[Cells]) -> None:
        written.extend(generated)

    generate()
    assert len(written) > 3000
    uri = write_csv(tmp_path, REJECTED, written)
    spark.conf.set(SPLIT_SIZE, 16 * 1024)
    try:
        frame = transform.read_clean(spark, uri, REJECTED, REJECTED.columns)
        assert frame.rdd.getNumPartitions() >= 5
        found = [tuple(row) for row in frame.collect()]
    finally:
        spark.conf.unset(SPLIT_SIZE)
    assert len(found) == len(written)
    assert [pair for pair in zip(written, found, strict=True) if pair[0] != pair[1]] == []


def test_byte_order_marks_stay_where_a_part_of_a_file_begins(spark: SparkSession, tmp_path: Path) -> None:
    rows: list[Cells] = [(f"\ufeff{number:04}", "\ufeff", "\ufeff,") for number in range(2000)]
    spark.conf.set(SPLIT_SIZE, 1024)
    try:
        frame = transform.read_clean(spark, write_csv(tmp_path, REJECTED, rows), REJECTED, REJECTED.columns)
        found = [tuple(row) for row in frame.collect()]
    finally:
        spark.conf.unset(SPLIT_SIZE)
    assert found == rows


@pytest.mark.parametrize("cell", ["\\x", "text\\", "\\\\\\", "\\ n", "\\N", "\\\\n\\t"])
def test_an_escape_that_the_contract_does_not_have_is_an_error(spark: SparkSession, tmp_path: Path, cell: str) -> None:
    with pytest.raises(ValueError, match="no escape of this contract"):
        restore(cell)
    row = message("u", "TEXT", 1)
    body = csv_of(MESSAGES, [row]).decode().replace("TEXT", f'"{cell}"')
    (tmp_path / "x.csv").write_text(body)
    with pytest.raises(Py4JJavaError, match=r"messages\.text holds a backslash that begins no escape"):
        transform.read_clean(spark, (tmp_path / "x.csv").as_uri(), MESSAGES, MESSAGES.columns).collect()


def test_null_and_the_empty_text_stay_apart(spark: SparkSession, tmp_path: Path) -> None:
    row = curate(spark, tmp_path, CONVERSATIONS, [conversation("u")]).read().to_pylist()[0]
    assert (row["ciudad"], row["gerencia"]) == (None, "")


def test_types_are_the_contracts(spark: SparkSession, tmp_path: Path) -> None:
    parquet = curate(spark, tmp_path, CONVERSATIONS, [conversation("u", messages=7)])
    arrow_types = {
        ColumnType.TEXT: pa.string(),
        ColumnType.COUNT: pa.int64(),
        ColumnType.INSTANT: pa.timestamp("us", tz="UTC"),
    }
    expected = [(column.name, arrow_types[column.type]) for column in CONVERSATIONS.columns]
    assert [(field.name, field.type) for field in parquet.schema_arrow] == expected
    row = parquet.read().to_pylist()[0]
    assert row["message_count"] == 7
    assert row["created_at"] == datetime(2026, 1, 31, 9, 0, 0, 1, tzinfo=timezone.utc)


def test_columns_are_compressed_with_zstd_and_instants_are_int64(spark: SparkSession, tmp_path: Path) -> None:
    parquet = curate(spark, tmp_path, CONVERSATIONS, [conversation("u")])
    group = parquet.metadata.row_group(0)
    chunks = {group.column(index).path_in_schema: group.column(index) for index in range(group.num_columns)}
    assert {chunk.compression for chunk in chunks.values()} == {"ZSTD"}
    assert chunks["created_at"].physical_type == "INT64"


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00.000000Z", "1582-10-10T23:59:59.999999Z", INSTANT])
def test_instants_far_away_are_written_as_they_are(spark: SparkSession, tmp_path: Path, instant: str) -> None:
    row = ("u", "FEEDBACK#", instant, "like", None, None)
    found = curate(spark, tmp_path, FEEDBACK, [row]).read().to_pylist()[0]["created_at"]
    assert found == datetime.fromisoformat(instant)


def test_rows_are_sorted_and_sort_columns_have_statistics(spark: SparkSession, tmp_path: Path) -> None:
    rows = [message(f"user-{number % 7}", "x", position=number) for number in range(100)]
    random.Random(1).shuffle(rows)
    parquet = curate(spark, tmp_path, MESSAGES, rows)
    keys = [(row["conversation_id"], row["user_id"], row["position"]) for row in parquet.read().to_pylist()]
    assert keys == sorted(keys)
    user_ids = parquet.metadata.row_group(0).column(0).statistics
    assert (user_ids.min, user_ids.max, user_ids.null_count) == ("user-0", "user-6", 0)


def test_row_groups_are_bounded(spark: SparkSession, tmp_path: Path) -> None:
    generator = random.Random(1)
    rows = [message(f"user-{number:05}", generator.randbytes(512).hex()) for number in range(5000)]
    metadata = curate(spark, tmp_path, MESSAGES, rows, row_group_bytes=2 * 1024 * 1024).metadata
    assert metadata.num_row_groups >= 5
    assert max(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)) < 2 * 1024 * 1024


def test_a_dataset_without_rows_is_a_file_with_its_schema(spark: SparkSession, tmp_path: Path) -> None:
    parquet = curate(spark, tmp_path, REJECTED, [])
    assert parquet.metadata.num_rows == 0
    assert parquet.schema_arrow.names == list(REJECTED.column_names)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("u", "c", "one", "user", "t", None), "Malformed"),
        (("u", "c", "1.5", "user", "t", None), "Malformed"),
        (("u", "c", " 1", "user", "t", None), "Malformed"),
        (("u", "c", "", "user", "t", None), "Malformed"),
        (("u", "c", "9223372036854775808", "user", "t", None), "Malformed"),
        (("u", "c", "1", "user", "t", "yesterday"), "Malformed"),
        (("u", "c", "1", "user", "t", "2026-02-30T00:00:00.000000Z"), "Malformed"),
        (("u", "c", "1", "user", "t"), "Malformed"),
        (("u", "c", "1", "user", "t", None, "more"), "Malformed"),
    ],
)
def test_a_malformed_record_is_an_error(spark: SparkSession, tmp_path: Path, cells: Cells, reason: str) -> None:
    uri = write_csv(tmp_path, MESSAGES, [message("u", "t"), cells])
    frame = transform.read_clean(spark, uri, MESSAGES, MESSAGES.columns)
    with pytest.raises(Py4JJavaError, match=reason):
        transform.write_parquet(frame, (tmp_path / "parquet").as_uri(), LARGEST_ROW_GROUP)


@pytest.mark.parametrize(
    "header",
    [
        (*MESSAGES.column_names[:-1], "foreign"),
        (*MESSAGES.column_names, "more"),
        MESSAGES.column_names[:-1],
        tuple(reversed(MESSAGES.column_names)),
        tuple(name.upper() for name in MESSAGES.column_names),
    ],
)
def test_a_foreign_header_is_an_error(spark: SparkSession, tmp_path: Path, header: tuple[str, ...]) -> None:
    uri = write_csv(tmp_path, MESSAGES, [], header)
    with pytest.raises(Py4JJavaError, match="CSV header"):
        transform.read_clean(spark, uri, MESSAGES, MESSAGES.columns).collect()


def test_nulls_where_none_may_be_are_counted_by_column(spark: SparkSession, tmp_path: Path) -> None:
    rows: list[Cells] = [message("u", None), (None, "c", None, None, None, None), ("u", "c", None, None, None, None)]
    curate(spark, tmp_path, MESSAGES, rows)
    assert facts(spark, tmp_path, MESSAGES) == TableFacts(rows=3, nulls={"user_id": 1, "position": 2}, duplicate_keys=0)


def test_rows_beyond_the_first_of_a_key_are_counted(spark: SparkSession, tmp_path: Path) -> None:
    rows = [message("u", "a"), message("u", "b"), message("v", "c"), message("u", "d"), message("u", "e", 2)]
    curate(spark, tmp_path, MESSAGES, [*rows, ("u", "c", None, None, None, None), ("u", "c", None, None, "x", None)])
    assert facts(spark, tmp_path, MESSAGES).duplicate_keys == 2 + 1


def test_positions_are_told_apart_wherever_they_are(spark: SparkSession, tmp_path: Path) -> None:
    """Messages are counted in blocks of positions; ``facts`` compares that with counting them one by one."""
    positions = [*map(str, (-(2**63), -65, -64, -1, 0, 1, 62, 63, 64, 127, 128, 2**63 - 1)), None]
    rows: list[Cells] = [(user, "c", each, "user", "t", None) for user in ("u", "v", None) for each in positions]
    curate(spark, tmp_path, MESSAGES, [*rows, *rows[10:15], (None, None, "1", "user", "t", None)])
    assert facts(spark, tmp_path, MESSAGES) == TableFacts(
        rows=3 * 13 + 5 + 1, nulls={"user_id": 14, "conversation_id": 1, "position": 4}, duplicate_keys=5
    )


def test_writing_twice_leaves_one_file(spark: SparkSession, tmp_path: Path) -> None:
    curate(spark, tmp_path, MESSAGES, [message("old", "x"), message("older", "x")])
    found = curate(spark, tmp_path, MESSAGES, [message("new", "x")])
    assert [row["user_id"] for row in found.read().to_pylist()] == ["new"]
