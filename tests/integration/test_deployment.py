"""The deployed stacks as operators see them: state and plans. A second deployment: tests/deployments."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Run
from tests.integration.plans import STACKS, Changes, changes_in, findings_in, plan_of, terraform
from tools.local.pipeline import Pipeline
from tools.local.terraform_mirror import AWS_PROVIDER_VERSION
from tools.scan.stacks import judge

#: What the emulator does not keep, so that every plan wants to set it again. Nothing else may ever show.
KNOWN_GAPS: dict[str, Changes] = {
    "cat-local-normalize": {},
    "cat-local-etl2": {
        "aws_glue_job.parquet": {"execution_property", "job_run_queuing_enabled", "notification_property"},
        "aws_glue_trigger.on_arrival": {"event_batching_condition", "predicate"},
    },
}

#: What it loses only on creation; a second deployment sets it for good (tests/deployments).
CREATION_GAPS: dict[str, Changes] = {
    "cat-local-normalize": {},
    "cat-local-etl2": {
        "aws_glue_crawler.curated": {"lineage_configuration", "tags", "tags_all"},
    },
}


def after_creation(stack: str) -> Changes:
    known, lost = KNOWN_GAPS[stack], CREATION_GAPS[stack]
    return {address: known.get(address, set()) | lost.get(address, set()) for address in known.keys() | lost.keys()}


def crawl(deployed: Pipeline, table: str) -> None:
    """Leave on a table what a crawler leaves there that has found a new column."""
    glue, database = deployed.workspace.clients().glue, deployed.names.database
    found = glue.get_table(DatabaseName=database, Name=table)["Table"]
    storage: Any = found["StorageDescriptor"]
    crawled = {"UPDATED_BY_CRAWLER": deployed.names.crawler, "recordCount": "3", "averageRecordSize": "120"}
    changed: Any = {
        **{name: found[name] for name in ("Name", "Description", "TableType", "PartitionKeys") if name in found},
        "Parameters": {**found["Parameters"], **crawled},
        "StorageDescriptor": {
            **storage,
            "Columns": [*storage["Columns"], {"Name": "found_by_crawler", "Type": "string"}],
            "Parameters": {**storage.get("Parameters", {}), **crawled},
        },
    }
    glue.update_table(DatabaseName=database, TableInput=changed)


def synthesized_addresses(folder: Path) -> list[str]:
    document = json.loads((folder / "cdk.tf.json").read_text())
    resources = [f"{kind}.{name}" for kind, named in document["resource"].items() for name in named]
    data = [f"data.{kind}.{name}" for kind, named in document["data"].items() for name in named]
    return sorted(resources + data)


@pytest.mark.parametrize("stack", STACKS)
def test_state_lists_the_readable_addresses(deployed: Pipeline, stack: str) -> None:
    listed = terraform(deployed.workspace, stack, "state", "list").split()
    assert sorted(listed) == synthesized_addresses(deployed.workspace.stack_directory(stack))
    assert all(re.fullmatch(r"(data\.)?aws_[a-z0-9_]+\.[a-z0-9_]+", address) for address in listed)


@pytest.fixture(scope="module")
def plans(first_run: Run) -> dict[str, Any]:
    """Plans after a run has committed to the tables, and after the crawler has been there."""
    crawl(first_run.pipeline, "feedback")
    return {stack: plan_of(first_run.pipeline.workspace, stack) for stack in STACKS}


def test_plans_want_only_what_the_emulator_does_not_keep(plans: dict[str, Any]) -> None:
    assert {stack: changes_in(plan) for stack, plan in plans.items()} == {
        stack: after_creation(stack) for stack in STACKS
    }


def test_scan_of_real_plans_finds_no_more_than_of_the_json(plans: dict[str, Any], tmp_path: Path) -> None:
    found = findings_in(plans, tmp_path)
    assert found, "checkov finds not even what is skipped"
    assert [str(finding) for finding in judge(found, with_own_key=()).failed] == []


def test_terraform_leaves_what_commits_and_the_crawler_changed(plans: dict[str, Any]) -> None:
    changes = changes_in(plans["cat-local-etl2"])
    assert [address for address in changes if address.startswith("aws_glue_catalog_table.")] == []


@pytest.mark.parametrize("stack", STACKS)
def test_mirror_is_searched_for_the_version_that_the_bindings_ask_for(deployed: Pipeline, stack: str) -> None:
    document = json.loads((deployed.workspace.stack_directory(stack) / "cdk.tf.json").read_text())
    assert document["terraform"]["required_providers"]["aws"]["version"] == AWS_PROVIDER_VERSION


def test_state_is_kept_in_the_bucket_and_unlocked(deployed: Pipeline) -> None:
    found = deployed.workspace.clients().s3.list_objects_v2(Bucket=deployed.names.state_bucket)
    assert [entry["Key"] for entry in found["Contents"]] == [f"{stack}/terraform.tfstate" for stack in sorted(STACKS)]
