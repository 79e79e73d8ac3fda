from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from contract.layout import clean_key, first_metadata_key, run_summary_key
from contract.sources.catia import CONTRACT, CONVERSATIONS
from tests.synth.synthesized import Stack, arn

TAGS = {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD", "ResourceType": "ORCHESTRATION"}
CLEAN = "reports/etl-process1/"
RUN_ID = "20260131T043000.000000Z-0123abcd"
DAY = date(2026, 1, 30)
BUCKET_NAME = "${data.aws_s3_bucket.reports.bucket}"


def matches(pattern: Any, event: Any) -> bool:
    """Whether EventBridge would match: every key of the pattern, by any of its values (exact, or a wildcard's *)."""
    if isinstance(pattern, dict):
        return isinstance(event, dict) and all(key in event and matches(pattern[key], event[key]) for key in pattern)
    return any(_matches_value(accepted, event) for accepted in pattern)


def _matches_value(accepted: Any, value: Any) -> bool:
    if isinstance(accepted, dict):
        ((kind, text),) = accepted.items()
        assert kind == "wildcard", f"this test knows wildcards only, not {kind}"
        assert "**" not in text, "EventBridge refuses consecutive wildcards"
        return re.fullmatch(".*".join(map(re.escape, text.split("*"))), value, re.DOTALL) is not None
    return bool(accepted == value)


def s3_event(key: str, **changes: Any) -> dict[str, Any]:
    event = {"source": "aws.s3", "detail-type": "Object Created", "account": "1"}
    detail = {"bucket": {"name": BUCKET_NAME}, "object": {"key": key, "size": 1}, "reason": "CompleteMultipartUpload"}
    return {**event, "detail": detail, **changes}


def test_workflow(etl: Stack) -> None:
    assert etl["aws_glue_workflow.etl"] == {
        "name": f"cat-{etl.env}-etl2-workflow",
        "description": "A committed run, or a contract with other columns, starts the Spark job",
        "max_concurrent_runs": 10,
        "tags": TAGS,
    }


def test_arrival_starts_the_job(etl: Stack) -> None:
    assert etl["aws_glue_trigger.on_arrival"] == {
        "name": f"cat-{etl.env}-etl2-on-arrival",
        "description": "Starts the Spark job for the runs that arrived within the window",
        "workflow_name": "${aws_glue_workflow.etl.name}",
        "type": "EVENT",
        "enabled": False,
        "event_batching_condition": [{"batch_size": 10, "batch_window": 60}],
        "actions": [{"job_name": "${aws_glue_job.parquet.name}"}],
        "tags": TAGS,
    }


def test_arrival_rule(etl: Stack) -> None:
    rule = etl["aws_cloudwatch_event_rule.run_arrived"]
    del rule["event_pattern"]
    assert rule == {
        "name": f"cat-{etl.env}-etl2-run-arrived",
        "description": (
            "A run has been committed: its last object, conversations, has arrived; "
            "or the contract's columns have changed"
        ),
        "state": "ENABLED",
        "tags": TAGS,
    }
    assert etl.json_of("aws_cloudwatch_event_rule.run_arrived", "event_pattern") == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [BUCKET_NAME]},
            "object": {
                "key": [{"wildcard": "reports/etl-process1/conversations/*.csv"}, {"wildcard": "artifacts/schemas/*"}]
            },
        },
    }


@pytest.mark.parametrize("dataset", CONTRACT.datasets, ids=lambda dataset: dataset.name)
def test_conversations_alone_commit_a_run(etl: Stack, dataset: Any) -> None:
    pattern = etl.json_of("aws_cloudwatch_event_rule.run_arrived", "event_pattern")
    event = s3_event(clean_key(CLEAN, dataset, DAY, RUN_ID))
    assert matches(pattern, event) is (dataset is CONVERSATIONS)


def test_other_columns_start_the_job_too(etl: Stack) -> None:
    pattern = etl.json_of("aws_cloudwatch_event_rule.run_arrived", "event_pattern")
    assert matches(pattern, s3_event(etl["aws_s3_object.schema_marker"]["key"]))


@pytest.mark.parametrize(
    "event",
    [
        s3_event(first_metadata_key("test", CONVERSATIONS)),
        s3_event(run_summary_key(CLEAN, DAY, RUN_ID)),
        s3_event(f"reports/etl-process2/conversations/dt={DAY}/conversations.parquet"),
        s3_event(f"reports/etl-process2/conversations/dt={DAY}/conversations.csv"),
        s3_event(f"copy/{clean_key(CLEAN, CONVERSATIONS, DAY, RUN_ID)}"),
        s3_event(f"{clean_key(CLEAN, CONVERSATIONS, DAY, RUN_ID)}.bak"),
        s3_event("athena/results/conversations.csv"),
        s3_event(clean_key(CLEAN, CONVERSATIONS, DAY, RUN_ID), **{"detail-type": "Object Deleted"}),
        s3_event(clean_key(CLEAN, CONVERSATIONS, DAY, RUN_ID), **{"detail-type": "Object Tags Added"}),
        s3_event(clean_key(CLEAN, CONVERSATIONS, DAY, RUN_ID), source="custom"),
        s3_event("", detail={"bucket": {"name": "other"}, "object": {"key": f"{CLEAN}conversations/x.csv"}}),
    ],
)
def test_nothing_else_does(etl: Stack, event: dict[str, Any]) -> None:
    assert not matches(etl.json_of("aws_cloudwatch_event_rule.run_arrived", "event_pattern"), event)


def test_arrival_reaches_the_workflow_or_the_dead_letters(etl: Stack) -> None:
    assert etl["aws_cloudwatch_event_target.workflow"] == {
        "rule": "${aws_cloudwatch_event_rule.run_arrived.name}",
        "target_id": "workflow",
        "arn": "${aws_glue_workflow.etl.arn}",
        "role_arn": "${aws_iam_role.events.arn}",
        "retry_policy": {"maximum_event_age_in_seconds": 86400, "maximum_retry_attempts": 185},
        "dead_letter_config": {"arn": "${aws_sqs_queue.dead_letters.arn}"},
    }


@pytest.mark.parametrize("state", ["ERROR", "EXPIRED", "FAILED", "STOPPED", "TIMEOUT", "SUCCEEDED"])
def test_job_failures_reach_the_topic(etl: Stack, state: str) -> None:
    pattern = etl.json_of("aws_cloudwatch_event_rule.job_failed", "event_pattern")
    detail = {"jobName": "${aws_glue_job.parquet.name}", "state": state, "jobRunId": "jr_1"}
    event = {"source": "aws.glue", "detail-type": "Glue Job State Change", "detail": detail}
    assert matches(pattern, event) is (state != "SUCCEEDED")
    assert not matches(pattern, {**event, "detail": {**detail, "jobName": "another"}})


@pytest.mark.parametrize("state", ["STARTING", "RUNNING", "STOPPING"])
def test_long_runs_reach_the_topic(etl: Stack, state: str) -> None:
    # As Glue's developer guide has it, in "Automating Glue with EventBridge".
    pattern = etl.json_of("aws_cloudwatch_event_rule.job_slow", "event_pattern")
    condition = {"NotifyDelayAfter": 96.0}
    detail = {"jobName": "${aws_glue_job.parquet.name}", "state": state, "notificationCondition": condition}
    event = {"source": "aws.glue", "detail-type": "Glue Job Run Status", "detail": detail}
    assert matches(pattern, event)
    assert not matches(pattern, {**event, "detail": {**detail, "jobName": "another"}})


@pytest.mark.parametrize("state", ["Failed", "Succeeded", "Started"])
def test_crawler_failures_reach_the_topic(etl: Stack, state: str) -> None:
    pattern = etl.json_of("aws_cloudwatch_event_rule.crawler_failed", "event_pattern")
    detail = {"crawlerName": "${aws_glue_crawler.curated.name}", "state": state}
    event = {"source": "aws.glue", "detail-type": "Glue Crawler State Change", "detail": detail}
    assert matches(pattern, event) is (state == "Failed")
    assert not matches(pattern, {**event, "detail": {**detail, "crawlerName": "another"}})


SLOW = "A Glue job is <state> at <time> after {} minutes, stopped after {}: data may be late."


@pytest.mark.parametrize(
    ("name", "alert", "runbook"),
    [
        ("job_failed", "A Glue job is <state> since <time>, and nobody tries again: data is late.", "Glue job failed"),
        ("job_slow", SLOW, "A run takes long"),
        ("crawler_failed", "The Glue crawler failed at <time>: no data is late, queries go on.", "Crawler failed"),
    ],
)
def test_failures_target(etl: Stack, name: str, alert: str, runbook: str) -> None:
    minutes = {"prod": (96, 120)}.get(etl.env, (48, 60))
    # The detail as a whole, and not in quotes: EventBridge escapes no text that it puts in.
    todo = f"Type: python -m ops doctor --env {etl.env}. See the runbook, {runbook}."
    template = f'{{"alert": "{alert.format(*minutes)} {todo}", "detail": <detail>}}'
    assert etl[f"aws_cloudwatch_event_target.{name}"] == {
        "rule": f"${{aws_cloudwatch_event_rule.{name}.name}}",
        "target_id": "alerts",
        "arn": "${data.aws_sns_topic.alerts.arn}",
        "input_transformer": {
            "input_paths": {"detail": "$.detail", "state": "$.detail.state", "time": "$.time"},
            "input_template": template,
        },
        "dead_letter_config": {"arn": arn("sqs", f"cat-{etl.env}-alerts-dead-letters")},
    }


def test_no_other_rules(etl: Stack) -> None:
    assert set(etl.of_type("aws_cloudwatch_event_rule")) == {"run_arrived", "job_failed", "job_slow", "crawler_failed"}
    assert set(etl.of_type("aws_cloudwatch_event_target")) == {"workflow", "job_failed", "job_slow", "crawler_failed"}
    assert set(etl.of_type("aws_glue_trigger")) == {"on_arrival"}
