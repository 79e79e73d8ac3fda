"""Two emulators that know nothing of each other: what both take and say is less likely to be one's own belief."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Future

import pytest

from contract.layout import ARTIFACTS_PREFIX
from contract.serving import VIEW_TYPE
from modules.ci.access import ACCESS
from tests.deployments.conftest import EMULATED
from tests.deployments.life import NAMES, STACKS, Life
from tests.integration.plans import changes_in
from tests.integration.test_pipeline_steps import FREE, action_of
from tests.verification import NOT_PROVEN, PROVEN, results, saw

#: What a repository's pipeline adds to the deploy role beyond each type's actions (modules/ci/permissions.py).
BESIDE = frozenset({"iam:PassRole"})


@pytest.fixture(params=EMULATED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def life(lives: Mapping[str, Future[Life]], name: str) -> Life:
    return lives[name].result()


def test_plan_after_the_first_deployment_wants_only_what_the_emulator_does_not_keep(life: Life, name: str) -> None:
    assert {stack: changes_in(plan) for stack, plan in life.plans.items()} == EMULATED[name].gaps


#: What holds data, or says where it is.
KEEPS_DATA = {"aws_glue_catalog_database", "aws_glue_catalog_table", "aws_kms_key", "aws_s3_bucket", "aws_sqs_queue"}


def test_last_release_is_upgraded_with_its_data_and_reads_as_before(lives: Mapping[str, Future[Life]]) -> None:
    upgrade = lives["ministack"].result().upgrade
    assert upgrade is not None
    assert {name: len(rows) > 0 for name, rows in upgrade.before.items()} == dict.fromkeys(upgrade.before, True)
    assert upgrade.after == upgrade.before
    # Views are programs: another text of one is another entry.
    gone = [
        change["address"]
        for plan in upgrade.plans.values()
        for change in plan["resource_changes"]
        if "delete" in change["change"]["actions"]
        and change["type"] in KEEPS_DATA
        and change["change"]["before"].get("table_type") != VIEW_TYPE
    ]
    assert gone == []


@pytest.mark.parametrize("stack", STACKS)
def test_workflow_deploys_changed_programs(life: Life, stack: str) -> None:
    done = life.changed[stack]
    assert done.status == 0, done.said[-3000:]
    assert re.search(r"Apply complete! Resources: \d+ added, \d+ changed, \d+ destroyed", done.said)


def test_program_that_was_replaced_leaves_no_version(life: Life) -> None:
    programs = {key: count for key, count in life.object_versions.items() if key.endswith((".zip", "/job.py"))}
    assert len(programs) == 2, programs
    assert set(programs.values()) == {1}
    assert all(key.startswith(ARTIFACTS_PREFIX) for key in programs)


def test_deploy_role_may_do_all_that_the_change_asked(life: Life) -> None:
    lines = [line for log in life.requests.values() for line in log.splitlines()]
    asked = {action_of(line) for line in lines if "rpc.method=" in line and "rpc.service=" in line} - FREE
    assert len(asked) > 40, sorted(asked)
    allowed = {action for access in ACCESS.values() for action in (*access.read, *access.write)} | BESIDE
    assert sorted(asked - allowed) == [], "modules/ci/access.py lacks what the provider asks"


def test_roles_of_workflows_were_watched_and_refused_nothing(lives: Mapping[str, Future[Life]]) -> None:
    decisions = lives["ministack"].result().decisions
    assert [decision for decision in decisions if not decision["allowed"]] == []
    asked = {(decision["role"], decision["action"]) for decision in decisions}
    assert {role for role, _ in asked} == {NAMES.plan_role, NAMES.deploy_role}
    deleting = {"s3:ListBucketVersions", "s3:DeleteObjectVersion"}
    assert {action for role, action in asked if role == NAMES.deploy_role} >= deleting
    # A budget is what moto cannot make.
    assert asked >= {(role, "budgets:ViewBudget") for role in (NAMES.plan_role, NAMES.deploy_role)}
    # A plan is none without the state, and takes no lock.
    written = {action for role, action in asked if role == NAMES.plan_role and ":Put" in action}
    assert written == set()


def test_second_emulator_proves_the_lock_and_says_of_all_else_that_it_does_not(
    lives: Mapping[str, Future[Life]],
) -> None:
    report = lives["moto"].result().verified
    assert report is not None
    found = results(report)
    assert {check for check, result in found.items() if result == PROVEN} == {"the state's lock"}
    assert set(found.values()) == {PROVEN, NOT_PROVEN}, saw(report)
    assert len(found) == 7


def test_nothing_is_left_when_it_is_taken_down(life: Life) -> None:
    assert set(life.left.values()) == {""}
    assert life.buckets == [NAMES.state_bucket]
