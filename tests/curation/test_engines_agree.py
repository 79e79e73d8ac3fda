"""Both engines make the same tables of a run, cell by cell and in the same order, and find the same facts."""

from __future__ import annotations

import io
import random
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark program gives it

from glue_src import arrow_engine
from glue_src.arrow_engine import ArrowEngine
from glue_src.engine import RelationFacts, Source, TableFacts
from glue_src.spark_engine import SparkEngine
from glue_src.storage import Bucket
from modules.contract.datasets import DATA_QUALITY, REJECTED
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS
from tests.curation.conftest import ENGINES, NARROW
from tests.curation.lake import INSTANT, Rows, conversation, csv_of

if TYPE_CHECKING:
    from pathlib import Path

    from glue_src.engine import TransformEngine
    from modules.contract.datasets import Dataset

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

USERS = 300
#: So small that each file is read in many pieces, spilled and merged.
SMALL = arrow_engine.Sizes(piece=16 * 1024, overlap=1024, row_group=32 * 1024, ledger=8 * 1024)


def rows_to_agree_on() -> Rows:
    """Rows with texts of every kind, nulls where they may be, in no order, and some of every fault that is counted."""
    texts = [*NASTY_TEXTS, None, "", "hola"]
    draw = random.Random(7)
    rows: Rows = {dataset: [] for dataset in CONTRACT.datasets}
    for number in range(USERS):
        user, identity = f"Ñ-{number % 250:03}", f"CONVERSATION#2026-01-{number % 28 + 1:02}T{number:06}"
        instant = f"2026-01-{number % 28 + 1:02}T09:00:{number % 60:02}.{number:06}Z"
        said = draw.randrange(4)
        rows[CONVERSATIONS].append((user, identity, instant, draw.choice(texts), *[None] * 5, str(said), "0"))
        for position in range(1, said + 1):
            sent_at = draw.choice([None, instant, "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
            rows[MESSAGES].append((user, identity, str(position), draw.choice(texts), draw.choice(texts), sent_at))
        rows[FEEDBACK].append((user, f"FEEDBACK#{number}", instant, "like", draw.choice(texts), None))
        rows[REJECTED].append((f"key {number:03}", draw.choice(["no_time", "not_a_map"]), str(draw.choice(texts))))
    rows[FEEDBACK].append(("a stranger", "FEEDBACK#1", "2026-01-01T00:00:00.000000Z", None, None, None))
    rows[FEEDBACK].append(("a stranger", "FEEDBACK#1", "2026-01-01T00:00:00.000000Z", None, None, None))
    for position, text in enumerate(HUGE_TEXTS, start=1):
        rows[MESSAGES].append(("someone", f"CONVERSATION#{INSTANT}", str(position), "bot", text, INSTANT))
    rows[MESSAGES].append(("a stranger", "CONVERSATION#1", "1", "user", "hola", None))
    rows[MESSAGES].append((None, "CONVERSATION#1", None, "user", "hola", None))
    rows[CONVERSATIONS].append(conversation("someone", messages=3))
    for table in rows.values():
        draw.shuffle(table)
    return rows


def put_rows(clients: Any, bucket: Bucket, prefix: str) -> None:
    for dataset, rows in rows_to_agree_on().items():
        key = f"{prefix}{dataset.name}.csv"
        clients.s3.put_object(Bucket=bucket.name, Key=key, Body=csv_of(dataset, rows))


def staged(
    engine: TransformEngine, bucket: Bucket, prefix: str
) -> tuple[dict[Dataset, pa.Table], dict[str, TableFacts], RelationFacts]:
    """Return what an engine makes of the CSV files below ``prefix``, and what it finds."""
    target = f"{prefix}{type(engine).__name__}/{id(engine)}/"
    sources = [
        Source(
            dataset,
            f"{prefix}{dataset.name}.csv",
            bytes_of(bucket, f"{prefix}{dataset.name}.csv"),
            dataset.columns,
            f"{target}{dataset.name}/",
        )
        for dataset in CONTRACT.datasets
    ]
    with engine.transform(sources) as transform:
        facts = dict(transform.stage())
        relations = transform.relate()
    return {source.dataset: only_table(bucket, source.target) for source in sources}, facts, relations


def bytes_of(bucket: Bucket, key: str) -> int:
    stored = bucket.find(key)
    assert stored is not None
    return stored.bytes


def only_table(bucket: Bucket, prefix: str) -> pa.Table:
    (file,) = (stored for stored in bucket.list(prefix) if stored.key.endswith(".parquet"))
    return pq.ParquetFile(io.BytesIO(bucket.read(file.key))).read()


@pytest.fixture
def bucket_of_both(clients: Any, bucket: str) -> Bucket:
    return Bucket(clients.s3, bucket)


def test_both_engines_make_the_same_tables(
    request: pytest.FixtureRequest, clients: Any, bucket_of_both: Bucket, tmp_path: Path
) -> None:
    prefix = f"agree-{tmp_path.name}/"
    put_rows(clients, bucket_of_both, prefix)
    by_spark = staged(ENGINES["spark"](request), bucket_of_both, prefix)
    for engine in (
        SparkEngine(request.getfixturevalue("spark"), bucket_of_both, NARROW),
        ENGINES["arrow"](request),
        ArrowEngine(bucket_of_both, tmp_path, SMALL),
    ):
        tables, facts, relations = staged(engine, bucket_of_both, prefix)
        for dataset, expected in by_spark[0].items():
            assert tables[dataset].schema.names == expected.schema.names
            assert tables[dataset].schema.types == expected.schema.types
            assert tables[dataset].equals(expected), dataset.name
        assert (facts, relations) == by_spark[1:]
    assert by_spark[1][MESSAGES.name].nulls == {"user_id": 1, "position": 1}
    assert by_spark[1][FEEDBACK.name].duplicate_keys == 1
    assert by_spark[2] == RelationFacts(2, 1, 2)


def test_spark_skips_pages_of_what_arrow_wrote(
    request: pytest.FixtureRequest, clients: Any, bucket_of_both: Bucket, tmp_path: Path
) -> None:
    """Readers trust footer and page index, which the Arrow engine puts together; old instants stand as they are."""
    prefix = f"skip-{tmp_path.name}/"
    put_rows(clients, bucket_of_both, prefix)
    tables, _, _ = staged(ArrowEngine(bucket_of_both, tmp_path, SMALL), bucket_of_both, prefix)
    (file,) = (stored for stored in bucket_of_both.list(prefix) if stored.key.endswith("messages/part.parquet"))
    everything = [row for row in tables[MESSAGES].to_pylist() if row["user_id"] is not None]
    frame = request.getfixturevalue("spark").read.parquet(bucket_of_both.uri(file.key))
    for row in everything[:: len(everything) // 8]:
        found = frame.where(F.col("conversation_id") == row["conversation_id"]).where(
            F.col("user_id") == row["user_id"]
        )
        expected = [
            each["position"]
            for each in everything
            if (each["user_id"], each["conversation_id"]) == (row["user_id"], row["conversation_id"])
        ]
        assert [each["position"] for each in found.select("position").collect()] == expected != []
    ancient = frame.where(F.year("sent_at") == 1).count()
    assert ancient == sum(row["sent_at"] is not None and row["sent_at"].year == 1 for row in everything) > 0


def test_both_engines_write_the_same_few_rows(request: pytest.FixtureRequest, bucket_of_both: Bucket) -> None:
    now = datetime(2026, 2, 5, 4, 30, 0, 1, tzinfo=timezone.utc)
    rows = [("run-1", "messages", f"check-{number}", "passed", number, 0, 0.5, now) for number in range(3)]
    tables = []
    for name, make in ENGINES.items():
        make(request).write(DATA_QUALITY, rows, f"few-{name}/")
        tables.append(only_table(bucket_of_both, f"few-{name}/"))
    assert tables[0].schema.names == list(DATA_QUALITY.column_names)
    assert tables[0].schema.types == tables[1].schema.types
    assert tables[0].equals(tables[1])
    assert [tuple(row.values()) for row in tables[0].to_pylist()] == rows
