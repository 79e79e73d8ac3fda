"""Whatever writes a log writes to a group that its stack declares, with a retention; and what cannot be declared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.synth.log_groups import SHARED, written_by
from tests.synth.synthesized import ENVIRONMENTS, OWN_KEY_STACKS, STACKS, VARIANTS, Stack

RETENTION = {"test": 14, "prod": 90, "local": 1}
#: What has a log of its own.
WRITERS = ("aws_lambda_function", "aws_glue_job", "aws_glue_crawler")
#: What else CloudWatch Logs would be written by, had the stacks any; they have none, so that no group is forgotten.
OTHER_WRITERS = (
    *("aws_api_gateway_stage", "aws_apigatewayv2_stage", "aws_codebuild_project", "aws_ecs_task_definition"),
    *("aws_flow_log", "aws_kinesis_firehose_delivery_stream", "aws_sfn_state_machine", "aws_vpc"),
)


def declared(stack: Stack) -> dict[str, int]:
    """Retention by name of the groups that a stack declares."""
    groups = stack.of_type("aws_cloudwatch_log_group").values()
    return {stack.resolved(group["name"]): group["retention_in_days"] for group in groups}


def written(stack: Stack) -> Iterator[str]:
    for type_name in WRITERS:
        for name in stack.of_type(type_name):
            yield from written_by(stack, type_name, name)


def test_every_group_that_is_written_to_is_declared_or_the_accounts(stack: Stack) -> None:
    found = set(written(stack))
    assert found, "nothing writes a log"
    assert found - SHARED.keys() == set(declared(stack))


@pytest.mark.parametrize("name", OWN_KEY_STACKS)
def test_with_an_own_key_no_group_is_the_accounts(all_stacks: dict[str, Stack], name: str) -> None:
    assert set(written(all_stacks[name])) & SHARED.keys() == set()


def test_every_exception_is_needed(all_stacks: dict[str, Stack]) -> None:
    assert {group for stack in all_stacks.values() for group in written(stack)} >= SHARED.keys()


def test_retention_is_that_of_the_environment(stack: Stack) -> None:
    assert {*declared(stack).values()} <= {RETENTION[stack.env]}
    assert set(RETENTION) == set(ENVIRONMENTS)


def test_writers_wait_for_their_groups(stack: Stack) -> None:
    # Else the service would be there first, and make the group without a retention.
    for type_name in WRITERS:
        for name in stack.of_type(type_name):
            groups = set(written_by(stack, type_name, name)) - SHARED.keys()
            waited = {
                stack.resolved(stack[address]["name"])
                for address in stack[f"{type_name}.{name}"].get("depends_on", [])
                if address.startswith("aws_cloudwatch_log_group.")
            }
            assert waited == groups


def test_nothing_else_writes_logs(stack: Stack) -> None:
    assert [type_name for type_name in OTHER_WRITERS if stack.of_type(type_name)] == []
    assert len([*STACKS, *VARIANTS]) == 12
