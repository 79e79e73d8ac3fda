"""Both stacks for a table that is not CatIA's: everything that names a dataset names one of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envs.schema import Environment
from envs.test import TEST
from tests.more_sources.parcels import CONTRACT
from tests.other_contract import MORE_SOURCES, contracts_below
from tests.synth.test_platform_stack import etl, etl_on_arrow, normalize, normalize_on_glue
from tests.unit.envs.samples import changed

TABLES = ("stops", "rejected", "parcels", "runs", "data_quality")


@pytest.fixture
def environment() -> Iterator[Environment]:
    table = TEST.names.source_table(CONTRACT.table)
    with contracts_below(MORE_SOURCES):
        yield changed("normalize.dynamo_table_name", table, replace(TEST, contract_name=CONTRACT.name))


@pytest.fixture
def resources(environment: Environment, tmp_path: Path) -> dict[str, Any]:
    """ETL-2's, by type."""
    found: dict[str, Any] = etl(environment, tmp_path)["resource"]
    return found


def test_nothing_speaks_of_catia(environment: Environment, tmp_path: Path) -> None:
    for build in (normalize, normalize_on_glue, etl, etl_on_arrow):
        text = json.dumps(build(environment, tmp_path)["resource"]).lower()
        assert [word for word in ("catia", "conversation", "message_count", "gerencia") if word in text] == []


def test_tables_and_views(resources: dict[str, Any]) -> None:
    kinds = {name: table["table_type"] for name, table in resources["aws_glue_catalog_table"].items()}
    assert kinds == {f"iceberg_{name}": "EXTERNAL_TABLE" for name in TABLES}
    columns = resources["aws_glue_catalog_table"]["iceberg_stops"]["storage_descriptor"]["columns"]
    assert [(column["name"], column["type"]) for column in columns] == [
        ("parcel_id", "string"),
        ("position", "bigint"),
        ("from", "string"),
        ("left_at", "timestamp"),
    ]
    database = resources["aws_glue_catalog_database"]["analytics"]
    assert database["description"].startswith("The depot's parcels for analysts: ")
    workgroup = resources["aws_athena_workgroup"]["analytics"]
    assert workgroup["description"] == "The depot's parcels: queries over the curated tables"


def test_permissions_and_crawler_are_for_its_tables(resources: dict[str, Any]) -> None:
    (target,) = resources["aws_glue_crawler"]["curated"]["iceberg_target"]
    of_analysts = [name for name in TABLES if name != "rejected"]
    assert [path.split("/")[-2] for path in target["paths"]] == of_analysts
    for role, sid, tables in (("job", "CommitTables", list(TABLES)), ("crawler", "KeepCatalog", of_analysts)):
        statements = json.loads(resources["aws_iam_role_policy"][role]["policy"])["Statement"]
        (keep,) = (statement for statement in statements if statement["Sid"] == sid)
        named = [arn.rpartition("/")[2] for arn in keep["Resource"] if ":table/" in arn]
        assert named == tables, role


def test_the_last_dataset_commits_a_run(resources: dict[str, Any]) -> None:
    rule = resources["aws_cloudwatch_event_rule"]["run_arrived"]
    assert rule["description"].startswith("A run has been committed: its last object, parcels, has arrived; ")
    keys = json.loads(rule["event_pattern"])["detail"]["object"]["key"]
    assert keys[0] == {"wildcard": "reports/etl-process1/parcels/*.csv"}


def test_dashboard_draws_what_its_runs_count(resources: dict[str, Any]) -> None:
    body = json.loads(resources["aws_cloudwatch_dashboard"]["platform"]["dashboard_body"])
    first = body["widgets"][0]["properties"]
    assert first["title"] == "ETL-1: items and rows"
    # The rows of parcels are the items of the kind that has them.
    assert [line[1] for line in first["metrics"]] == ["ItemsScanned", "SentParcels", "Stops"]


def test_programs_are_told_its_name(environment: Environment, tmp_path: Path) -> None:
    function = normalize(environment, tmp_path)["resource"]["aws_lambda_function"]["normalize"]
    assert function["environment"]["variables"]["CONTRACT"] == "parcels"
    assert function["environment"]["variables"]["DYNAMODB_TABLE_NAME"] == "cat-test-depot-parcels-table"
    job = normalize_on_glue(environment, tmp_path)["resource"]["aws_glue_job"]["normalize"]
    assert job["default_arguments"]["--contract"] == "parcels"
    job = etl(environment, tmp_path)["resource"]["aws_glue_job"]["parquet"]
    assert job["default_arguments"]["--contract"] == "parcels"
    function = etl_on_arrow(environment, tmp_path)["resource"]["aws_lambda_function"]["parquet"]
    assert function["environment"]["variables"]["CONTRACT"] == "parcels"
