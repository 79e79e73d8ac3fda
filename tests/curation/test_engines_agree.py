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
from tests.by_hand import relations_by_hand, table_by_hand
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS
from tests.curation.conftest import ENGINES, NARROW
from tests.curation.lake import INSTANT, Rows, conversation, csv_of
from tests.shop import LINES, ORDERS, PAYMENTS, SHOP, VISITS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from glue_src.engine import TransformEngine
    from modules.contract.datasets import Dataset
    from modules.contract.source import Relation, SourceContract

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


def shop_rows_to_agree_on() -> Rows:
    """The same of a contract whose keys are of other types, and whose relations are of every kind."""
    draw = random.Random(11)
    rows: Rows = {dataset: [] for dataset in SHOP.datasets}
    payment = 0
    for number in range(USERS):
        # A negative or a large number is a count like any other, and so are places far apart.
        shop, order = draw.choice(["-1", "0", "7", str(2**40)]), f"{number:04}"
        lines = [str(draw.choice([1, 64, 65, -3, 2**50]) + place) for place in range(draw.randrange(4))]
        rows[LINES] += [(shop, order, place, draw.choice(NASTY_TEXTS), None) for place in dict.fromkeys(lines)]
        paid = draw.randrange(3)
        rows[PAYMENTS] += [(f"p-{payment + each}", shop, order) for each in range(paid)]
        payment += paid
        instant = f"2026-01-{number % 28 + 1:02}T09:00:00.000000Z"
        promised = len(set(lines)) + (number % 50 == 0)
        customer = draw.choice([None, "", "ana", f"customer {number}"])
        rows[ORDERS].append((shop, order, instant, customer, str(promised), str(paid - (number % 60 == 1))))
        rows[VISITS].append((instant.replace("00.000000", f"{number % 60:02}.{number:06}"), customer))
        rows[REJECTED].append((f"key {number:03}", "no_order", "{}"))
    rows[LINES] += [("7", "nobody's", "1", "sku", None), ("7", "nobody's", "1", "sku", None)]
    rows[LINES] += [(None, "0001", "1", "sku", "n"), ("7", None, None, "sku", "m"), ("0", "0002", None, None, "o")]
    rows[PAYMENTS] += [("p-0", "0", "0000"), ("p-x", None, "0000"), (None, "0", None)]
    rows[ORDERS] += [rows[ORDERS][0], (None, "0000", INSTANT, None, "0", "1"), ("9", "0000", INSTANT, None, None, None)]
    rows[VISITS] += [(INSTANT, "a stranger"), (INSTANT, "a stranger"), (None, None)]
    for table in rows.values():
        draw.shuffle(table)
    return rows


def named(rows: Rows) -> dict[Dataset, list[dict[str, str | None]]]:
    return {
        dataset: [dict(zip(dataset.column_names, row, strict=True)) for row in table] for dataset, table in rows.items()
    }


def put_rows(clients: Any, bucket: Bucket, prefix: str, written: Rows) -> None:
    for dataset, rows in written.items():
        key = f"{prefix}{dataset.name}.csv"
        clients.s3.put_object(Bucket=bucket.name, Key=key, Body=csv_of(dataset, rows))


def staged(
    engine: TransformEngine, contract: SourceContract, bucket: Bucket, prefix: str
) -> tuple[dict[Dataset, pa.Table], dict[str, TableFacts], Mapping[Relation, RelationFacts]]:
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
        for dataset in contract.datasets
    ]
    with engine.transform(sources, contract.relations) as transform:
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


ROWS_TO_AGREE_ON = {CONTRACT.name: (CONTRACT, rows_to_agree_on()), SHOP.name: (SHOP, shop_rows_to_agree_on())}


@pytest.mark.parametrize("name", ROWS_TO_AGREE_ON)
def test_both_engines_make_the_same_tables(
    request: pytest.FixtureRequest, clients: Any, bucket_of_both: Bucket, tmp_path: Path, name: str
) -> None:
    contract, rows = ROWS_TO_AGREE_ON[name]
    prefix = f"agree-{tmp_path.name}/"
    put_rows(clients, bucket_of_both, prefix, rows)
    by_spark, *found_by_spark = staged(ENGINES["spark"](request), contract, bucket_of_both, prefix)
    by_hand = named(rows)
    assert found_by_spark == [
        {dataset.name: table_by_hand(dataset, by_hand[dataset]) for dataset in contract.datasets},
        relations_by_hand(contract, by_hand),
    ]
    for engine in (
        SparkEngine(request.getfixturevalue("spark"), bucket_of_both, NARROW),
        ENGINES["arrow"](request),
        ArrowEngine(bucket_of_both, tmp_path, SMALL),
    ):
        tables, *found = staged(engine, contract, bucket_of_both, prefix)
        for dataset, expected in by_spark.items():
            assert tables[dataset].schema.names == expected.schema.names
            assert tables[dataset].schema.types == expected.schema.types
            assert tables[dataset].equals(expected), dataset.name
        assert found == found_by_spark


def test_the_rows_to_agree_on_have_every_fault() -> None:
    catia, shop = (relations_by_hand(contract, named(rows)) for contract, rows in ROWS_TO_AGREE_ON.values())
    assert {relation.name: found for relation, found in catia.items()} == {
        "has_conversation": RelationFacts(2, 1),
        "user_has_conversation": RelationFacts(2),
    }
    assert {relation.name: found for relation, found in shop.items()} == {
        "has_order": RelationFacts(5, 7),
        "pays_an_order": RelationFacts(3, 6),
        "is_a_customers": RelationFacts(80),
    }


def test_spark_skips_pages_of_what_arrow_wrote(
    request: pytest.FixtureRequest, clients: Any, bucket_of_both: Bucket, tmp_path: Path
) -> None:
    """Readers trust footer and page index, which the Arrow engine puts together; old instants stand as they are."""
    prefix = f"skip-{tmp_path.name}/"
    put_rows(clients, bucket_of_both, prefix, rows_to_agree_on())
    tables, _, _ = staged(ArrowEngine(bucket_of_both, tmp_path, SMALL), CONTRACT, bucket_of_both, prefix)
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
