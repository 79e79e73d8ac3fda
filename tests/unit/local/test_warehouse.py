from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from local.errors import CatalogError
from local.warehouse import Warehouse, tables_read, view_sql

if TYPE_CHECKING:
    from pathlib import Path


def view(name: str, sql: str) -> dict[str, Any]:
    document = base64.b64encode(json.dumps({"originalSql": sql}).encode()).decode()
    return {"Name": name, "TableType": "VIRTUAL_VIEW", "ViewOriginalText": f"/* Presto View: {document} */"}


class FakePages:
    def __init__(self, tables: list[dict[str, Any]]) -> None:
        self._tables = tables

    def get_paginator(self, _: str) -> FakePages:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"TableList": self._tables, "Partitions": []}]

    class exceptions:  # noqa: N801 as botocore names it
        class EntityNotFoundException(Exception):  # noqa: N818 as botocore names it
            pass


def warehouse(folder: Path, tables: list[dict[str, Any]]) -> Warehouse:
    glue: Any = FakePages(tables)
    s3: Any = None
    return Warehouse(glue, s3, "database", folder)


def test_view_text_is_decoded() -> None:
    assert view_sql(view("v", "SELECT 'ñ'")) == "SELECT 'ñ'"


def test_view_in_another_form_is_refused() -> None:
    with pytest.raises(CatalogError, match="View v: 'SELECT 1' is not how Athena stores a view"):
        view_sql({"Name": "v", "ViewOriginalText": "SELECT 1"})


def test_tables_read_are_those_of_joins_and_subqueries() -> None:
    sql = 'WITH x AS (SELECT * FROM a) SELECT (SELECT max(dt) FROM "b$partitions") FROM x JOIN database.c ON true'
    assert tables_read(sql) >= {"a", "b$partitions", "c"}


def test_views_come_after_the_views_that_they_read(tmp_path: Path) -> None:
    tables = [
        view("a", "SELECT * FROM b JOIN c ON true"),
        view("b", "SELECT * FROM c"),
        view("c", "SELECT * FROM source"),
        {"Name": "source", "TableType": "EXTERNAL_TABLE"},
    ]
    assert list(warehouse(tmp_path, tables).views()) == ["c", "b", "a"]


def test_database_without_days_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"No day of database is registered yet.*make demo"):
        warehouse(tmp_path, [{"Name": "source", "TableType": "EXTERNAL_TABLE"}]).open()
