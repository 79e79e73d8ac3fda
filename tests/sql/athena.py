"""Athena's API over the tests' Trino, and a client of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3

from tests.sql.lake import BUCKET, SqlLake
from tools.local.athena.server import AthenaServer
from tools.local.aws_environment import CREDENTIALS, REGION, emulator_environment

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionContextTypeDef

WORKGROUP: Final = "wg-api"
RESULTS: Final = f"s3://{BUCKET}/athena/api/"
ENDED: Final = ("SUCCEEDED", "FAILED", "CANCELLED")


@dataclass(frozen=True)
class Api:
    """The server, a client of it, and the lake that it answers from."""

    client: AthenaClient
    url: str
    lake: SqlLake

    def variables(self) -> dict[str, str]:
        """The environment in which every client asks here."""
        endpoint = str(self.lake.clients.s3.meta.endpoint_url)
        return emulator_environment(endpoint, {"PATH": "/usr/bin:/bin"}, self.url)

    def start(self, sql: str, **more: Any) -> str:
        context: QueryExecutionContextTypeDef = {"Database": self.lake.database, "Catalog": "AwsDataCatalog"}
        return str(
            self.client.start_query_execution(
                QueryString=sql, QueryExecutionContext=context, **{"WorkGroup": WORKGROUP, **more}
            )["QueryExecutionId"]
        )

    def ended(self, query: str) -> Any:
        deadline = time.monotonic() + 60
        while (found := self.client.get_query_execution(QueryExecutionId=query)["QueryExecution"])["Status"][
            "State"
        ] not in ENDED:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return found

    def rows(self, query: str) -> list[tuple[str | None, ...]]:
        pages = self.client.get_paginator("get_query_results").paginate(
            QueryExecutionId=query, PaginationConfig={"PageSize": 7}
        )
        return [
            tuple(cell.get("VarCharValue") for cell in each["Data"])
            for page in pages
            for each in page["ResultSet"]["Rows"]
        ]


@contextmanager
def athena_api(lake: SqlLake, emulator: str, trino_port: int, folder: Path) -> Iterator[Api]:
    """Serve a lake, in a workgroup of its own."""
    server = AthenaServer(folder)
    server.start(emulator, trino_port)
    try:
        running = server.running()
        assert running is not None
        client = boto3.client(
            "athena",
            endpoint_url=running.endpoint_url,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        # The emulator keeps workgroups: this is passed on.
        client.create_work_group(
            Name=WORKGROUP,
            Configuration={
                "EnforceWorkGroupConfiguration": True,
                "ResultConfiguration": {
                    "OutputLocation": RESULTS,
                    "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
                },
                "BytesScannedCutoffPerQuery": 10_000_000,
            },
        )
        yield Api(client, running.endpoint_url, lake)
    finally:
        server.stop()
