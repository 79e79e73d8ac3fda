"""One Trino for all tests of this folder, over the emulator of all tests; a database for each contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from contract.sources.catia import CONTRACT
from tests.more_sources import parcels
from tests.sql.athena import Api, athena_api
from tests.sql.lake import BUCKET, SqlLake, start_trino
from tools.local.trino.server import TrinoServer
from tools.local.workspace import Workspace

DATABASE = "cat_sql_analytics_db"


@pytest.fixture(scope="package")
def trino(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrinoServer]:
    server = start_trino(workspace, tmp_path_factory.mktemp("sql") / "trino", DATABASE)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="package")
def lake(workspace: Workspace, trino: TrinoServer) -> SqlLake:
    """CatIA's tables and views, holding what the test before left."""
    clients = workspace.clients()
    clients.s3.create_bucket(Bucket=BUCKET)
    made = SqlLake(CONTRACT, clients, trino.connection(), DATABASE)
    made.make()
    return made


@pytest.fixture(scope="package")
def api(
    lake: SqlLake, trino: TrinoServer, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """Athena's API over CatIA's tables and views."""
    folder = tmp_path_factory.mktemp("athena")
    with athena_api(lake, workspace.emulator.endpoint_url(), trino.connection().port, folder) as served:
        yield served


@pytest.fixture(scope="package")
def parcels_lake(lake: SqlLake) -> SqlLake:
    """The tables of a contract that is not CatIA's."""
    made = replace(lake, contract=parcels.CONTRACT, database="cat_parcels_analytics_db")
    made.make()
    return made
