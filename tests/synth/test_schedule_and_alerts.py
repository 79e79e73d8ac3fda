from __future__ import annotations

import json

import pytest

from contract.settings import EventKey
from tests.synth.synthesized import PARTITION, Stack


def test_schedule_only_in_prod(stacks: dict[str, Stack]) -> None:
    scheduled = [name for name, stack in stacks.items() if stack.of_type("aws_scheduler_schedule")]
    assert scheduled == ["cat-prod-normalize"]
    # Nothing else starts ETL-1 by time: no legacy scheduled rule either.
    for stack in stacks.values():
        assert not [
            rule for rule in stack.of_type("aws_cloudwatch_event_rule").values() if "schedule_expression" in rule
        ]


def test_schedule(prod_normalize: Stack) -> None:
    schedule = prod_normalize["aws_scheduler_schedule.daily"]
    event = schedule["target"].pop("input")
    assert schedule == {
        "name": "cat-prod-normalize-daily",
        "description": "Starts ETL-1, which reads the whole source table and publishes a run",
        "group_name": "${aws_scheduler_schedule_group.normalize.name}",
        "schedule_expression": "cron(30 4 * * ? *)",
        "schedule_expression_timezone": "UTC",
        "state": "ENABLED",
        "flexible_time_window": {"mode": "OFF"},
        "target": {
            "arn": "${aws_lambda_function.normalize.arn}",
            "role_arn": "${aws_iam_role.schedule.arn}",
            "retry_policy": {"maximum_retry_attempts": 10, "maximum_event_age_in_seconds": 14400},
            "dead_letter_config": {"arn": "${aws_sqs_queue.dead_letters.arn}"},
        },
    }
    # The function takes no other keys, and Scheduler fills its own variable in.
    assert json.loads(event) == {"scheduled_time": "<aws.scheduler.scheduled-time>"}
    assert EventKey.SCHEDULED_TIME == "scheduled_time"


def test_group_has_this_schedule_and_no_other(prod_normalize: Stack) -> None:
    assert prod_normalize["aws_scheduler_schedule_group.normalize"] == {
        "name": "cat-prod-normalize",
        "tags": {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM", "ResourceType": "ORCHESTRATION"},
    }
    assert list(prod_normalize.of_type("aws_scheduler_schedule")) == ["daily"]


def test_schedule_starts_the_job_where_that_is_the_engine(prod_normalize: Stack, glue_normalize: Stack) -> None:
    schedule, with_function = (stack["aws_scheduler_schedule.daily"] for stack in (glue_normalize, prod_normalize))
    # Scheduler's universal target takes the request of Glue's StartJobRun.
    request = json.loads(schedule["target"].pop("input"))
    assert request == {
        "JobName": "${aws_glue_job.normalize.name}",
        "Arguments": {"--scheduled_time": "<aws.scheduler.scheduled-time>"},
        "JobRunQueuingEnabled": True,
    }
    assert schedule["target"].pop("arn") == f"arn:{PARTITION}:scheduler:::aws-sdk:glue:startJobRun"
    for function_only in ("input", "arn"):
        del with_function["target"][function_only]
    assert schedule == with_function
    assert [schedules["description"] for schedules in glue_normalize.of_type("aws_iam_role").values()] == [
        "Role of the ETL-1 Spark job",
        "Lets the daily schedule start the Normalize job",
    ]


def test_retries_end_before_the_next_run(prod_normalize: Stack) -> None:
    retry = prod_normalize["aws_scheduler_schedule.daily"]["target"]["retry_policy"]
    assert retry["maximum_event_age_in_seconds"] < 24 * 3600


@pytest.mark.parametrize(
    ("stack_name", "runbook", "component"),
    [
        ("cat-prod-normalize", "Normalize dead letters", ("ETL-1", "EXTRACT-TRANSFORM")),
        ("cat-prod-etl2", "ETL-2 dead letters", ("ETL-2", "TRANSFORM-LOAD")),
        ("cat-test-etl2", "ETL-2 dead letters", ("ETL-2", "TRANSFORM-LOAD")),
    ],
)
def test_dead_letters(stacks: dict[str, Stack], stack_name: str, runbook: str, component: tuple[str, str]) -> None:
    stack, queue = stacks[stack_name], f"{stack_name}-dead-letters"
    tags = {"ETLComponent": component[0], "ETLStage": component[1]}
    topic = "${aws_sns_topic.alerts.arn}" if stack_name.endswith("normalize") else "${data.aws_sns_topic.alerts.arn}"
    letters = stack["aws_sqs_queue.dead_letters"]
    # What the scheduler's role may do stands at the role; EventBridge has none: tests/synth/test_iam.py.
    assert ("policy" in letters) is stack_name.endswith("etl2")
    assert {name: value for name, value in letters.items() if name != "policy"} == {
        "name": queue,
        "message_retention_seconds": 1209600,
        "sqs_managed_sse_enabled": True,
        "tags": {**tags, "ResourceType": "ORCHESTRATION"},
    }
    assert stack["aws_cloudwatch_metric_alarm.dead_letters"] == {
        "alarm_name": queue,
        "alarm_description": (
            f"{queue} holds what could not be delivered: a run or an alert waits. "
            f"Type: python -m ops doctor --env {stack.env}. See the runbook, {runbook}."
        ),
        "namespace": "AWS/SQS",
        "metric_name": "ApproximateNumberOfMessagesVisible",
        "dimensions": {"QueueName": "${aws_sqs_queue.dead_letters.name}"},
        "statistic": "Maximum",
        "period": 300,
        "evaluation_periods": 1,
        "threshold": 0,
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": "notBreaching",
        "alarm_actions": [topic],
        "ok_actions": [topic],
        "tags": {**tags, "ResourceType": "MONITORING"},
    }


def test_data_checks_alarm(etl: Stack, arrow_etl: Stack) -> None:
    for stack in (etl, arrow_etl):
        assert stack["aws_cloudwatch_metric_alarm.data_checks"] == {
            "alarm_name": f"cat-{stack.env}-etl2-data-checks",
            "alarm_description": (
                "A run failed a check and was not published: data is late. "
                f"Type: python -m ops doctor --env {stack.env}. See the runbook, A run was quarantined."
            ),
            "namespace": "CAT/Etl",
            "metric_name": "FailedDataChecks",
            "dimensions": {"environment": stack.env},
            "statistic": "Sum",
            "period": 300,
            "evaluation_periods": 1,
            "threshold": 1,
            "comparison_operator": "GreaterThanOrEqualToThreshold",
            "treat_missing_data": "notBreaching",
            "alarm_actions": ["${data.aws_sns_topic.alerts.arn}"],
            "tags": {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD", "ResourceType": "MONITORING"},
        }


def test_alarm_reads_what_etl2_writes(etl: Stack, arrow_etl: Stack) -> None:
    arguments = etl["aws_glue_job.parquet"]["default_arguments"]
    variables = arrow_etl["aws_lambda_function.parquet"]["environment"]["variables"]
    for stack, namespace, environment in (
        (etl, arguments["--metrics_namespace"], arguments["--environment"]),
        (arrow_etl, variables["METRICS_NAMESPACE"], variables["ENVIRONMENT"]),
    ):
        alarm = stack["aws_cloudwatch_metric_alarm.data_checks"]
        assert (alarm["namespace"], alarm["dimensions"]) == (namespace, {"environment": environment})


def test_no_queue_for_a_schedule_where_there_is_none(stacks: dict[str, Stack]) -> None:
    for env in ("test", "local"):
        assert set(stacks[f"cat-{env}-normalize"].of_type("aws_sqs_queue")) == {"undelivered_alerts"}


def test_topic(normalize: Stack) -> None:
    assert normalize.of_type("aws_sns_topic") == {
        "alerts": {
            "name": f"cat-{normalize.env}-alerts",
            "tags": {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM", "ResourceType": "MONITORING"},
        }
    }
    assert normalize.of_type("aws_sns_topic_subscription") == {}


def test_schedule_status_says_whether_and_when(stacks: dict[str, Stack]) -> None:
    status = {
        stack.env: stack.document["output"]["schedule_status"]["value"]
        for name, stack in stacks.items()
        if name.endswith("normalize")
    }
    assert status == {
        "test": "DISABLED: run ETL-1 by hand",
        "prod": "ENABLED cron(30 4 * * ? *) UTC",
        "local": "DISABLED: run ETL-1 by hand",
    }
