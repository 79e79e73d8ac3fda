"""The workflows' steps, run as the workflows run them, on the platform that this session has deployed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from modules.ci.access import ACCESS
from tests.integration.plans import STACKS
from tests.integration.test_deployment import after_creation
from tools.ci.changes import Action
from tools.ci.commands import synthesize
from tools.ci.planning import stack_plan
from tools.ci.report import StackPlan
from tools.local.enforcing_emulator import BUDGET_ACTIONS
from tools.local.machine_tools import PROJECT, VENV
from tools.local.pipeline import Pipeline
from tools.site.blocks import blocks

_, ETL = STACKS
#: Where an action has another name than the request (Service Authorization Reference); the others have the same.
ACTIONS: Final = {
    **BUDGET_ACTIONS,
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
}
#: What the provider's log calls services, where that is not IAM's prefix.
SERVICES: Final = {"cloudwatch logs": "logs", "eventbridge": "events"}
#: Allowed to everybody.
FREE: Final = frozenset({"sts:GetCallerIdentity"})


def step(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.ci", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def planned(deployed: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the drift step has written, with the provider's log of its requests."""
    folder = tmp_path_factory.mktemp("pipeline")
    variables = {
        **deployed.workspace.variables(),
        "TF_LOG_PROVIDER": "DEBUG",
        "TF_LOG_PATH": str(folder / "requests.log"),
        "GITHUB_SHA": "abc1234",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    done = step(variables, "drift", "--env", "local", "--folder", str(folder))
    # The emulator's gaps are drift to it.
    assert done.returncode == 2, done.stdout + done.stderr
    assert re.match(r"Drift in local: \d+ to change(, \*\*\d+ by the change-guard\*\*)?\n", done.stdout)
    return folder


def test_plan_is_of_what_is_deployed(planned: Path) -> None:
    report: dict[str, Any] = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    assert (report["commit"], report["failed"], report["empty"]) == ("abc1234", False, False)
    found = {
        stack["stack"]: {
            change["address"]: {name["name"] for name in change["attributes"]} for change in stack["changes"]
        }
        for stack in report["stacks"]
    }
    assert list(found) == list(STACKS), "not in the order of deployment"
    assert found == {stack: after_creation(stack) for stack in STACKS}
    assert "aws_glue_job.parquet" in found[ETL]


def test_summary_is_the_comment(planned: Path) -> None:
    text = (planned / "summary.md").read_text(encoding="utf-8")
    assert text == (planned / "plan.md").read_text(encoding="utf-8")
    changed = re.findall(r"^\| change(?:, by the change-guard)? \| `([^`]+)` \|", text, re.MULTILINE)
    report = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    assert sorted(changed) == sorted(change["address"] for stack in report["stacks"] for change in stack["changes"])
    assert "aws_glue_job.parquet" in changed


def test_no_plan_with_its_secrets_stays_behind(planned: Path) -> None:
    assert list(planned.rglob("*.tfplan")) == []


def test_plan_role_may_do_all_that_the_plan_asked(planned: Path) -> None:
    log = (planned / "requests.log").read_text(encoding="utf-8", errors="replace")
    lines = [line for line in log.splitlines() if "rpc.method=" in line and "rpc.service=" in line]
    asked = {action_of(line) for line in lines} - FREE
    assert len(asked) > 40, sorted(asked)
    allowed = {action for access in ACCESS.values() for action in access.read}
    assert sorted(asked - allowed) == [], "modules/ci/access.py lacks what the provider asks"


def action_of(line: str) -> str:
    """The action that IAM checks for a request in the provider's log."""
    found = dict(re.findall(r"rpc\.(method|service)=(\"[^\"]*\"|\S+)", line))
    method, service = found["method"].strip('"'), found["service"].strip('"').lower()
    action = f"{SERVICES.get(service, service)}:{method}"
    return ACTIONS.get(action, action)


def test_first_plans_of_an_environment_say_what_to_do(
    deployed: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As test's are here before its deployment: first without a state bucket, then with an empty one."""
    for name, value in deployed.workspace.variables().items():
        monkeypatch.setenv(name, value)
    stacks, to_be_made = synthesize("test", tmp_path / "cdktf.out"), dict[str, str]()
    etl1, etl2 = stacks
    assert (etl1, etl2) == ("cat-test-normalize", "cat-test-etl2")
    fault = stack_plan(etl1, stacks[etl1], to_be_made).fault
    assert fault is not None
    assert 'S3 bucket "cat-test-terraform-state" does not exist' in fault
    s3 = deployed.workspace.clients().s3
    s3.create_bucket(Bucket="cat-test-terraform-state")
    try:
        first = stack_plan(etl1, stacks[etl1], to_be_made)
        assert {change.action for change in first.changes} == {Action.ADD}
        assert stack_plan(etl2, stacks[etl2], to_be_made) == StackPlan(
            etl2,
            waits=(
                "it looks up aws_s3_bucket.reports of cat-test-normalize, aws_sns_topic.alerts of cat-test-normalize, "
                "to be made first"
            ),
        )
    finally:
        s3.delete_bucket(Bucket="cat-test-terraform-state")


def test_a_workflow_refuses_to_deploy_what_a_person_has_to(deployed: Pipeline) -> None:
    variables = {**deployed.workspace.variables(), "CAT_LOCAL_REPOSITORY": "example@1/platform@2"}
    done = step(variables, "deploy", "--env", "local")
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.startswith("deploy: nothing was deployed to local, for a workflow may not change\n")
    assert "\n  aws_iam_role.normalize\n" in done.stderr
    assert done.stdout == "", "cdktf has not been started"


def test_unknown_environment_is_named() -> None:
    done = step(dict(os.environ), "plan", "--env", "staging")
    assert done.returncode == 1
    assert done.stderr.startswith("plan: environment 'staging': no such environment; known are local, prod, test")


@pytest.fixture
def as_documented(deployed: Pipeline, tmp_path: Path) -> dict[str, str]:
    """What the commands of docs/delivery.md find set: nobody types yes, and files stay out of the project."""
    return {
        **deployed.workspace.variables(),
        **dict.fromkeys(("CDKTF_OUTPUT", "CDKTF_OUTDIR"), str(tmp_path / "cdktf.out")),
        "CDKTF_AUTO_APPROVE": "true",
        "CAT_ENV": "local",
        "CAT_LOCAL_REPOSITORY": "example@1/platform@2",
        "PATH": os.pathsep.join((str(VENV / "bin"), os.environ["PATH"])),
    }


def documented() -> list[str]:
    text = (PROJECT / "docs" / "delivery.md").read_text(encoding="utf-8")
    return [block.text for block in blocks(text) if block.language == "bash"]


def test_documented_commands_run_as_they_stand(
    deployed: Pipeline, as_documented: dict[str, str], tmp_path: Path
) -> None:
    clients = deployed.workspace.clients()
    scripts = documented()
    assert len(scripts) == 2
    script = "".join(scripts).replace("cat-test-", "cat-local-")
    script = script.replace("--env test", f"--env local --folder {tmp_path}")
    try:
        done = subprocess.run(
            ("bash", "-euo", "pipefail", "-c", script),
            check=False,
            cwd=PROJECT,
            env=as_documented,
            capture_output=True,
            text=True,
        )
    finally:
        clients.s3.delete_object(Bucket=deployed.names.state_bucket, Key="cat-local-pipeline/terraform.tfstate")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"deploy_role_arn = .*:role/cat-local-pipeline-deploy", done.stdout)
    assert re.search(r"change_guard_role_arn = .*:role/cat-local-pipeline-change-guard", done.stdout)
    # With a repository, every role of the platform is to be bounded: the plan that comes after says so.
    text = (tmp_path / "plan.md").read_text(encoding="utf-8")
    assert "| change, by the change-guard | `aws_iam_role.normalize` | `permissions_boundary" in text
    assert "**The workflow will refuse to deploy this.**" in text
