"""What GitHub's workflows act as: who may, and that they may do what they need and no more."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest

from envs.naming import Names
from modules.ci.access import ACCESS
from modules.ci.guarded import GUARDED_TYPES
from modules.tags import common_tags
from tests.synth.synthesized import ACCOUNT, PARTITION, ROOT, Stack
from tools.scan.variants import DELIVERED, DELIVERIES

Statement = dict[str, Any]

ISSUER: Final = "token.actions.githubusercontent.com"
NAMES: Final = Names("prod")
#: Made up, for what Terraform fills in.
FILLED_IN: Final = {ACCOUNT: "111122223333", PARTITION: "aws"}
#: Of a role's inline policies together, blanks left out, and of a policy of its own (IAM and STS quotas).
INLINE_LIMIT, POLICY_LIMIT = 10_240, 6_144
#: By what a resource is told: how a reference to its ARN is filled in.
ARNS: Final = {
    "aws_cloudwatch_event_rule": "events:us-east-1:111122223333:rule/{name}",
    "aws_cloudwatch_log_group": "logs:us-east-1:111122223333:log-group:{name}",
    "aws_glue_crawler": "glue:us-east-1:111122223333:crawler/{name}",
    "aws_glue_job": "glue:us-east-1:111122223333:job/{name}",
    "aws_glue_workflow": "glue:us-east-1:111122223333:workflow/{name}",
    "aws_kms_alias": "kms:us-east-1:111122223333:key/1",
    "aws_kms_key": "kms:us-east-1:111122223333:key/1",
    "aws_lambda_function": "lambda:us-east-1:111122223333:function:{function_name}",
    "aws_s3_bucket": "s3:::{bucket}",
    "aws_sns_topic": "sns:us-east-1:111122223333:{name}",
    "aws_sqs_queue": "sqs:us-east-1:111122223333:{name}",
}


def filled_in(text: str, stack: Stack) -> str:
    """A policy as IAM gets it."""
    for token, value in FILLED_IN.items():
        text = text.replace(token, value)

    def arn(match: re.Match[str]) -> str:
        address, kind = match.groups()
        return f"arn:aws:{ARNS[kind].format(**stack[address])}"

    return re.sub(r"\$\{((?:data\.)?(\w+)\.\w+)\.(?:target_key_)?arn\}", arn, text)


def statements(stack: Stack, address: str, argument: str = "policy") -> list[Statement]:
    found: list[Statement] = json.loads(filled_in(stack[address][argument], stack))["Statement"]
    return found


def by_sid(stack: Stack, address: str) -> dict[str, Statement]:
    return {statement["Sid"]: statement for statement in statements(stack, address)}


def allows(permissions: list[Statement], action: str, resource: str) -> bool:
    """Whether a statement without regard to conditions allows it; the patterns' own ``*`` stands for anything."""
    return any(
        action in statement["Action"] and any(fnmatchcase(resource, pattern) for pattern in statement["Resource"])
        for statement in allowing(permissions)
    )


def allowing(permissions: list[Statement]) -> list[Statement]:
    return [statement for statement in permissions if statement["Effect"] == "Allow"]


def test_addresses_are_apart_from_the_platforms(pipeline: Stack) -> None:
    assert pipeline.name == "cat-prod-pipeline"
    assert pipeline.document["terraform"]["backend"]["s3"]["key"] == "cat-prod-pipeline/terraform.tfstate"
    assert pipeline["aws_iam_openid_connect_provider.github"]["client_id_list"] == ["sts.amazonaws.com"]
    assert pipeline["aws_iam_policy.boundary"]["lifecycle"] == {"prevent_destroy": True}


@pytest.mark.parametrize(
    ("role", "subjects"),
    [
        ("plan", ["repo:example@1/platform@2:pull_request", "repo:example@1/platform@2:ref:refs/heads/main"]),
        ("deploy", ["repo:example@1/platform@2:environment:prod"]),
    ],
)
def test_only_these_workflows_may_act(pipeline: Stack, role: str, subjects: list[str]) -> None:
    assert pipeline[f"aws_iam_role.{role}"]["name"] == f"cat-prod-pipeline-{role}"
    assert pipeline.statements(f"aws_iam_role.{role}", "assume_role_policy") == [
        {
            "Sid": "AssumedByWorkflow",
            "Effect": "Allow",
            "Action": ["sts:AssumeRoleWithWebIdentity"],
            "Principal": {"Federated": ["${aws_iam_openid_connect_provider.github.arn}"]},
            "Condition": {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": subjects}},
        }
    ]


def test_every_type_of_resource_has_its_actions(all_stacks: dict[str, Stack], delivered: dict[str, Stack]) -> None:
    stacks = [*all_stacks.values(), *delivered.values()]
    types = {address.rpartition(".")[0] for stack in stacks for address in stack.addresses}
    # Only with notification_emails and alerts.monthly_budget_usd, which no environment here has.
    assert types | {"aws_sns_topic_subscription", "aws_budgets_budget"} == set(ACCESS), (
        "modules/ci/access.py and the stacks disagree"
    )


def test_plan_role_only_reads(pipeline: Stack) -> None:
    found = allowing(statements(pipeline, "aws_iam_role_policy.plan"))
    actions = {action for statement in found for action in statement["Action"]}
    reading = re.compile(r"[a-z0-9]+:(Get|List|Describe|View)[A-Za-z]+|kms:Decrypt")
    assert [action for action in sorted(actions) if reading.fullmatch(action) is None] == []
    assert by_sid(pipeline, "aws_iam_role_policy.plan")["UseKey"]["Condition"] == {
        "StringEquals": {
            "aws:ResourceTag/Environment": "PROD",
            "aws:ResourceTag/ProjectId": "P2124",
            "kms:ViaService": [f"{service}.us-east-1.amazonaws.com" for service in ("lambda", "s3", "scheduler")],
        }
    }


@pytest.mark.parametrize("role", ["plan", "deploy", "change_guard"])
def test_no_data_and_no_other_state_is_in_reach(pipeline: Stack, role: str) -> None:
    found = allowing(statements(pipeline, f"aws_iam_role_policy.{role}"))
    objects = {
        resource
        for statement in found
        for resource in statement["Resource"]
        if any(re.fullmatch(r"s3:\w*Object\w*", action) for action in statement["Action"])
        if "s3:GetBucketObjectLockConfiguration" not in statement["Action"]
    }
    states = [
        f"arn:aws:s3:::cat-prod-terraform-state/cat-prod-{part}/terraform.tfstate" for part in ("normalize", "etl2")
    ]
    locks = [f"{state}.tflock" for state in states] if role != "plan" else []
    assert objects == {*states, *locks, "arn:aws:s3:::cat-prod-normalize-reports/artifacts/*"}


@pytest.mark.parametrize("role", ["deploy", "change_guard"])
def test_roles_cannot_reach_what_they_act_by(pipeline: Stack, role: str) -> None:
    found = statements(pipeline, f"aws_iam_role_policy.{role}")
    for name in (NAMES.plan_role, NAMES.deploy_role, NAMES.change_guard_role):
        arn = f"arn:aws:iam::111122223333:role/{name}"
        assert [action for action in ACCESS["aws_iam_role"].write if allows(found, action, arn)] == []
        assert not allows(found, "iam:PassRole", arn)
    bound = f"arn:aws:iam::111122223333:policy/{NAMES.boundary}"
    assert [action for action in ACCESS["aws_iam_policy"].write if allows(found, action, bound)] == []
    written = {action for statement in allowing(found) for action in statement["Action"] if action.startswith("iam:")}
    kinds = [ACCESS[kind] for kind in ("aws_iam_role", "aws_iam_policy")]
    changes = {action for access in kinds for action in access.write} if role == "change_guard" else set()
    assert written == {*changes, *(action for access in kinds for action in access.read), "iam:PassRole"}


def test_only_people_change_what_is_guarded(pipeline: Stack) -> None:
    assert pipeline["aws_iam_role.change_guard"]["name"] == "cat-prod-pipeline-change-guard"
    (trust,) = statements(pipeline, "aws_iam_role.change_guard", "assume_role_policy")
    assert trust == {
        "Sid": "AssumedByPeople",
        "Effect": "Allow",
        "Action": ["sts:AssumeRole"],
        "Principal": {"AWS": ["arn:aws:iam::111122223333:root"]},
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/cat-prod-*"}},
    }


def test_a_workflow_writes_nothing_that_is_guarded(pipeline: Stack) -> None:
    written = {
        action
        for statement in allowing(statements(pipeline, "aws_iam_role_policy.deploy"))
        for action in statement["Action"]
        if action not in {read for access in ACCESS.values() for read in access.read}
    }
    programs = {action for kind, access in ACCESS.items() if kind not in GUARDED_TYPES for action in access.write}
    besides = {"iam:PassRole", "kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}
    assert written <= programs | besides
    for kind in GUARDED_TYPES:
        # Glue names the tags of all that it has alike.
        assert {action for action in ACCESS[kind].write if action in written} <= {
            "glue:TagResource",
            "glue:UntagResource",
        }


def test_a_person_leaves_every_role_bounded(pipeline: Stack) -> None:
    found = by_sid(pipeline, "aws_iam_role_policy.change_guard")
    roles = ["arn:aws:iam::111122223333:role/cat-prod-normalize-*", "arn:aws:iam::111122223333:role/cat-prod-etl2-*"]
    assert found["KeepRolesBounded"] == {
        "Sid": "KeepRolesBounded",
        "Effect": "Allow",
        "Action": ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
        "Resource": roles,
        "Condition": {
            "StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/cat-prod-pipeline-boundary"}
        },
    }
    unbounded = {action for sid, one in found.items() if sid != "KeepRolesBounded" for action in one["Action"]}
    assert unbounded.isdisjoint(found["KeepRolesBounded"]["Action"])


@pytest.mark.parametrize("role", ["deploy", "change_guard"])
def test_roles_are_passed_to_their_services_only(pipeline: Stack, role: str) -> None:
    passed = by_sid(pipeline, f"aws_iam_role_policy.{role}")["PassRoles"]
    assert passed == {
        "Sid": "PassRoles",
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": [
            *("arn:aws:iam::111122223333:role/cat-prod-normalize-*", "arn:aws:iam::111122223333:role/cat-prod-etl2-*")
        ],
        "Condition": {
            "StringEquals": {
                "iam:PassedToService": [
                    *("events.amazonaws.com", "glue.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com")
                ]
            }
        },
    }


def test_services_that_roles_are_for_may_be_passed_them(pipeline: Stack, delivered: dict[str, Stack]) -> None:
    passed = by_sid(pipeline, "aws_iam_role_policy.deploy")["PassRoles"]
    for stack in delivered.values():
        for name in stack.of_type("aws_iam_role"):
            (trust,) = statements(stack, f"aws_iam_role.{name}", "assume_role_policy")
            assert set(trust["Principal"]["Service"]) <= set(passed["Condition"]["StringEquals"]["iam:PassedToService"])


def test_every_role_that_is_deployed_is_bounded(delivered: dict[str, Stack], all_stacks: dict[str, Stack]) -> None:
    for stack in delivered.values():
        for role in stack.of_type("aws_iam_role").values():
            boundary = filled_in(role["permissions_boundary"], stack)
            assert boundary == "arn:aws:iam::111122223333:policy/cat-prod-pipeline-boundary"
            assert any(fnmatchcase(role["name"], pattern) for pattern in NAMES.any_service_role()), role["name"]
    without = [role for stack in all_stacks.values() for role in stack.of_type("aws_iam_role").values()]
    assert all("permissions_boundary" not in role for role in without), "a bound that nobody has made yet"


def test_boundary_takes_nothing_from_the_roles(pipeline: Stack, all_stacks: dict[str, Stack]) -> None:
    bound = statements(pipeline, "aws_iam_policy.boundary")
    checked = 0
    for stack in (stack for stack in all_stacks.values() if stack.env == "prod"):
        for name in stack.of_type("aws_iam_role_policy"):
            for statement in statements(stack, f"aws_iam_role_policy.{name}"):
                for action in statement["Action"]:
                    for resource in statement["Resource"]:
                        assert allows(bound, action, resource), f"{stack.name}, {name}: {action} on {resource}"
                        checked += 1
    assert checked > 100


@pytest.mark.parametrize("role", ["deploy", "change_guard"])
def test_own_key_is_told_by_the_tags_that_it_has(pipeline: Stack, role: str) -> None:
    tags = common_tags(DELIVERIES[DELIVERED])
    own = {f"aws:ResourceTag/{tag}": tags[tag] for tag in ("Environment", "ProjectId")}
    found = by_sid(pipeline, f"aws_iam_role_policy.{role}")
    assert found["GrantToServices"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    for sid in ("UseKey", "GrantToServices"):
        conditions = found[sid]["Condition"]["StringEquals"]
        through = conditions.pop("kms:ViaService")
        assert through, "used directly"
        assert conditions == own


def test_policies_fit_into_iams_limits(pipeline: Stack) -> None:
    for address, limit in (
        ("aws_iam_role_policy.plan", INLINE_LIMIT),
        ("aws_iam_role_policy.deploy", INLINE_LIMIT),
        ("aws_iam_role_policy.change_guard", INLINE_LIMIT),
        ("aws_iam_policy.boundary", POLICY_LIMIT),
    ):
        length = len(re.sub(r"\s", "", filled_in(pipeline[address]["policy"], pipeline)))
        assert length < limit * 0.97, f"{address} has {length} characters"


def test_without_a_repository_there_is_nothing_to_make() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAT_")}
    command = [sys.executable, "-m", "modules.ci"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "no chosen environment names a repository: set pipeline.repository in envs/ (docs/delivery.md)"
    )
