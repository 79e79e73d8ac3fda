"""One Spark session for all tests of this folder, over the emulator of all tests; a lake of its own for each test."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from pyspark.sql import SparkSession

from glue_src import transform
from local.spark_options import spark_options_for_s3
from local.webhdfs import WebHdfsGateway
from tests.spark.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.clients import Clients
    from local.workspace import Workspace


@pytest.fixture(scope="package")
def clients(workspace: Workspace) -> Clients:
    return workspace.clients()


@pytest.fixture(scope="package")
def bucket(clients: Clients) -> str:
    # A name of its own: within one JVM, Hadoop goes on using a bucket's first gateway.
    name = f"curation-{uuid.uuid4().hex}"
    clients.s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="package")
def spark(clients: Clients, bucket: str) -> Iterator[SparkSession]:
    with WebHdfsGateway(clients.s3) as gateway:
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        for name, value in spark_options_for_s3([bucket], gateway.port).items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        transform.configure(session)
        try:
            yield session
        finally:
            session.stop()


@pytest.fixture
def lake(spark: SparkSession, clients: Clients, bucket: str) -> Lake:
    lake = Lake(spark, clients.s3, clients.glue, bucket, name=uuid.uuid4().hex)
    lake.create_tables()
    return lake
