from __future__ import annotations

import base64
import json

import pytest

from modules.contract.datasets import Dataset
from modules.contract.views import View
from modules.etl.serving import views_of
from sources.catia import CONTRACT
from tests.synth.synthesized import Stack

VIEWS = views_of(CONTRACT)

DATABASE = "${aws_glue_catalog_database.analytics.name}"


def named(thing: Dataset | View) -> str:
    return thing.name


def test_database(etl: Stack) -> None:
    assert etl["aws_glue_catalog_database.analytics"] == {
        "name": f"cat_{etl.env}_analytics_db",
        "description": "CatIA's conversations for analysts: curated tables and the views over them",
        "lifecycle": {"prevent_destroy": etl.env == "prod"},
        "tags": {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD", "ResourceType": "CATALOG"},
    }


def test_tables_and_views_are_the_contracts(etl: Stack) -> None:
    kinds = {name: table["table_type"] for name, table in etl.of_type("aws_glue_catalog_table").items()}
    assert kinds == {
        **dict.fromkeys(["conversations", "messages", "feedback", "rejected", "data_quality"], "EXTERNAL_TABLE"),
        **dict.fromkeys(["latest_snapshot", "latest_conversations", "latest_messages"], "VIRTUAL_VIEW"),
        **dict.fromkeys(["latest_feedback", "feedback_in_context", "dashboard_usuarios"], "VIRTUAL_VIEW"),
    }
    assert {table.name for table in CONTRACT.tables} | {view.name for view in VIEWS} == set(kinds)


@pytest.mark.parametrize("dataset", CONTRACT.tables, ids=named)
def test_table(etl: Stack, dataset: Dataset) -> None:
    assert etl[f"aws_glue_catalog_table.{dataset.name}"] == {
        "name": dataset.name,
        "database_name": DATABASE,
        "description": dataset.description,
        "table_type": "EXTERNAL_TABLE",
        "parameters": {"EXTERNAL": "TRUE", "classification": "parquet", "parquet.compression": "ZSTD"},
        "partition_keys": [{"name": "dt", "type": "string", "comment": "Business day of the snapshot, YYYY-MM-DD."}],
        "storage_descriptor": {
            "location": f"s3://${{data.aws_s3_bucket.reports.bucket}}/reports/etl-process2/{dataset.name}/",
            "input_format": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "output_format": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "ser_de_info": {
                "serialization_library": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                "parameters": {"serialization.format": "1"},
            },
            "columns": [
                {"name": column.name, "type": column.type.value, "comment": column.comment}
                for column in dataset.columns
            ],
        },
        "lifecycle": {
            "ignore_changes": ["parameters", "storage_descriptor[0].columns", "storage_descriptor[0].parameters"],
            "prevent_destroy": etl.env == "prod",
        },
    }


def test_conversations_columns_in_design_order(etl: Stack) -> None:
    columns = etl["aws_glue_catalog_table.conversations"]["storage_descriptor"]["columns"]
    assert [(column["name"], column["type"]) for column in columns] == [
        ("user_id", "string"),
        ("conversation_id", "string"),
        ("created_at", "timestamp"),
        ("nombre", "string"),
        ("ciudad", "string"),
        ("gerencia", "string"),
        ("subgerencia", "string"),
        ("oficinas_asesoras", "string"),
        ("nivel_directivo", "string"),
        ("message_count", "bigint"),
        ("question_count", "bigint"),
    ]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("messages", "user_id conversation_id position:bigint sender text sent_at:timestamp"),
        ("feedback", "user_id feedback_id created_at:timestamp feedback_type comment option"),
        ("rejected", "item_key reason item_json"),
        (
            "data_quality",
            (
                "run_id dataset check_name outcome rows_checked:bigint rows_failed:bigint allowed_share:double "
                "checked_at:timestamp"
            ),
        ),
    ],
)
def test_other_columns_in_design_order(etl: Stack, name: str, columns: str) -> None:
    found = etl[f"aws_glue_catalog_table.{name}"]["storage_descriptor"]["columns"]
    shown = [f"{column['name']}:{column['type']}".removesuffix(":string") for column in found]
    assert shown == columns.split()


@pytest.mark.parametrize("view", VIEWS, ids=named)
def test_view(etl: Stack, view: View) -> None:
    table = etl[f"aws_glue_catalog_table.{view.name}"]
    text = table.pop("view_original_text")
    assert table == {
        "name": view.name,
        "database_name": DATABASE,
        "description": view.description,
        "table_type": "VIRTUAL_VIEW",
        "view_expanded_text": "/* Presto View */",
        "parameters": {"presto_view": "true", "comment": "Presto View"},
        "storage_descriptor": {
            "ser_de_info": {"name": "-", "serialization_library": "-"},
            "columns": [
                {"name": column.name, "type": column.type.value, "comment": column.comment} for column in view.columns
            ],
        },
    }
    assert text.startswith("/* Presto View: ")
    assert text.endswith(" */")
    definition = json.loads(base64.b64decode(text.removeprefix("/* Presto View: ").removesuffix(" */")))
    presto = {"string": "varchar", "bigint": "bigint", "timestamp": "timestamp(3)"}
    assert definition == {
        "originalSql": view.sql,
        "catalog": "awsdatacatalog",
        "schema": f"cat_{etl.env}_analytics_db",
        "columns": [{"name": column.name, "type": presto[column.type.value]} for column in view.columns],
    }


def test_dashboard_has_the_columns_that_dashboards_read(etl: Stack) -> None:
    columns = etl["aws_glue_catalog_table.dashboard_usuarios"]["storage_descriptor"]["columns"]
    assert [column["name"] for column in columns] == [
        "usuario_id",
        "nombre",
        "gerencia",
        "ciudad",
        "oficinas_asesoras",
        "subgerencia",
        "nivel_directivo",
        "fecha_primera_conversacion",
        "numero_conversaciones",
        "conversacion_completa",
        "feedback_total",
        "numero_feedback",
        "pregunta_conversacion",
        "numero_preguntas",
        "feedback",
        "respuesta_feedback",
    ]
