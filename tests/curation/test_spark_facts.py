"""What Spark keeps of a run between its steps, and of which datasets."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from glue_src.engine import RelationFacts, Source
from glue_src.spark_engine import SparkEngine
from glue_src.spark_facts import placing_relation
from glue_src.storage import Bucket
from sources.catia import CONTRACT, MESSAGES
from tests.curation.lake import csv_of, rows_of_users
from tests.shop import HAS_ORDER, IS_A_CUSTOMERS, LINES, ORDERS, PAYMENTS, PAYS_AN_ORDER, SHOP, VISITS

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def test_rows_have_places_where_a_count_beside_the_relations_columns_is_their_key() -> None:
    assert {dataset: placing_relation(dataset, SHOP.relations) for dataset in SHOP.datasets if dataset.key} == {
        LINES: HAS_ORDER,
        VISITS: None,
        PAYMENTS: None,
        ORDERS: None,
    }
    assert placing_relation(MESSAGES, CONTRACT.relations) is CONTRACT.relations[0]
    assert placing_relation(MESSAGES, ()) is None


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        (("shop_id", "order_id"), ("shop_id", "order_id", "sku13")),  # a text is no place
        (("shop_id", "order_id"), ("shop_id", "line_no")),  # a column of the relation's is not in the key
        (("order_id",), ("shop_id", "order_id", "line_no")),  # it takes two counts to tell rows apart
        (("shop_id", "order_id"), ("shop_id", "order_id")),  # one row at most
        (("shop_id", "order_id"), ()),
    ],
)
def test_rows_with_another_key_have_no_places(columns: tuple[str, ...], key: tuple[str, ...]) -> None:
    lines = dataclasses.replace(LINES, key=key)
    relation = dataclasses.replace(HAS_ORDER, child=lines, columns=columns)
    assert placing_relation(lines, (PAYS_AN_ORDER, relation, IS_A_CUSTOMERS)) is None


def test_rows_with_places_are_read_once(spark: SparkSession, clients: Any, bucket: str, tmp_path: Path) -> None:
    """Messages are most of a day: what their own facts are counted from serves the relation too."""
    prefix, where = f"once-{tmp_path.name}/", Bucket(clients.s3, bucket)
    sources = []
    for dataset, rows in rows_of_users("ana", "luis").items():
        key, body = f"{prefix}{dataset.name}.csv", csv_of(dataset, rows)
        clients.s3.put_object(Bucket=bucket, Key=key, Body=body)
        sources.append(Source(dataset, key, len(body), dataset.columns, f"{prefix}{dataset.name}/"))
    with SparkEngine(spark, where).transform(sources, CONTRACT.relations) as run:
        run.stage()
        where.delete([stored.key for stored in where.list(f"{prefix}messages/")])
        assert run.relate() == {relation: RelationFacts(0) for relation in CONTRACT.relations}
