"""Drills of docs/recovery.md on a deployment: the tables are lost, then the whole bucket."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import boto3
import pytest

from envs.local import LOCAL
from ops.exits import Exit
from tests.integration.conftest import DAY, in_order, night, rows
from tests.integration.plans import STACKS
from tests.unit.ops.command import ops_here
from tools.local.aws_environment import REGION
from tools.local.deployment import deploy
from tools.local.pipeline import Pipeline


@pytest.fixture
def variables(arrow_with_key: Pipeline) -> dict[str, str]:
    engines = arrow_with_key.engines.variables(arrow_with_key.environment)
    return {**arrow_with_key.workspace.variables(), **engines, "CAT_ENV": "local"}


@pytest.fixture
def before(arrow_with_key: Pipeline) -> dict[str, Any]:
    """What the tables hold of a whole night."""
    night(arrow_with_key, DAY)
    return contents(arrow_with_key)


def contents(pipeline: Pipeline) -> dict[str, Any]:
    athena = pipeline.workspace.trino.connection()
    return {each.name: in_order(rows(athena, each.name)) for each in pipeline.environment.contract.datasets}


def told(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == Exit.WELL, done.stderr
    return json.loads(done.stdout)


def delete_for_good(pipeline: Pipeline, variables: dict[str, str], prefix: str) -> None:
    """Delete all versions of all objects below a prefix."""
    s3 = boto3.resource(
        "s3",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    s3.Bucket(pipeline.names.reports_bucket).object_versions.filter(Prefix=prefix).delete()


def test_tables_that_are_gone_are_made_anew_from_clean_days(
    arrow_with_key: Pipeline, variables: dict[str, str], before: dict[str, Any]
) -> None:
    environment = arrow_with_key.environment
    for dataset in environment.contract.tables:
        delete_for_good(arrow_with_key, variables, environment.etl.table_zones.table_prefix(dataset))
    restored = told(ops_here("restore", "--yes", "--json", environment=variables))
    assert set(restored["registered"]) == {each.name for each in environment.contract.tables}
    curated = ops_here("curate", "--yes", environment=variables)
    assert curated.returncode == Exit.WELL, curated.stderr
    assert contents(arrow_with_key) == before


def test_a_bucket_that_is_emptied_is_filled_from_the_source(
    arrow_with_key: Pipeline, variables: dict[str, str], before: dict[str, Any]
) -> None:
    delete_for_good(arrow_with_key, variables, "")
    lost = ops_here("restore", "--yes", environment=variables)
    assert lost.returncode == Exit.ATTENTION
    assert "python -m tools.local deploy --transform arrow" in lost.stderr
    workspace = arrow_with_key.workspace
    deploy(STACKS, variables, workspace.deploy_log)
    registered = told(ops_here("restore", "--yes", "--json", environment=variables))["registered"]
    assert {"messages", f"{LOCAL.names.pseudonymous_database}.messages"} <= set(registered)
    run = told(ops_here("run", "--dt", DAY, "--yes", "--minutes", "5", "--json", environment=variables))
    assert run["published"] == run["summary"]["run_id"]
    assert contents(arrow_with_key) == before
