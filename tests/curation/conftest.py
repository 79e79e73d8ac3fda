"""One Spark session for all tests of this folder, over the emulator of all tests; a lake of its own for each test.

Tests of the lake are made once with each engine.
"""

from __future__ import annotations

import gc
import uuid
import warnings
from typing import TYPE_CHECKING

import pytest
from pyspark.sql import SparkSession

from glue_src import transform
from glue_src.arrow_engine import ArrowEngine
from glue_src.spark_engine import SparkEngine
from glue_src.spark_ranges import Sizes
from glue_src.storage import Bucket
from local.spark_options import spark_options_for_s3
from local.webhdfs import WebHdfsGateway
from sources.catia import CONTRACT
from tests.curation.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glue_src.engine import TransformEngine
    from local.clients import Clients
    from local.workspace import Workspace
    from modules.contract.source import SourceContract


#: So small that Spark puts each file together from several.
NARROW = Sizes(range=8 * 1024, most_ranges=5, sample_piece=2 * 1024)


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
        session = transform.session_of(builder)
        session.sparkContext.setLogLevel("OFF")
        transform.configure(session)
        try:
            yield session
        finally:
            session.stop()
            # Py4J leaves its connections to the garbage collector, which must not find them in somebody else's test.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()


def _spark_engine(request: pytest.FixtureRequest) -> TransformEngine:
    bucket = Bucket(request.getfixturevalue("clients").s3, request.getfixturevalue("bucket"))
    return SparkEngine(request.getfixturevalue("spark"), bucket)


def _arrow_engine(request: pytest.FixtureRequest) -> TransformEngine:
    bucket = Bucket(request.getfixturevalue("clients").s3, request.getfixturevalue("bucket"))
    return ArrowEngine(bucket, request.getfixturevalue("tmp_path"))


ENGINES = {"spark": _spark_engine, "arrow": _arrow_engine}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> TransformEngine:
    return ENGINES[request.param](request)


@pytest.fixture
def lake(engine: TransformEngine, clients: Clients, bucket: str) -> Lake:
    return lake_of(CONTRACT, engine, clients, bucket)


def lake_of(contract: SourceContract, engine: TransformEngine, clients: Clients, bucket: str) -> Lake:
    """Return a lake of a contract, with its tables and nothing in it."""
    lake = Lake(engine, clients.s3, clients.glue, clients.cloudwatch, bucket, uuid.uuid4().hex, contract)
    lake.create_tables()
    return lake
