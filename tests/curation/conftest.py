"""One emulator and one Spark session for all tests of this folder; a lake of its own for each test.

Tests that have ``lake`` are made once with each engine. What is decided without one is asked ``by_arrow`` only: its
nights are short.
"""

from __future__ import annotations

import gc
import os
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contract.source import SourceContract
from contract.sources.catia import CONTRACT
from contract.spark_catalog import catalog_options
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients
from glue_src.engine import LakeEngine
from glue_src.spark.engine import SparkEngine
from glue_src.spark.session import configure, session_of
from tests.curation.lake import Lake
from tools.local import spark_jars
from tools.local.aws_environment import CREDENTIALS, REGION, emulator_variables
from tools.local.spark_options import local_options
from tools.local.workspace import Workspace

BUCKET = "curation"


def pytest_itemcollected(item: pytest.Item) -> None:
    """PySpark leaves the sockets by which it fetches rows to the garbage collector."""
    item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))


@pytest.fixture(scope="package")
def endpoint(workspace: Workspace) -> str:
    return workspace.emulator.endpoint_url()


@pytest.fixture(scope="package")
def clients(workspace: Workspace) -> Clients:
    found = workspace.clients()
    found.s3.create_bucket(Bucket=BUCKET)
    return Clients(found.s3, found.glue, found.cloudwatch, found.events, found.ssm)


@pytest.fixture(scope="package")
def spark(clients: Clients, endpoint: str) -> Iterator[SparkSession]:  # noqa: ARG001 - the bucket is there
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.memory", "2g").config("spark.ui.showConsoleProgress", "false")
    options = {
        **local_options(endpoint, spark_jars.ensure()),
        **catalog_options(f"s3://{BUCKET}/", "5.1", REGION),
    }
    for name, value in options.items():
        builder = builder.config(name, value)
    # The JVM keeps the environment that it begins with: the credentials are in it.
    before = dict(os.environ)
    os.environ.update({**emulator_variables(endpoint), "SPARK_LOCAL_IP": "127.0.0.1"})
    session = session_of(builder)
    os.environ.clear()
    os.environ.update(before)
    session.sparkContext.setLogLevel("OFF")
    configure(session)
    try:
        yield session
    finally:
        session.stop()
        # Py4J leaves its connections to the garbage collector, which must not find them in somebody else's test.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture
def engines(request: pytest.FixtureRequest, clients: Clients, tmp_path: Path) -> Callable[[str, str], LakeEngine]:
    """Return a function that gives the engine of a name for a database."""

    def make(name: str, database: str) -> LakeEngine:
        if name == "spark":
            return SparkEngine(request.getfixturevalue("spark"), BUCKET, database)
        return ArrowEngine(clients.glue, clients.s3, BUCKET, database, tmp_path)

    return make


@pytest.fixture(scope="module", params=["spark", "arrow"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_lake(clients: Clients, endpoint: str, engines: Callable[[str, str], LakeEngine]) -> Callable[..., Lake]:
    """Return a function that makes a lake of a contract, with its tables and nothing in them, for an engine's name."""

    def make(contract: SourceContract, engine: str) -> Lake:
        name = f"l{uuid.uuid4().hex[:12]}"
        lake = Lake(engines(engine, name), clients, BUCKET, endpoint, name, contract)
        lake.create_tables()
        return lake

    return make


@pytest.fixture
def lake(make_lake: Callable[..., Lake], engine_name: str) -> Lake:
    return make_lake(CONTRACT, engine_name)


@pytest.fixture
def by_arrow(make_lake: Callable[..., Lake]) -> Lake:
    return make_lake(CONTRACT, "arrow")


@pytest.fixture(scope="package", autouse=True)
def credentials() -> Iterator[None]:
    """Let clients that make their own session sign requests."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {**CREDENTIALS, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}.items():
            patched.setenv(name, value)
        yield
