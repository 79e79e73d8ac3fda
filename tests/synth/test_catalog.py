from __future__ import annotations

import base64
import hashlib
import json

import pytest
from pyiceberg.table.metadata import TableMetadataUtil

from contract.datasets import Dataset
from contract.masking import pseudonymous_datasets
from contract.partition_sums import version_of
from contract.serving import views_of
from contract.sources.catia import CONTRACT
from contract.views import View
from tests.synth.synthesized import ENVIRONMENTS, Stack

VIEWS = views_of(CONTRACT)
PSEUDONYMOUS = [f"pseudonymous_iceberg_{dataset.name}" for dataset in pseudonymous_datasets(CONTRACT)]

DATABASE = "${aws_glue_catalog_database.analytics.name}"
#: Terraform makes a table and its first metadata once.
ONCE = {env: {"ignore_changes": "all", "prevent_destroy": env == "prod"} for env in ENVIRONMENTS}
#: Each column's field id, name, a ? where Iceberg does not require it, and Iceberg's type.
COLUMNS = {
    "conversations": (
        "1 user_id string; 2 conversation_id string; 3 created_at? timestamp; 4 nombre? string; 5 ciudad? string; "
        "6 gerencia? string; 7 subgerencia? string; 8 oficinas_asesoras? string; 9 nivel_directivo? string; "
        "10 message_count? long; 11 question_count? long"
    ),
    "messages": (
        "1 user_id string; 2 conversation_id string; 3 position long; 4 sender? string; 5 text? string; "
        "6 sent_at? timestamp"
    ),
    "feedback": (
        "1 user_id string; 2 feedback_id string; 3 created_at? timestamp; 4 feedback_type? string; 5 comment? string; "
        "6 option? string"
    ),
    "rejected": "1 item_key string; 2 reason string; 3 item_json? string",
    "runs": (
        "1 run_id string; 2 business_day? string; 3 dataset string; 4 committed_at? timestamp; 5 snapshot_id? long; "
        "6 rows_now? long; 7 rows_before? long; 8 partitions_rewritten? long; 9 partitions_gone? long; "
        "10 bytes_written? long; 11 seconds? double; 12 snapshot_expired_at? timestamp"
    ),
    "data_quality": (
        "1 run_id string; 2 business_day? string; 3 dataset string; 4 check_name string; 5 outcome? string; "
        "6 rows_checked? long; 7 rows_failed? long; 8 allowed_ratio? double; 9 checked_at? timestamp"
    ),
}
PARTITIONS = {
    "conversations": ["truncate[20] of conversation_id"],
    "messages": ["truncate[20] of conversation_id"],
    "feedback": ["truncate[16] of feedback_id"],
}


def named(thing: Dataset | View) -> str:
    return thing.name


def location_of(etl: Stack, dataset: Dataset) -> str:
    bucket = "${data.aws_s3_bucket.reports.bucket}"
    assert etl["data.aws_s3_bucket.reports"]["bucket"] == f"cat-{etl.env}-normalize-reports"
    return f"s3://{bucket}/reports/etl-process2{'-restricted' if dataset.name == 'rejected' else ''}/{dataset.name}"


def test_database(etl: Stack) -> None:
    assert etl["aws_glue_catalog_database.analytics"] == {
        "name": f"cat_{etl.env}_analytics_db",
        "description": "CatIA's conversations for analysts: Iceberg tables and the views over them",
        "lifecycle": {"prevent_destroy": etl.env == "prod"},
        "tags": {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD", "ResourceType": "CATALOG"},
    }


def test_tables_and_views_are_the_contracts(etl: Stack) -> None:
    kinds = {name: table["table_type"] for name, table in etl.of_type("aws_glue_catalog_table").items()}
    tables = ("messages", "feedback", "rejected", "conversations", "runs", "data_quality")
    pseudonymous = {
        **dict.fromkeys(PSEUDONYMOUS, "EXTERNAL_TABLE"),
        **{f"pseudonymous_{view.name}": "VIRTUAL_VIEW" for view in VIEWS},
    }
    assert kinds == {
        **{f"iceberg_{name}": "EXTERNAL_TABLE" for name in tables},
        **dict.fromkeys(["feedback_in_context", "dashboard_usuarios"], "VIRTUAL_VIEW"),
        **(pseudonymous if etl.env != "test" else {}),
    }


@pytest.mark.parametrize("env", ["prod", "local"])
def test_everyday_analysts_tables_are_the_others_elsewhere(stacks: dict[str, Stack], env: str) -> None:
    stack = stacks[f"cat-{env}-etl2"]
    full, seen = stack["aws_glue_catalog_database.analytics"], stack["aws_glue_catalog_database.pseudonymous"]
    assert (full.pop("name"), seen.pop("name")) == (f"cat_{env}_analytics_db", f"cat_{env}_pseudonymous_db")
    assert full.pop("description") != seen.pop("description")
    assert full == seen
    for dataset in pseudonymous_datasets(CONTRACT):
        table = stack[f"aws_glue_catalog_table.pseudonymous_iceberg_{dataset.name}"]
        assert table["name"] == dataset.name
        assert table["database_name"] == "${aws_glue_catalog_database.pseudonymous.name}"
        location = table["storage_descriptor"]["location"]
        assert location.endswith(f"/reports/etl-process2-pseudonymous/{dataset.name}")
        stored = stack[f"aws_s3_object.pseudonymous_first_metadata_{dataset.name}"]
        written, other = (
            TableMetadataUtil.parse_raw(stack[f"aws_s3_object.{name}first_metadata_{dataset.name}"]["content"])
            for name in ("pseudonymous_", "")
        )
        assert written.location == location
        assert written.table_uuid != other.table_uuid
        assert str(written.table_uuid) in stored["key"]
        assert table["lifecycle"] == stored["lifecycle"] == ONCE[env]
        # The same SQL runs on both.
        assert [(each.name, each.field_type) for each in written.schema().fields] == [
            (each.name, each.field_type) for each in other.schema().fields
        ]
        assert written.schema().find_field("user_id").doc == pseudonymous_datasets(CONTRACT)[0].column("user_id").doc


@pytest.mark.parametrize("dataset", CONTRACT.tables, ids=named)
def test_table(etl: Stack, dataset: Dataset) -> None:
    metadata = f"aws_s3_object.first_metadata_{dataset.name}"
    assert etl[f"aws_glue_catalog_table.iceberg_{dataset.name}"] == {
        "name": dataset.name,
        "database_name": DATABASE,
        "description": dataset.description,
        "table_type": "EXTERNAL_TABLE",
        "parameters": {
            "EXTERNAL": "TRUE",
            "table_type": "ICEBERG",
            "metadata_location": f"s3://${{{metadata}.bucket}}/${{{metadata}.key}}",
        },
        "storage_descriptor": {
            "location": location_of(etl, dataset),
            "columns": [
                {"name": column.name, "type": column.type.value, "comment": column.doc} for column in dataset.columns
            ],
        },
        "lifecycle": ONCE[etl.env],
    }


@pytest.mark.parametrize("dataset", CONTRACT.tables, ids=named)
def test_first_metadata(etl: Stack, dataset: Dataset) -> None:
    stored = etl[f"aws_s3_object.first_metadata_{dataset.name}"]
    written = TableMetadataUtil.parse_raw(stored.pop("content"))
    assert stored == {
        "bucket": "${data.aws_s3_bucket.reports.bucket}",
        "key": f"artifacts/tables/{dataset.name}/00000-{written.table_uuid}.metadata.json",
        "content_type": "application/json",
        "lifecycle": ONCE[etl.env],
        "tags": {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD", "ResourceType": "STORAGE"},
    }
    assert written.format_version == 2
    assert written.location == location_of(etl, dataset)
    assert written.current_snapshot_id is None
    schema = written.schema()
    shown = [
        f"{field.field_id} {field.name}{'' if field.required else '?'} {field.field_type}" for field in schema.fields
    ]
    assert shown == COLUMNS[dataset.name].split("; ")
    partition = [f"{field.transform} of {schema.find_column_name(field.source_id)}" for field in written.spec().fields]
    assert partition == PARTITIONS.get(dataset.name, [])
    (order,) = written.sort_orders
    assert tuple(schema.find_column_name(field.source_id) for field in order.fields) == dataset.sort_by


def test_tables_of_environments_are_not_the_same(stacks: dict[str, Stack]) -> None:
    keys = [
        stacks[f"cat-{env}-etl2"][f"aws_s3_object.first_metadata_{table.name}"]["key"]
        for env in ENVIRONMENTS
        for table in CONTRACT.tables
    ]
    assert len(set(keys)) == len(ENVIRONMENTS) * len(CONTRACT.tables)


def test_schema_marker_comes_last_and_is_named_by_its_content(etl: Stack) -> None:
    marker = etl["aws_s3_object.schema_marker"]
    content = marker.pop("content")
    assert json.loads(content) == {table.name: version_of(table) for table in CONTRACT.tables}
    assert marker == {
        "bucket": "${data.aws_s3_bucket.reports.bucket}",
        "key": f"artifacts/schemas/{hashlib.sha256(content.encode()).hexdigest()}.json",
        "content_type": "application/json",
        "depends_on": [
            *(f"aws_glue_catalog_table.iceberg_{table.name}" for table in CONTRACT.tables),
            *(f"aws_glue_catalog_table.{name}" for name in PSEUDONYMOUS if etl.env != "test"),
            "aws_glue_trigger.on_arrival",
            "aws_cloudwatch_event_target.workflow",
        ],
        "lifecycle": {"create_before_destroy": True},
        "tags": {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD", "ResourceType": "STORAGE"},
    }


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
    presto = {"string": "varchar", "bigint": "bigint", "timestamp": "timestamp(6)"}
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
