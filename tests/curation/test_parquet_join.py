"""Files that Spark wrote become one on S3: to the byte where the footer says, or nothing at all."""

from __future__ import annotations

import io
import random
import uuid
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark program gives it

from bench.lake.page_index import PageIndex
from glue_src import parquet_join, transform
from glue_src.parquet_join import join
from glue_src.row_groups import PAGE_ROWS
from glue_src.spark_ranges import Ranges
from glue_src.storage import Bucket, StoredObject
from glue_src.upload_parts import LEAST_PART_BYTES
from sources.catia import MESSAGES
from tests.curation.faults import CrashError, Crashing

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

    from local.clients import Clients

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

ROWS = 3_000
#: Of the four files, by their numbers: enough for S3 to copy it, hardly anything, and none at all.
PARTS = {0: range(1_500), 1: range(1_500, 1_510), 2: range(0), 3: range(1_510, ROWS)}
ROW_GROUP_BYTES = 4 * 1024 * 1024
#: Rows of a few pages, however short their cells are.
MANY = 3 * PAGE_ROWS


class Requests:
    """A client that notes what is asked of it."""

    def __init__(self, client: Any) -> None:
        self.client, self.asked = client, list[tuple[str, dict[str, Any]]]()

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.asked.append((name, arguments))
            return getattr(self.client, name)(**arguments)

        return call

    def of(self, name: str) -> list[dict[str, Any]]:
        return [arguments for asked, arguments in self.asked if asked == name]


@pytest.fixture(scope="module")
def rows() -> list[tuple[Any, ...]]:
    """Messages in order, whose texts hardly compress."""
    draw = random.Random(3)
    return [
        (
            f"user-{number % 50}",
            f"CONVERSATION#{number // 10:06}",
            number % 10 + 1,
            "user",
            draw.randbytes(5_000).hex(),
            None,
        )
        for number in range(ROWS)
    ]


@pytest.fixture(scope="module")
def parts(
    spark: SparkSession, rows: list[tuple[Any, ...]], clients: Clients, bucket: str, tmp_path_factory: Any
) -> list[StoredObject]:
    """What Spark makes of the rows, in four files, of which one has no rows."""
    folder: Path = tmp_path_factory.mktemp("parts")
    found = []
    for number, part in PARTS.items():
        frame = spark.createDataFrame([rows[row] for row in part], transform.schema_of(MESSAGES.columns))
        target = folder / str(number)
        transform.write_parquet(Ranges(MESSAGES).sorted(frame), target.as_uri(), ROW_GROUP_BYTES)
        (path,) = target.glob("*.parquet")
        key = f"join/part-{number}.parquet"
        clients.s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())
        found.append(StoredObject(key, path.stat().st_size))
    return found


@pytest.fixture
def key() -> str:
    return f"joined/{uuid.uuid4().hex}.parquet"


def joined(s3: Any, bucket: str, parts: list[StoredObject], key: str) -> bytes:
    join(Bucket(s3, bucket), parts, key)
    return Bucket(s3, bucket).read(key)


def test_large_files_are_copied_by_s3_and_small_ones_uploaded_together(
    clients: Clients, bucket: str, parts: list[StoredObject], rows: list[tuple[Any, ...]], key: str
) -> None:
    assert parts[0].bytes > LEAST_PART_BYTES > parts[1].bytes
    s3 = Requests(clients.s3)
    content = joined(s3, bucket, parts, key)
    copied = [(each["CopySource"]["Key"], each["CopySourceRange"]) for each in s3.of("upload_part_copy")]
    assert [source for source, _ in copied][:1] == [parts[0].key]
    assert copied[0][1].startswith("bytes=0-")
    assert sum(len(each["Body"]) for each in s3.of("upload_part")) < len(content) - LEAST_PART_BYTES
    found = pq.ParquetFile(io.BytesIO(content)).read()
    assert [tuple(row.values()) for row in found.to_pylist()] == rows


@pytest.mark.parametrize("numbers", [(0,), (2,), (2, 2), (1, 0), (2, 1), (3, 2, 1, 0), (1, 1, 1)])
def test_files_of_any_size_in_any_order(
    clients: Clients, bucket: str, parts: list[StoredObject], key: str, numbers: tuple[int, ...]
) -> None:
    chosen = [parts[number] for number in numbers]
    content = joined(clients.s3, bucket, chosen, key)
    of_each = [pq.ParquetFile(io.BytesIO(Bucket(clients.s3, bucket).read(part.key))) for part in chosen]
    found = pq.ParquetFile(io.BytesIO(content))
    assert found.read().equals(pa.concat_tables([file.read() for file in of_each]))
    assert found.metadata.num_row_groups == sum(file.metadata.num_row_groups for file in of_each)
    assert found.metadata.created_by == of_each[0].metadata.created_by
    assert found.metadata.metadata == of_each[0].metadata.metadata


def test_statistics_and_indexes_are_those_of_the_files(
    clients: Clients, bucket: str, parts: list[StoredObject], key: str
) -> None:
    content = joined(clients.s3, bucket, parts, key)
    alone = [_facts(io.BytesIO(Bucket(clients.s3, bucket).read(part.key))) for part in parts]
    assert _facts(io.BytesIO(content)) == [group for groups in alone for group in groups]


def _facts(file: io.BytesIO) -> list[Any]:
    """Return what does not depend on where a row group lies."""
    metadata = pq.read_metadata(file)
    found = []
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        chunks = [group.column(index) for index in range(group.num_columns)]
        found.append(
            [
                group.num_rows,
                group.total_byte_size,
                *(
                    (chunk.statistics and chunk.statistics.to_dict(), chunk.total_compressed_size, chunk.encodings)
                    for chunk in chunks
                ),
                *((chunk.has_column_index, chunk.has_offset_index) for chunk in chunks),
            ]
        )
    return found


@pytest.fixture
def joined_file(clients: Clients, bucket: str, parts: list[StoredObject], key: str, tmp_path: Path) -> Path:
    path = tmp_path / "joined.parquet"
    path.write_bytes(joined(clients.s3, bucket, parts, key))
    return path


def test_readers_skip_row_groups_and_find_the_same(spark: SparkSession, joined_file: Path, rows: list[Any]) -> None:
    """All skip by statistics; wrong places would give other rows."""
    frame = spark.read.parquet(joined_file.as_uri())
    with duckdb.connect() as connection:
        for number in (0, 700, 1_499, 1_500, 1_509, 1_510, 2_000, ROWS - 1):
            conversation = rows[number][1]
            expected = [row for row in rows if row[1] == conversation]
            assert [tuple(row) for row in frame.where(F.col("conversation_id") == conversation).collect()] == expected
            sql = f"FROM '{joined_file}' WHERE conversation_id = ? ORDER BY position"
            assert connection.execute(sql, [conversation]).fetchall() == expected
            table = pq.read_table(joined_file, filters=[("conversation_id", "==", conversation)])
            assert [tuple(row.values()) for row in table.to_pylist()] == expected


def test_spark_skips_pages_of_what_was_joined(
    spark: SparkSession, clients: Clients, bucket: str, key: str, tmp_path: Path
) -> None:
    """A column of so many short values has several pages, and Spark reads those that the index tells it to."""
    halves = []
    for number in range(2):
        part, target = many_messages(spark, first=number * MANY), tmp_path / str(number)
        transform.write_parquet(Ranges(MESSAGES).sorted(part), target.as_uri(), 4 * ROW_GROUP_BYTES)
        (path,) = target.glob("*.parquet")
        halves.append(StoredObject(f"join/half-{number}.parquet", path.stat().st_size))
        clients.s3.put_object(Bucket=bucket, Key=halves[-1].key, Body=path.read_bytes())
    path = tmp_path / "joined.parquet"
    path.write_bytes(joined(clients.s3, bucket, halves, key))
    one_page = PageIndex(path).to_fetch(("position",), "conversation_id", "CONVERSATION#000001", "CONVERSATION#000001")
    all_pages = PageIndex(path).to_fetch(("position",), "conversation_id", "", "~")
    assert 0 < one_page < all_pages / 3
    frame = spark.read.parquet(path.as_uri())
    for number in (0, MANY // 20, MANY // 10 + 1, MANY // 6, MANY // 5 - 1):
        found = frame.where(F.col("conversation_id") == f"CONVERSATION#{number:06}").collect()
        assert [(row["position"], row["text"]) for row in found] == [(each, f"{number} {each}") for each in range(10)]


def many_messages(spark: SparkSession, first: int) -> DataFrame:
    """Return so many messages that a column of theirs takes several pages, ten in each conversation."""
    return spark.range(first, first + MANY, numPartitions=1).selectExpr(
        "'someone' AS user_id",
        "printf('CONVERSATION#%06d', id DIV 10) AS conversation_id",
        "id % 10 AS position",
        "'user' AS sender",
        "concat(id DIV 10, ' ', id % 10) AS text",
        "CAST(NULL AS TIMESTAMP) AS sent_at",
    )


@pytest.mark.parametrize("method", ["upload_part_copy", "upload_part", "complete_multipart_upload"])
def test_a_failed_join_leaves_nothing(
    clients: Clients, bucket: str, parts: list[StoredObject], key: str, method: str
) -> None:
    s3: Any = Crashing(clients.s3, method, at=1)
    with pytest.raises(CrashError):
        join(Bucket(s3, bucket), parts, key)
    assert clients.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []
    assert Bucket(clients.s3, bucket).find(key) is None


def test_footers_are_read_whole_however_little_is_read_first(
    clients: Clients, bucket: str, parts: list[StoredObject], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = joined(clients.s3, bucket, parts, key)
    for size in (8, 100, 5000):
        monkeypatch.setattr(parquet_join, "_READ_FIRST", size)
        assert joined(clients.s3, bucket, parts, key) == expected


def test_what_is_no_parquet_file_is_refused(clients: Clients, bucket: str, key: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="join/no.parquet", Body=b"no Parquet at all")
    with pytest.raises(ValueError, match="a Parquet file ends with"):
        join(Bucket(clients.s3, bucket), [StoredObject("join/no.parquet", 17)], key)


def test_files_of_different_columns_are_refused(
    clients: Clients, bucket: str, parts: list[StoredObject], key: str
) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"other": [1]}), sink)
    clients.s3.put_object(Bucket=bucket, Key="join/other.parquet", Body=sink.getvalue())
    other = StoredObject("join/other.parquet", len(sink.getvalue()))
    with pytest.raises(ValueError, match="different schemas"):
        join(Bucket(clients.s3, bucket), [parts[0], other], key)
