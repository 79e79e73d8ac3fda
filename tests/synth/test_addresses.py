from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests import snapshots
from tests.synth.synthesized import Stack

SNAPSHOT = Path(__file__).with_name("addresses.json")
ADVICE = f"""
Resource addresses have changed. On the next deploy Terraform DESTROYS what is gone from the list and CREATES what is
new, even if it is the same bucket or table under another name. If a resource was renamed, keep its address, or move it
in the state first: `terraform state mv OLD NEW`, or a `moved` block (move_to_id in CDKTF).
{SNAPSHOT.name}: {snapshots.ADVICE}."""


@pytest.mark.snapshot
def test_addresses_are_those_of_the_snapshot(all_stacks: dict[str, Stack], pipeline: Stack) -> None:
    stacks = {**all_stacks, pipeline.name: pipeline}
    found = {name: stacks[name].addresses for name in sorted(stacks)}
    if snapshots.is_update():
        SNAPSHOT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    expected = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    changes = [
        f"  {name}: {sign}{address}"
        for name in sorted({*expected, *found})
        for sign, left, right in (("- ", expected, found), ("+ ", found, expected))
        for address in sorted(set(left.get(name, [])) - set(right.get(name, [])))
    ]
    assert not changes, "\n".join([ADVICE, *changes])
    assert found == expected, f"{SNAPSHOT.name} is not sorted: {snapshots.ADVICE}"


def test_environments_have_the_same_addresses_but_for_the_schedule(stacks: dict[str, Stack]) -> None:
    test, prod, local = (stacks[f"cat-{env}-normalize"].addresses for env in ("test", "prod", "local"))
    assert test == local
    assert set(prod) - set(test) == {
        "aws_cloudwatch_metric_alarm.dead_letters",
        "aws_cloudwatch_metric_alarm.freshness",
        "aws_cloudwatch_metric_alarm.lost_schedules",
        "aws_cloudwatch_metric_alarm.schedule_errors",
        "aws_iam_role.schedule",
        "aws_iam_role_policy.schedule",
        "aws_scheduler_schedule.daily",
        "aws_scheduler_schedule_group.normalize",
        "aws_sqs_queue.dead_letters",
    }
    assert set(test) <= set(prod)


def test_environments_have_the_same_addresses_of_etl2_but_for_freshness(stacks: dict[str, Stack]) -> None:
    test, prod, local = (set(stacks[f"cat-{env}-etl2"].addresses) for env in ("test", "prod", "local"))
    pseudonymous = {address for address in local if ".pseudonymous" in address or ".everyday" in address}
    assert prod - test - pseudonymous == {"aws_cloudwatch_metric_alarm.freshness"}
    assert test <= prod
    assert local - test == pseudonymous
    assert pseudonymous <= prod


def test_engines_of_etl1_have_the_same_addresses_but_for_themselves(
    prod_normalize: Stack, glue_normalize: Stack
) -> None:
    with_function, with_job = set(prod_normalize.addresses), set(glue_normalize.addresses)
    assert with_function - with_job == {
        "aws_cloudwatch_log_group.normalize",
        *(f"aws_cloudwatch_metric_alarm.{about}" for about in ("duration", "errors", "throttles", "unreported")),
        "aws_iam_role.normalize",
        "aws_iam_role_policy.normalize",
        "aws_lambda_function.normalize",
        "aws_lambda_function_event_invoke_config.normalize",
        "aws_lambda_layer_version.normalize",
    }
    assert with_job - with_function == {
        "aws_cloudwatch_event_rule.job_failed",
        "aws_cloudwatch_event_rule.job_slow",
        "aws_cloudwatch_event_target.job_failed",
        "aws_cloudwatch_event_target.job_slow",
        "aws_cloudwatch_log_group.job_error",
        "aws_cloudwatch_log_group.job_output",
        "aws_glue_job.normalize",
        "aws_iam_role.job",
        "aws_iam_role_policy.job",
        "aws_s3_object.library",
        "aws_s3_object.script",
    }


def test_engines_of_etl2_have_the_same_addresses_but_for_themselves(prod_etl: Stack, arrow_etl: Stack) -> None:
    with_job, with_function = set(prod_etl.addresses), set(arrow_etl.addresses)
    assert with_job - with_function == {
        "aws_cloudwatch_event_rule.job_failed",
        "aws_cloudwatch_event_rule.job_slow",
        "aws_cloudwatch_event_target.job_failed",
        "aws_cloudwatch_event_target.job_slow",
        "aws_cloudwatch_event_target.workflow",
        "aws_cloudwatch_log_group.job_error",
        "aws_cloudwatch_log_group.job_output",
        "aws_glue_job.parquet",
        "aws_glue_trigger.on_arrival",
        "aws_glue_workflow.etl",
        "aws_iam_role.events",
        "aws_iam_role.job",
        "aws_iam_role_policy.events",
        "aws_iam_role_policy.job",
        "aws_s3_object.library",
        "aws_s3_object.script",
    }
    assert with_function - with_job == {
        "aws_cloudwatch_event_target.function",
        "aws_cloudwatch_log_group.parquet",
        *(f"aws_cloudwatch_metric_alarm.{about}" for about in ("duration", "errors", "unreported", "waiting")),
        "aws_iam_role.parquet",
        "aws_iam_role_policy.parquet",
        "aws_lambda_function.parquet",
        "aws_lambda_function_event_invoke_config.parquet",
        "aws_lambda_layer_version.parquet",
        "aws_lambda_permission.run_arrived",
        # pyarrow and PyIceberg are too large for a direct upload.
        "aws_s3_object.layer",
    }


def test_addresses_read_like_words(stack: Stack) -> None:
    # No hash of CDKTF's, and no construct path, in what ops see and type.
    for address in stack.addresses:
        assert re.fullmatch(r"(data\.)?aws_[a-z0-9_]+\.[a-z][a-z_]*", address), address
