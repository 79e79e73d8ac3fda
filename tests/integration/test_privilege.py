"""The emulator evaluates the deployed policies: one right less stops a run, and what roles did is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from envs.naming import Names
from tests.integration.conftest import Run, night
from tests.integration.evidence import check_made_as_recorded, refusing
from tools.local.errors import FunctionError
from tools.local.pipeline import Pipeline

NAMES = Names("local")
REFUSED_DAY = "2026-01-22"
CLEAN_ZONE = f"arn:aws:s3:::{NAMES.reports_bucket}/reports/etl-process1/"
REFUSED = [
    ("dynamodb:DescribeTable", "*"),
    ("dynamodb:Scan", "*"),
    # The upload that is opened last, and what is put between two that are completed: all has to be undone.
    ("s3:PutObject", f"{CLEAN_ZONE}conversations/*"),
    ("s3:PutObject", f"{CLEAN_ZONE}_runs/*"),
]


def clean_keys(pipeline: Pipeline, day: str) -> list[str]:
    found = pipeline.workspace.clients().s3.list_objects_v2(Bucket=NAMES.reports_bucket, Prefix="reports/etl-process1/")
    return [entry["Key"] for entry in found.get("Contents", []) if f"dt={day}" in entry["Key"]]


def run_refused(pipeline: Pipeline, action: str, resource: str) -> None:
    with (
        refusing(pipeline.workspace, NAMES.normalize_role, action, resource),
        pytest.raises(FunctionError, match="AccessDenied"),
    ):
        pipeline.normalize({"dt": REFUSED_DAY})


@pytest.mark.parametrize(("action", "resource"), REFUSED)
def test_function_fails_without_one_of_its_rights_and_leaves_nothing(
    deployed: Pipeline, action: str, resource: str
) -> None:
    run_refused(deployed, action, resource)
    assert clean_keys(deployed, REFUSED_DAY) == []
    assert deployed.workspace.clients().s3.list_multipart_uploads(Bucket=NAMES.reports_bucket).get("Uploads", []) == []


def test_roles_did_what_is_recorded_of_them(first_run: Run, sample: list[dict[str, Any]]) -> None:
    pipeline = first_run.pipeline

    def do_all() -> None:
        for action, resource in REFUSED:
            run_refused(pipeline, action, resource)
        table = pipeline.workspace.source_table()
        for items in (sample[:-40], sample):
            table.load(items)
            night(pipeline)

    check_made_as_recorded(pipeline.workspace, (NAMES.normalize_role, NAMES.glue_job_role), do_all)
