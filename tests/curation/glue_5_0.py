"""A process with the Iceberg of Glue 5.0: two nights on a lake that is there, told as JSON in the last line.

python -m tests.curation.glue_5_0 BUCKET NAME ENDPOINT
"""

from __future__ import annotations

import json
import sys

import boto3
from pyspark.sql import SparkSession

from contract.sources.catia import CONTRACT
from contract.spark_catalog import ICEBERG_VERSIONS, catalog_options
from glue_src.clients import Clients
from glue_src.spark.engine import SparkEngine
from glue_src.spark.session import session_of
from tests.curation.lake import Lake, months, run_id, talk, together
from tools.local import spark_jars
from tools.local.aws_environment import REGION
from tools.local.spark_options import local_options

_GLUE = "5.0"


def main(bucket: str, name: str, endpoint: str) -> None:
    """Run the nights."""
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    jars = spark_jars.ensure(ICEBERG_VERSIONS[_GLUE])
    options = {**local_options(endpoint, jars), **catalog_options(f"s3://{bucket}/", _GLUE, REGION)}
    for option, value in options.items():
        builder = builder.config(option, value)
    spark = session_of(builder)
    clients = Clients(
        boto3.client("s3"),
        boto3.client("glue"),
        boto3.client("cloudwatch"),
        boto3.client("events"),
        boto3.client("ssm"),
    )
    lake = Lake(SparkEngine(spark, bucket, name), clients, bucket, endpoint, name, CONTRACT)
    outcomes = [lake.night()]
    lake.publish(run_id(2), together(months("2026-01", "2026-02"), talk("u9", "2026-02", "x")))
    outcomes.append(lake.night())
    version = spark._jvm.org.apache.iceberg.IcebergBuild.version()  # type: ignore[union-attr]
    nights = [[outcome.recorded_run, outcome.rewritten_partitions] for outcome in outcomes]
    spark.stop()
    print(json.dumps({"iceberg": version, "nights": nights}))  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(*sys.argv[1:])
