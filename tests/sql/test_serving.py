"""The declared columns, the files and the text that Glue stores."""

from __future__ import annotations

import ast
import base64
import json
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from modules.contract.datasets import ColumnType
from modules.contract.views import NamedQuery, View, read_sql
from modules.etl import serving
from modules.etl.serving import named_queries_of, presto_view_text, views_of
from sources import catia
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.sql.lake import athena_over
from tests.sql.samples import empty_snapshot

NAMED_QUERIES = named_queries_of(CONTRACT)
VIEWS = views_of(CONTRACT)

SQL_FOLDER = Path(serving.__file__).parent / "sql"
OWN_SQL_FOLDER = Path(catia.__file__).parent / "sql"
LATEST = ("latest_conversations", "latest_messages", "latest_feedback")
DUCKDB_TYPES = {ColumnType.TEXT: "VARCHAR", ColumnType.COUNT: "BIGINT", ColumnType.INSTANT: "TIMESTAMP"}


def by_name(served: View | NamedQuery) -> str:
    return served.name


@pytest.mark.parametrize("served", [*VIEWS, *NAMED_QUERIES], ids=by_name)
def test_sql_is_one_athena_query_of_known_functions(served: View | NamedQuery) -> None:
    statements = sqlglot.parse(served.sql, read="athena")
    assert len(statements) == 1
    assert isinstance(statements[0], exp.Select)
    assert not list(statements[0].find_all(exp.Anonymous)), "a function that Trino does not have"
    assert not served.sql.endswith(";"), "a stored view is an expression, not a statement"
    assert not [table.name for table in statements[0].find_all(exp.Table) if table.db], "the context names the database"


@pytest.mark.parametrize("served", [*VIEWS, *NAMED_QUERIES], ids=by_name)
def test_sql_avoids_what_the_local_engine_answers_otherwise(served: View | NamedQuery) -> None:
    """Trino divides integers to integers, DuckDB to doubles; sqlglot translates neither that nor AT TIME ZONE."""
    tree = sqlglot.parse_one(served.sql, read="athena")
    assert all(division.this.is_type("double") for division in tree.find_all(exp.Div))
    assert not list(tree.find_all(exp.AtTimeZone))


@pytest.mark.parametrize("served", [*VIEWS, *NAMED_QUERIES], ids=by_name)
def test_descriptions_fit_the_services(served: View | NamedQuery) -> None:
    assert served.description.endswith(".")
    assert 1 <= len(served.description) <= 255
    assert served.description not in served.sql


def test_every_file_is_served() -> None:
    own = {path.stem for path in (OWN_SQL_FOLDER / "views").iterdir()}
    assert {view.name for view in VIEWS} == {"latest_snapshot", *LATEST, *own}
    assert {path.stem for path in (SQL_FOLDER / "views").iterdir()} == {"latest_snapshot", "latest_dataset"}
    files = {path.stem for folder in (SQL_FOLDER, OWN_SQL_FOLDER) for path in (folder / "named_queries").iterdir()}
    assert {query.name for query in NAMED_QUERIES} == files


def test_a_file_without_description_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_text("SELECT 1\n")
    with pytest.raises(ValueError, match=r"x\.sql begins with 'SELECT 1'"):
        read_sql(tmp_path / "x.sql")


def test_declared_columns_are_those_of_the_sql() -> None:
    lake = {"2026-01-01": empty_snapshot()}
    with athena_over(lake) as athena:
        for view in VIEWS:
            _, rows = athena.query(
                "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ordinal_position"
            )
            given = [(name, kind) for table, name, kind in rows if table == view.name]
            assert given == [(column.name, DUCKDB_TYPES[column.type]) for column in view.columns], view.name


def test_latest_views_have_the_columns_of_the_contract() -> None:
    views = {view.name: [column.name for column in view.columns] for view in VIEWS}
    for dataset in (CONVERSATIONS, MESSAGES, FEEDBACK):
        assert views[f"latest_{dataset.name}"] == [*dataset.column_names, "dt"]


def test_dashboard_has_the_sixteen_columns_in_order() -> None:
    dashboard = VIEWS[-1]
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
        ColumnType.COUNT: ("bigint", "bigint"),
        ColumnType.INSTANT: ("timestamp", "timestamp(3)"),
    }


def test_serving_imports_the_standard_library_and_the_contract_only() -> None:
    tree = ast.parse(Path(serving.__file__).read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules = plain | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in modules if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign == {"modules.contract.datasets", "modules.contract.source", "modules.contract.views"}
