"""The declared columns, the files and the text that Glue stores."""

from __future__ import annotations

import ast
import base64
import json
import re
import sys
from pathlib import Path

import pytest

from contract import serving
from contract.column_types import ColumnType
from contract.serving import named_queries_of, presto_view_text, views_of
from contract.sources import catia
from contract.sources.catia import CONTRACT
from contract.views import NamedQuery, View, read_sql
from tests.sql.lake import SqlLake

NAMED_QUERIES = named_queries_of(CONTRACT)
VIEWS = views_of(CONTRACT)

SQL_FOLDER = Path(serving.__file__).parent / "sql"
OWN_SQL_FOLDER = Path(catia.__file__).parent / "sql"


def by_name(served: View | NamedQuery) -> str:
    return served.name


@pytest.mark.parametrize("served", [*VIEWS, *NAMED_QUERIES], ids=by_name)
def test_sql_is_one_statement_that_trino_plans(lake: SqlLake, served: View | NamedQuery) -> None:
    lake.query(f"EXPLAIN {served.sql}")
    assert not served.sql.endswith(";"), "a stored view is an expression, not a statement"
    assert lake.database not in served.sql, "the context names the database"


@pytest.mark.parametrize("view", VIEWS, ids=by_name)
def test_no_view_casts_a_time(view: View) -> None:
    """It would keep filters on that column from skipping files."""
    assert not re.search(r"cast\([^()]* AS (timestamp|date)", view.sql, re.IGNORECASE)


@pytest.mark.parametrize("served", [*VIEWS, *NAMED_QUERIES], ids=by_name)
def test_descriptions_fit_the_services(served: View | NamedQuery) -> None:
    assert served.description.endswith(".")
    assert 1 <= len(served.description) <= 255
    assert served.description not in served.sql


def test_every_file_is_served() -> None:
    assert {view.name for view in VIEWS} == {path.stem for path in (OWN_SQL_FOLDER / "views").iterdir()}
    files = {path.stem for folder in (SQL_FOLDER, OWN_SQL_FOLDER) for path in (folder / "named_queries").iterdir()}
    assert {query.name for query in NAMED_QUERIES} == files


def test_a_file_without_description_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_text("SELECT 1\n")
    with pytest.raises(ValueError, match=r"x\.sql begins with 'SELECT 1'"):
        read_sql(tmp_path / "x.sql")


@pytest.mark.parametrize("view", VIEWS, ids=by_name)
def test_declared_columns_are_those_of_the_sql(lake: SqlLake, view: View) -> None:
    """Athena calls a view stale whose stored types are not the query's, to the letter."""
    answer = lake.ask(f"SELECT * FROM ({view.sql}) LIMIT 0")
    given = zip(answer.columns, answer.types, strict=True)
    assert list(given) == [(column.name, column.presto_type) for column in view.columns]


@pytest.mark.parametrize("view", VIEWS, ids=by_name)
def test_stored_view_is_read(lake: SqlLake, view: View) -> None:
    columns, _ = lake.query(f"SELECT * FROM {view.name} LIMIT 1")
    assert columns == tuple(column.name for column in view.columns)


def test_dashboard_has_the_sixteen_columns_in_order() -> None:
    (dashboard,) = (view for view in VIEWS if view.name == "dashboard_usuarios")
    assert [(column.name, column.hive_type) for column in dashboard.columns] == [
        ("usuario_id", "string"),
        ("nombre", "string"),
        ("gerencia", "string"),
        ("ciudad", "string"),
        ("oficinas_asesoras", "string"),
        ("subgerencia", "string"),
        ("nivel_directivo", "string"),
        ("fecha_primera_conversacion", "timestamp"),
        ("numero_conversaciones", "bigint"),
        ("conversacion_completa", "string"),
        ("feedback_total", "string"),
        ("numero_feedback", "bigint"),
        ("pregunta_conversacion", "string"),
        ("numero_preguntas", "bigint"),
        ("feedback", "string"),
        ("respuesta_feedback", "string"),
    ]


@pytest.mark.parametrize("view", VIEWS, ids=by_name)
def test_presto_view_text_decodes_back(view: View) -> None:
    text = presto_view_text(view, "cat_test_analytics_db")
    assert text.startswith("/* Presto View: ")
    assert text.endswith(" */")
    encoded = text.removeprefix("/* Presto View: ").removesuffix(" */")
    assert json.loads(base64.b64decode(encoded, validate=True)) == {
        "originalSql": view.sql,
        "catalog": "awsdatacatalog",
        "schema": "cat_test_analytics_db",
        "columns": [{"name": column.name, "type": column.presto_type} for column in view.columns],
    }
    assert text == presto_view_text(view, "cat_test_analytics_db")


def test_types_in_both_languages() -> None:
    columns = {column.type: (column.hive_type, column.presto_type) for view in VIEWS for column in view.columns}
    assert columns == {
        ColumnType.TEXT: ("string", "varchar"),
        ColumnType.INTEGER: ("bigint", "bigint"),
        ColumnType.INSTANT: ("timestamp", "timestamp(6)"),
    }


def test_serving_imports_the_standard_library_and_the_contract_only() -> None:
    tree = ast.parse(Path(serving.__file__).read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules = plain | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in modules if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign == {"contract.datasets", "contract.source", "contract.views"}
