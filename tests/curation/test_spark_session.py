"""What a Spark session keeps from one day for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glue_src.spark_engine import SparkEngine
from glue_src.storage import Bucket
from sources.catia import CONTRACT
from tests.curation.conftest import NARROW
from tests.curation.test_engines_agree import put_rows, rows_to_agree_on, staged

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

    from local.clients import Clients

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def compiled(spark: SparkSession) -> int:
    """Return how many classes Spark has compiled for its queries."""
    java: Any = spark._jvm
    count: int = java.org.apache.spark.metrics.source.CodegenMetrics.METRIC_COMPILATION_TIME().getCount()
    return count


def test_a_day_like_one_before_is_not_compiled_anew(
    spark: SparkSession, clients: Clients, bucket: str, tmp_path: Path
) -> None:
    in_bucket, prefix = Bucket(clients.s3, bucket), f"compiled-{tmp_path.name}/"
    put_rows(clients, in_bucket, prefix, rows_to_agree_on())
    engine = SparkEngine(spark, in_bucket, NARROW)
    staged(engine, CONTRACT, in_bucket, prefix)
    after_one = compiled(spark)
    assert after_one > 0
    staged(engine, CONTRACT, in_bucket, prefix)
    assert compiled(spark) == after_one
