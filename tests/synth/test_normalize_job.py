"""ETL-1's stack where Glue is the engine: the Spark job in the function's place."""

from __future__ import annotations

import hashlib
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from contract.settings import EVENT_KEYS, VARIABLES, EventKey, LambdaVariable, NormalizeArgument
from tests.synth.synthesized import COMPUTE_TAGS, ROOT, Stack
from tests.synth.test_orchestration import matches

SCRIPT = ROOT / "lambda_src" / "spark_job.py"
TAGS = {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM"}


def names_in(contract: type) -> set[str]:
    return {value for name, value in vars(contract).items() if not name.startswith("_")}


def arguments(stack: Stack) -> dict[str, str]:
    found: dict[str, str] = stack["aws_glue_job.normalize"]["default_arguments"]
    return found


def test_job(glue_normalize: Stack) -> None:
    job = glue_normalize["aws_glue_job.normalize"]
    del job["default_arguments"]
    assert job == {
        "name": "cat-prod-normalize-spark",
        "description": "ETL-1: normalizes the source table into the clean zone's CSV files",
        "role_arn": "${aws_iam_role.job.arn}",
        "glue_version": "5.1",
        "worker_type": "G.1X",
        "number_of_workers": 5,
        "timeout": 240,
        "max_retries": 0,
        "execution_property": {"max_concurrent_runs": 1},
        "job_run_queuing_enabled": True,
        "notification_property": {"notify_delay_after": 192},
        "command": {
            "name": "glueetl",
            "python_version": "3",
            "script_location": "s3://${aws_s3_object.script.bucket}/${aws_s3_object.script.key}",
        },
        "tags": {**TAGS, **COMPUTE_TAGS},
        "depends_on": ["aws_cloudwatch_log_group.job_error", "aws_cloudwatch_log_group.job_output"],
    }


def test_arguments(glue_normalize: Stack) -> None:
    found = arguments(glue_normalize)
    del found["--additional-python-modules"]
    assert found == {
        "--job-language": "python",
        "--job-bookmark-option": "job-bookmark-disable",
        "--extra-py-files": "s3://${aws_s3_object.library.bucket}/${aws_s3_object.library.key}",
        "--enable-metrics": "true",
        "--enable-observability-metrics": "true",
        "--enable-continuous-cloudwatch-log": "true",
        "--custom-logGroup-prefix": "/aws-glue/jobs/cat-prod-normalize-spark",
        "--conf": "spark.speculation=false --conf spark.task.maxFailures=4 --conf spark.driver.maxResultSize=4g",
        "--bucket": "${aws_s3_bucket.reports.bucket}",
        "--table": "cat-prod-catia-conversations-table",
        "--project_id": "P2124",
        "--environment": "prod",
        "--client": "CAT",
        "--clean_prefix": "reports/etl-process1/",
        "--time_zone": "America/Bogota",
        "--exclusion_rules": "[]",
        "--scan_segments": "auto",
        "--max_read_capacity_units": "unlimited",
        "--metrics_namespace": "CAT/Normalize",
        "--contract": "catia",
        "--tombstone_key": "/cat/prod/tombstone-key",
        "--time_limit_minutes": "235",
        "--tasks_at_once": "16",
    }


def test_arguments_are_those_of_the_contract(glue_normalize: Stack) -> None:
    # Glue's own options have hyphens, but for --conf; the job's have none.
    own = {name.removeprefix("--") for name in arguments(glue_normalize)}
    assert {name for name in own if "-" not in name} - {"conf"} == names_in(NormalizeArgument)
    assert names_in(NormalizeArgument) & names_in(EventKey) == set()
    assert set(EVENT_KEYS) == names_in(EventKey)


def test_job_is_told_what_the_function_is_told(prod_normalize: Stack, glue_normalize: Stack) -> None:
    variables = prod_normalize["aws_lambda_function.normalize"]["environment"]["variables"]
    told = arguments(glue_normalize)
    assert {VARIABLES[name]: told[f"--{name}"] for name in VARIABLES} == variables
    assert set(VARIABLES.values()) == names_in(LambdaVariable)
    assert names_in(NormalizeArgument) - set(VARIABLES) == {"time_limit_minutes", "tasks_at_once"}


def test_modules_are_those_of_the_layer_but_for_people(glue_normalize: Stack) -> None:
    lines = (ROOT / "lambda_src" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = {line for line in lines if line and not line.startswith(("#", "pandas==", "numpy=="))}
    modules = arguments(glue_normalize)["--additional-python-modules"].split(",")
    assert len(modules) == len(pins) > 5
    assert set(modules) == pins


def test_modules_lack_nothing_that_they_need(glue_normalize: Stack) -> None:
    # pip would take whatever is newest that day.
    modules = [pin.partition("==")[0] for pin in arguments(glue_normalize)["--additional-python-modules"].split(",")]
    needed = {
        canonicalize_name(requirement.name)
        for module in modules
        for requirement in map(Requirement, requires(module) or ())
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert needed, "the search for requirements finds none"
    assert needed - set(map(canonicalize_name, modules)) == set()


@pytest.mark.parametrize(("name", "file"), [("script", SCRIPT.name), ("library", "lambda_src.zip")])
def test_artifact_lies_under_its_own_hash(glue_normalize: Stack, name: str, file: str) -> None:
    artifact = glue_normalize[f"aws_s3_object.{name}"]
    assert not Path(artifact["source"]).is_absolute()
    content = (glue_normalize.folder / artifact.pop("source")).read_bytes()
    assert artifact == {
        "bucket": "${aws_s3_bucket.reports.bucket}",
        "key": f"artifacts/{hashlib.sha256(content).hexdigest()}/{file}",
        "lifecycle": {"create_before_destroy": True},
        "tags": {**TAGS, "ResourceType": "STORAGE"},
    }


def test_both_engines_ship_the_same_program(prod_normalize: Stack, glue_normalize: Stack) -> None:
    function = prod_normalize.folder / prod_normalize["aws_lambda_function.normalize"]["filename"]
    library = glue_normalize.folder / glue_normalize["aws_s3_object.library"]["source"]
    assert library.read_bytes() == function.read_bytes()


def test_script_is_the_job_itself(glue_normalize: Stack) -> None:
    source = glue_normalize["aws_s3_object.script"]["source"]
    assert (glue_normalize.folder / source).read_bytes() == SCRIPT.read_bytes()


def test_failed_runs_reach_the_topic(glue_normalize: Stack) -> None:
    rule = glue_normalize["aws_cloudwatch_event_rule.job_failed"]
    del rule["event_pattern"]
    assert rule == {
        "name": "cat-prod-normalize-job-failed",
        "description": "A run of the Spark job did not succeed",
        "state": "ENABLED",
        "tags": {**TAGS, "ResourceType": "ORCHESTRATION"},
    }
    assert glue_normalize["aws_cloudwatch_event_target.job_failed"] == {
        "rule": "${aws_cloudwatch_event_rule.job_failed.name}",
        "target_id": "alerts",
        "arn": "${aws_sns_topic.alerts.arn}",
        "input_transformer": {
            "input_paths": {"detail": "$.detail", "state": "$.detail.state", "time": "$.time"},
            "input_template": (
                '{"alert": "A Glue job is <state> since <time>, and nobody tries again: data is late. '
                'Type: python -m ops doctor --env prod. See the runbook, Normalize failed.", '
                '"detail": <detail>}'
            ),
        },
        "dead_letter_config": {"arn": "${aws_sqs_queue.undelivered_alerts.arn}"},
    }


@pytest.mark.parametrize("state", ["ERROR", "EXPIRED", "FAILED", "STOPPED", "TIMEOUT", "SUCCEEDED"])
def test_which_states_are_failures(glue_normalize: Stack, state: str) -> None:
    pattern = glue_normalize.json_of("aws_cloudwatch_event_rule.job_failed", "event_pattern")
    detail: dict[str, Any] = {"jobName": "${aws_glue_job.normalize.name}", "state": state, "jobRunId": "jr_1"}
    event = {"source": "aws.glue", "detail-type": "Glue Job State Change", "detail": detail}
    assert matches(pattern, event) is (state != "SUCCEEDED")
    assert not matches(pattern, {**event, "detail": {**detail, "jobName": "another"}})


def test_nothing_of_the_function_is_left(glue_normalize: Stack) -> None:
    traces = ("aws_lambda", "AWS/Lambda", "/aws/lambda/", "lambda:", "lambda.amazonaws.com", "-lambda-normalize")
    assert [trace for trace in traces if trace in glue_normalize.text] == []
