"""Iceberg tables and views on the emulator, filled from plain rows, and asked through Trino.

Tables are made as Terraform makes them, from their first metadata; commits are PyIceberg's, one file a partition, as
both engines write them. What the engines themselves do is tested elsewhere.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.io.pyarrow import parquet_files_to_data_files

from contract.datasets import Dataset
from contract.layout import first_metadata_key, table_prefix
from contract.serving import PRESTO_VIEW_PARAMETERS, VIEW_TYPE, presto_view_text, views_of
from contract.source import SourceContract
from contract.table_metadata import first_metadata
from contract.views import View
from tools.local.aws_environment import CREDENTIALS, REGION
from tools.local.clients import Clients
from tools.local.trino import distribution
from tools.local.trino.client import Answer, Connection, Rows
from tools.local.trino.server import TrinoServer
from tools.local.workspace import Workspace

Row: TypeAlias = dict[str, Any]
#: Rows by table; a table that is absent is empty.
Lake: TypeAlias = dict[str, list[Row]]

BUCKET = "cat-sql-lake"
CURATED = "reports/etl-process2/"
HISTORY_DAYS = 30


@dataclass
class SqlLake:
    """One contract's tables and views in a database of their own."""

    contract: SourceContract
    clients: Clients
    athena: Connection
    database: str
    _catalog: Catalog = field(init=False)
    _held: Lake = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        endpoint = self.clients.s3.meta.endpoint_url
        # Without "py-io-impl" it would take whichever file system is installed.
        self._catalog = load_catalog(
            "glue",
            **{
                "type": "glue",
                "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
                "glue.endpoint": endpoint,
                "s3.endpoint": endpoint,
                "client.region": REGION,
                "client.access-key-id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
                "client.secret-access-key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            },
        )

    def make(self) -> None:
        """Declare everything, as the stack does."""
        self.clients.glue.create_database(DatabaseInput={"Name": self.database})
        for table in self.contract.tables:
            self._declare(table)
        for view in views_of(self.contract):
            self.declare_view(view)

    def declare_view(self, view: View) -> None:
        """Declare a view, as the stack does: nobody looks whether it can be asked."""
        self.clients.glue.create_table(
            DatabaseName=self.database,
            TableInput={
                "Name": view.name,
                "TableType": VIEW_TYPE,
                "Parameters": dict(PRESTO_VIEW_PARAMETERS),
                "ViewOriginalText": presto_view_text(view, self.database),
                "ViewExpandedText": "/* Presto View */",
                "StorageDescriptor": {
                    "Columns": [
                        {"Name": column.name, "Type": column.hive_type, "Comment": column.comment}
                        for column in view.columns
                    ]
                },
            },
        )

    def _declare(self, dataset: Dataset) -> None:
        key = f"{self.database}/{first_metadata_key('local', dataset)}"
        location = f"s3://{BUCKET}/{self.database}/{table_prefix(CURATED, dataset)}".rstrip("/")
        text = first_metadata("local", dataset, location, HISTORY_DAYS)
        self.clients.s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        self.clients.glue.create_table(
            DatabaseName=self.database,
            TableInput={
                "Name": dataset.name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"table_type": "ICEBERG", "metadata_location": f"s3://{BUCKET}/{key}"},
                "StorageDescriptor": {"Location": location, "Columns": []},
            },
        )

    def fill(self, lake: Lake) -> None:
        """Make the tables hold exactly these rows, by one commit to each that does not."""
        for table in self.contract.tables:
            rows = lake.get(table.name, [])
            if self._held.get(table.name, []) != rows:
                self.commit(table, rows)

    def commit(self, dataset: Dataset, rows: list[Row]) -> int:
        """Replace a table's rows and return the new snapshot's id; instants of rows have their zone."""
        table = self._catalog.load_table((self.database, dataset.name))
        old = [task.file for task in table.scan().plan_files()] if table.current_snapshot() else []
        files = [self._write(dataset, table.schema().as_arrow(), each) for each in _by_partition(dataset, rows)]
        with table.transaction() as transaction, transaction.update_snapshot().overwrite() as commit:
            for file in old:
                commit.delete_data_file(file)
            # The public way, add_files, would be a second snapshot.
            metadata = transaction.table_metadata
            for file in parquet_files_to_data_files(table.io, metadata, iter(files)):
                commit.append_data_file(file)
        self._held[dataset.name] = rows
        snapshot = self._catalog.load_table((self.database, dataset.name)).current_snapshot()
        assert snapshot is not None
        return snapshot.snapshot_id

    def hold(self, name: str, rows: pa.Table) -> None:
        """Make a table that no contract has, of the rows' own types."""
        location = f"s3://{BUCKET}/{self.database}/{name}"
        self._catalog.create_table((self.database, name), rows.schema, location).append(rows)

    def _write(self, dataset: Dataset, schema: pa.Schema, rows: list[Row]) -> str:
        columns = {
            column.name: pa.array([_without_zone(row[column.name]) for row in rows], schema.field(column.name).type)
            for column in dataset.columns
        }
        content = pa.BufferOutputStream()
        pq.write_table(
            pa.table(columns, schema=schema).sort_by([(name, "ascending") for name in dataset.sort_by]), content
        )
        key = f"{self.database}/{table_prefix(CURATED, dataset)}data/{uuid.uuid4()}.parquet"
        self.clients.s3.put_object(Bucket=BUCKET, Key=key, Body=content.getvalue().to_pybytes())
        return f"s3://{BUCKET}/{key}"

    def query(self, sql: str) -> tuple[tuple[str, ...], Rows]:
        """Ask in Athena's SQL."""
        return self.athena.query(sql)

    def ask(self, sql: str) -> Answer:
        """Ask in Athena's SQL, and get what it took as well."""
        return self.athena.ask(sql)


def _without_zone(value: Any) -> Any:
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def _by_partition(dataset: Dataset, rows: list[Row]) -> list[list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        key = row[dataset.partition.column] if dataset.partition else ""
        found[dataset.partition_of(key)].append(row)
    return list(found.values())


def start_trino(workspace: Workspace, folder: Path, database: str) -> TrinoServer:
    """Start a server of the tests' own."""
    folder.mkdir()
    server = TrinoServer(folder)
    server.start(distribution.ensure(), workspace.emulator.endpoint_url(), database)
    return server
