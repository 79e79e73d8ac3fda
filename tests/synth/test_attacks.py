"""What somebody tries who holds a workflow's role, or a role of the platform: each way to data is refused on its way.

A path is a list of calls, and one refusal closes it. The evaluation is ministack's, as in docs/adr/0019. What a path
would be good for stands in its name; docs/security.md says what is left, and what answers it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from modules.ci.access import ACCESS, WITHOUT_RESOURCE
from modules.ci.guarded import GUARDED_TYPES
from tests.synth.attacks import (
    BEYOND_BOUNDARY,
    BUCKET,
    DATA,
    DEPLOYS,
    GUARDS,
    ID,
    KEY,
    NOT_GRANTED,
    ON_DATA,
    ON_GUARDED,
    OWN_KEY,
    PATHS,
    TABLE_FILE,
    UNBOUNDED,
    Call,
)
from tests.synth.synthesized import ACCOUNT, PARTITION, Stack
from tools.scan.privilege.roles import resolved
from tools.scan.variants import SOURCE_KEY

ANY: Final = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
WORKFLOWS: Final = ("plan", "deploy")
#: Resources of these let callers in by policies of their own, which an earlier call may have written.
BY_RESOURCES: Final = dict.fromkeys(("lambda", "s3", "sns", "sqs", "sts"), ANY)


def decision(call: Call, policy: Any, boundary: Any = None, granted: Any = None) -> str:
    """What IAM says to a role of this policy, to which another policy may have ``granted`` more."""
    context = EvalContext(
        principal_arn=f"arn:aws:sts::{ID}:assumed-role/cat-prod-attacked/session",
        principal_type="AssumedRole",
        principal_account=ID,
        action=call.action,
        resource_arn=call.resource,
        region="us-east-1",
        secure_transport=True,
        service_context=call.context,
    )
    policies = [parse_policy_document(each) for each in (policy, granted) if each]
    limits = [[parse_policy_document(boundary)]] if boundary else []
    return str(evaluate(context, policies, *limits).decision)


def policy_of(stack: Stack, address: str) -> Any:
    text: str = stack[address]["policy"]
    return json.loads(text.replace(ACCOUNT, ID).replace(PARTITION, "aws"))


@pytest.mark.parametrize("role", [*WORKFLOWS, "change_guard"])
def test_data_is_refused_whatever_is_granted(pipeline: Stack, role: str) -> None:
    policy = policy_of(pipeline, f"aws_iam_role_policy.{role}")
    assert [str(call) for call in ON_DATA if decision(call, policy, granted=ANY) != "Deny"] == []


@pytest.mark.parametrize("role", WORKFLOWS)
def test_what_leads_to_data_is_refused_to_workflows_whatever_is_granted(pipeline: Stack, role: str) -> None:
    policy = policy_of(pipeline, f"aws_iam_role_policy.{role}")
    assert [str(call) for call in ON_GUARDED if decision(call, policy, granted=ANY) != "Deny"] == []
    assert [str(call) for call in (*ON_DATA, *ON_GUARDED, *NOT_GRANTED) if decision(call, policy) == "Allow"] == []


@pytest.mark.parametrize("role", WORKFLOWS)
@pytest.mark.parametrize("path", PATHS)
def test_no_path_to_data_is_open_to_a_workflow(pipeline: Stack, role: str, path: str) -> None:
    policy = policy_of(pipeline, f"aws_iam_role_policy.{role}")
    assert any(decision(call, policy, granted=BY_RESOURCES.get(call.service)) != "Allow" for call in PATHS[path])


def test_programs_are_deployed_by_a_workflow(pipeline: Stack) -> None:
    policy = policy_of(pipeline, "aws_iam_role_policy.deploy")
    assert [str(call) for call in DEPLOYS if decision(call, policy) != "Allow"] == []


def test_a_person_changes_what_is_guarded_and_leaves_every_role_bounded(pipeline: Stack) -> None:
    policy = policy_of(pipeline, "aws_iam_role_policy.change_guard")
    assert [str(call) for call in (*DEPLOYS, *GUARDS) if decision(call, policy) != "Allow"] == []
    assert [str(call) for call in UNBOUNDED if decision(call, policy) == "Allow"] == []


def test_a_role_with_all_rights_gets_no_further_than_its_bound(pipeline: Stack) -> None:
    boundary = policy_of(pipeline, "aws_iam_policy.boundary")
    assert [str(call) for call in BEYOND_BOUNDARY if decision(call, ANY, boundary) == "Allow"] == []
    own = [Call("s3:GetObject", TABLE_FILE), Call("s3:PutObject", DATA), Call("kms:Decrypt", KEY, OWN_KEY)]
    assert [str(call) for call in own if decision(call, ANY, boundary) != "Allow"] == []


#: What a resource is told by: the environment's name, or what there is one of in each account.
NAMED: Final = re.compile(
    rf"cat[-_/]prod|:event-bus/default$|:log-group:/aws-glue/\*$|:catalog$|^{re.escape(SOURCE_KEY)}$"
)


@pytest.mark.parametrize(
    "address", ["aws_iam_policy.boundary", *(f"aws_iam_role_policy.{role}" for role in (*WORKFLOWS, "change_guard"))]
)
def test_every_statement_names_what_it_allows_on(pipeline: Stack, address: str) -> None:
    for statement in policy_of(pipeline, address)["Statement"]:
        if statement["Effect"] == "Deny":
            continue
        for resource in statement["Resource"]:
            conditions = {key for keys in statement.get("Condition", {}).values() for key in keys}
            if resource.endswith(":key/*"):
                named = conditions >= {"aws:ResourceTag/Environment", "aws:ResourceTag/ProjectId"}
            elif resource == "*":
                named = set(statement["Action"]) <= WITHOUT_RESOURCE or conditions == {"cloudwatch:namespace"}
            else:
                named = bool(NAMED.search(resource))
            assert named, f"{statement['Sid']}: {resource}"


def test_roles_are_allowed_what_terraform_needs_and_no_more(pipeline: Stack) -> None:
    reads = {action for access in ACCESS.values() for action in access.read}
    programs = {action for kind, access in ACCESS.items() if kind not in GUARDED_TYPES for action in access.write}
    everything = {action for access in ACCESS.values() for action in access.write}
    state = {"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
    both = {"iam:PassRole", "kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", *state}
    expected = {
        "plan": reads | {"kms:Decrypt", "s3:ListBucket", "s3:GetObject"},
        "deploy": reads | programs | both,
        "change_guard": reads | everything | both,
    }
    for role, actions in expected.items():
        found = policy_of(pipeline, f"aws_iam_role_policy.{role}")["Statement"]
        assert {action for each in found if each["Effect"] == "Allow" for action in each["Action"]} == actions, role


def lists(policy: Any, bucket: str, context: dict[str, str]) -> bool:
    return decision(Call("s3:ListBucket", bucket, context), policy) == "Allow"


def test_nobody_lists_the_whole_bucket_to_curate(etl: Stack, arrow_etl: Stack) -> None:
    for stack, name in ((etl, "job"), (arrow_etl, "parquet"), (etl, "crawler")):
        policy = json.loads(resolved(stack[f"aws_iam_role_policy.{name}"]["policy"], stack.document))
        bucket = BUCKET.replace("prod", stack.env)
        assert lists(policy, bucket, {"s3:prefix": "reports/etl-process2/messages/metadata/"}), "or 403 and not 404"
        assert not lists(policy, bucket, {}), "all of it"
        for prefix in ("", "reports/", "artifacts/", "athena/results/"):
            assert not lists(policy, bucket, {"s3:prefix": prefix}), prefix
