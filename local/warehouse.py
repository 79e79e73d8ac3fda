"""The deployed tables and views, read from the emulator's catalog and S3, and ready for Athena's SQL.

Nothing here knows a table or view by name: tables, partitions, locations and views' SQL come from the Glue catalog that
Terraform and the job filled, as they would for Athena.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import sqlglot
from sqlglot import expressions

from local.athena_sql import LocalAthena
from local.errors import CatalogError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import TableTypeDef
    from mypy_boto3_s3 import S3Client

VIEW: Final = "VIRTUAL_VIEW"
#: How Athena keeps a view in Glue: a JSON document in base64 within a comment.
_STORED_VIEW: Final = re.compile(r"/\* Presto View: (?P<document>[A-Za-z0-9+/=]+) \*/")


@dataclass(frozen=True)
class Partition:
    """One day of a table: where its files lie, and what the job wrote beside it."""

    table: str
    day: str
    location: str
    parameters: Mapping[str, str]


class Warehouse:
    """One database of the catalog."""

    def __init__(self, glue: GlueClient, s3: S3Client, database: str, downloads: Path) -> None:
        self._glue = glue
        self._s3 = s3
        self._database = database
        self._downloads = downloads

    def views(self) -> dict[str, str]:
        """Return the views' SQL by name, each after the views that it reads."""
        sql = {table["Name"]: view_sql(table) for table in self._all_tables() if table.get("TableType") == VIEW}
        reads = {name: sorted(tables_read(text) & sql.keys()) for name, text in sorted(sql.items())}
        order = TopologicalSorter(reads).static_order()
        return {name: sql[name] for name in order}

    def partitions(self) -> list[Partition]:
        """Return all days of all tables that the job has registered."""
        tables = [table["Name"] for table in self._all_tables() if table.get("TableType") != VIEW]
        return [partition for table in tables for partition in self._partitions_of(table)]

    def open(self) -> LocalAthena:
        """Download the registered days and return a database that answers Athena SQL over them.

        Raises:
            CatalogError: no day is registered yet.
        """
        tables: dict[str, list[tuple[str, Path]]] = {}
        for partition in self.partitions():
            files = ((partition.day, file) for file in self._download(partition))
            tables.setdefault(partition.table, []).extend(files)
        if not tables:
            message = f"No day of {self._database} is registered yet. Run the pipeline first: make demo"
            raise CatalogError(message)
        return LocalAthena(tables, self.views())

    def _all_tables(self) -> Iterator[TableTypeDef]:
        try:
            for page in self._glue.get_paginator("get_tables").paginate(DatabaseName=self._database):
                yield from page["TableList"]
        except self._glue.exceptions.EntityNotFoundException as error:
            message = f"The catalog has no database {self._database}. Deploy it: make demo"
            raise CatalogError(message) from error

    def _partitions_of(self, table: str) -> Iterator[Partition]:
        pages = self._glue.get_paginator("get_partitions").paginate(DatabaseName=self._database, TableName=table)
        for page in pages:
            for entry in page["Partitions"]:
                location = entry["StorageDescriptor"]["Location"]
                yield Partition(table, entry["Values"][0], location, entry.get("Parameters", {}))

    def _download(self, partition: Partition) -> Iterator[Path]:
        where = urlsplit(partition.location)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=where.netloc, Prefix=where.path.lstrip("/"))
        for page in pages:
            for entry in page.get("Contents", []):
                file = self._downloads / entry["Key"]
                file.parent.mkdir(parents=True, exist_ok=True)
                self._s3.download_file(where.netloc, entry["Key"], str(file))
                yield file


def view_sql(table: Mapping[str, Any]) -> str:
    """Return the SELECT of a view as Athena stores it in Glue.

    Raises:
        CatalogError: the text is not in Athena's form.
    """
    stored = _STORED_VIEW.fullmatch(table["ViewOriginalText"])
    if stored is None:
        message = f"View {table['Name']}: {table['ViewOriginalText'][:60]!r} is not how Athena stores a view."
        raise CatalogError(message)
    return str(json.loads(base64.b64decode(stored["document"]))["originalSql"])


def tables_read(sql: str) -> set[str]:
    """Return the names of the tables and views that an Athena statement reads."""
    return {table.name for table in sqlglot.parse_one(sql, read="athena").find_all(expressions.Table)}
