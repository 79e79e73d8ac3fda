"""Each role of each stack against the calls that were recorded in the integration run, both ways."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contract.layout import TOMBSTONES_KEY
from tests.synth.synthesized import Stack
from tools.scan.privilege.calls import Calls, recorded
from tools.scan.privilege.check import allows, calls_of, check, needed, outlived
from tools.scan.privilege.confused_deputies import WITHOUT_CONDITION, Admission, admissions, open_to_everyone
from tools.scan.privilege.roles import Grant, Role, roles_of
from tools.scan.privilege.unrecorded import UNRECORDED

CALLS = recorded()
ZONES = ("etl-process1", "etl-process2", "etl-process2-restricted", "etl-process2-pseudonymous")


@pytest.fixture(scope="session")
def roles(all_stacks: dict[str, Stack]) -> list[Role]:
    return [role for name, stack in all_stacks.items() for role in roles_of(name, stack.document)]


def faults(role: Role, calls: Calls = CALLS) -> list[str]:
    found = check(role, calls, UNRECORDED)
    return [f"refused: {call}" for call in found.refused] + [f"unused: {grant}" for grant in found.unused]


def test_roles_may_do_what_they_did_and_nothing_else(roles: list[Role]) -> None:
    assert {f"{role.stack}, {role.name}": faults(role) for role in roles if faults(role)} == {}


def test_every_role_that_made_calls_is_still_there(roles: list[Role]) -> None:
    assert {call.role for call in CALLS} <= {role.generic_name for role in roles}


def test_every_reason_is_needed(roles: list[Role]) -> None:
    assert outlived(roles, CALLS, UNRECORDED) == []


def test_every_reason_says_why_and_where_it_was_checked() -> None:
    assert len(set(UNRECORDED)) == len(UNRECORDED)
    assert all(
        reason.why.endswith(".") and reason.source.startswith(("https://docs.aws", "tests/")) for reason in UNRECORDED
    )


def test_action_that_is_taken_away_is_missed(roles: list[Role]) -> None:
    """Each of each role in turn: either a recorded call is refused, or a reason has nothing left to excuse."""
    for role in roles:
        excusing_before = set(outlived([role], CALLS, UNRECORDED))
        for action in {grant.action for grant in role.grants}:
            less = role.without(*(grant for grant in role.grants if grant.action == action))
            refused = check(less, CALLS, UNRECORDED).refused
            assert refused or set(outlived([less], CALLS, UNRECORDED)) - excusing_before, (role.name, action)


def test_action_that_is_added_is_noticed(roles: list[Role]) -> None:
    """To every statement of every role in turn, on what the statement is about."""
    for role in roles:
        for sid in {grant.sid for grant in role.grants}:
            like = next(grant for grant in role.grants if grant.sid == sid)
            for action in ("s3:GetObjectVersion", "glue:DeleteTable", "dynamodb:PutItem", "logs:DeleteLogGroup"):
                extra = replace(like, action=action)
                assert check(role.and_also(extra), CALLS, UNRECORDED).unused == [extra], (role.name, sid, action)


def test_grant_of_everything_beside_a_narrow_one_is_noticed(roles: list[Role]) -> None:
    for role in roles:
        own = calls_of(role, CALLS)
        for grant in role.grants:
            if grant.resource != "*" and needed(role, grant, own):
                bare = replace(grant, resource="*")
                assert {grant, bare} <= set(check(role.and_also(bare), CALLS, UNRECORDED).unused), grant


def resources_beyond(role: Role) -> set[str]:
    """The resources that name everything, but for actions that know no resource."""
    return {
        grant.resource for grant in role.grants if grant.resource == "*" and grant.action != "cloudwatch:PutMetricData"
    }


def test_no_role_names_all_resources_where_an_action_knows_them(roles: list[Role]) -> None:
    assert [role.name for role in roles if resources_beyond(role)] == []
    metrics = {grant.condition for role in roles for grant in role.grants if grant.action == "cloudwatch:PutMetricData"}
    assert {next(iter(json.loads(condition)["StringEquals"])) for condition in metrics} == {"cloudwatch:namespace"}


def test_no_action_is_a_pattern(roles: list[Role]) -> None:
    assert [grant for role in roles for grant in role.grants if "*" in grant.action] == []


def test_no_role_has_policies_but_its_own(all_stacks: dict[str, Stack]) -> None:
    for stack in all_stacks.values():
        kinds = {kind for kind in stack.document["resource"] if kind.startswith("aws_iam_")}
        # People's are for the account to give: tests/synth/test_analysts.py.
        assert kinds - {"aws_iam_policy"} == {"aws_iam_role", "aws_iam_role_policy"}, stack.name
        for role in stack.of_type("aws_iam_role").values():
            assert not {"managed_policy_arns", "inline_policy"} & role.keys()


def test_services_act_for_this_account_only(stack: Stack) -> None:
    found = list(admissions(stack.document))
    assert found
    assert [each for each in found if not each.names_whom_it_serves and not each.is_excused] == []
    assert open_to_everyone(stack.document) == []


def test_every_service_without_a_condition_is_met(all_stacks: dict[str, Stack]) -> None:
    excused = {
        excuse
        for stack in all_stacks.values()
        for each in admissions(stack.document)
        if not each.conditions
        for excuse in each.excuses
    }
    assert excused == set(WITHOUT_CONDITION)


@pytest.mark.parametrize(
    "conditions",
    [(), ("aws:SourceArn = arn:aws:s3:::bucket",), ("aws:PrincipalOrgID = 000000000000",)],
    ids=["none", "no account in it", "says nothing of the source"],
)
def test_deputy_of_anybody_is_found(conditions: tuple[str, ...]) -> None:
    deputy = Admission("aws_sqs_queue.dead_letters", ("events.amazonaws.com",), ("sqs:SendMessage",), conditions)
    assert not deputy.names_whom_it_serves
    assert not deputy.is_excused


def test_service_is_excused_for_its_type_of_resource_only() -> None:
    assert not Admission("aws_sns_topic_policy.alerts", ("lambda.amazonaws.com",), ("sns:Publish",), ()).is_excused
    both = ("cloudwatch.amazonaws.com", "events.amazonaws.com")
    assert not Admission("aws_sns_topic_policy.alerts", both, ("sns:Publish",), ()).is_excused


def test_calls_are_judged_with_their_conditions(roles: list[Role]) -> None:
    (role,) = (role for role in roles if role.stack == "cat-prod-etl2" and role.address == "job")
    listed = [call for call in calls_of(role, CALLS) if call.action == "s3:ListBucket" and call.context]
    assert listed
    elsewhere = [replace(call, context=(("s3:prefix", "athena/results/"),)) for call in listed]
    assert not any(allows(role.grants, call) for call in elsewhere)


def test_spark_asks_for_nothing_above_the_zones() -> None:
    """Hadoop may look at the folders above a file, where 403 would not be taken for 404: S3A does not."""
    job = [call for call in recorded() if call.role == "cat-{env}-etl2-job"]
    listed = [prefix for call in job for key, prefix in call.context if key == "s3:prefix"]
    objects = [call.resource.partition("/")[2] for call in job if call.resource.startswith("arn:aws:s3:::")]
    # Only S3A takes a file for a folder: what is recorded is real.
    assert any(prefix.endswith(".csv/") for prefix in listed)
    zones = tuple(f"reports/{zone}/" for zone in ZONES)
    assert [prefix for prefix in listed if not prefix.startswith(zones)] == []
    # An ARN without a slash is the bucket's, of the lists themselves.
    assert [key for key in objects if key and not key.startswith((*zones, "artifacts/", TOMBSTONES_KEY))] == []


def test_grant_is_one_value_of_each_condition(roles: list[Role]) -> None:
    (role,) = (role for role in roles if role.stack == "cat-prod-etl2" and role.address == "job")
    prefixes = [grant for grant in role.grants if grant.sid == "ListZones"]
    assert prefixes == [
        Grant(
            "ListZones",
            "s3:ListBucket",
            "arn:aws:s3:::cat-prod-normalize-reports",
            json.dumps({"StringLike": {"s3:prefix": prefix}}),
        )
        for prefix in (*(f"reports/{zone}/*" for zone in ZONES), TOMBSTONES_KEY)
    ]
