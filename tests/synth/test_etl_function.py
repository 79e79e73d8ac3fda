"""ETL-2's stack where Arrow is the engine: the Lambda function in the Spark job's place."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest

from contract.settings import ARROW_MEMORY_VARIABLES, TRANSFORM_VARIABLES
from tests.synth.synthesized import COMPUTE_TAGS, ROOT, Stack

TAGS = {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD"}


def test_function(arrow_etl: Stack) -> None:
    function = arrow_etl["aws_lambda_function.parquet"]
    for computed in ("filename", "source_code_hash", "environment"):
        del function[computed]
    assert function == {
        "function_name": "cat-prod-etl2-parquet",
        "description": "ETL-2: brings the Iceberg tables to the state of the newest run",
        "role": "${aws_iam_role.parquet.arn}",
        "runtime": "python3.12",
        "architectures": ["x86_64"],
        "handler": "glue_src.handler.handler",
        "layers": ["${aws_lambda_layer_version.parquet.arn}"],
        "timeout": 900,
        "memory_size": 3538,
        "ephemeral_storage": {"size": 2048},
        # One event after the other; Lambda itself keeps the rest.
        "reserved_concurrent_executions": 1,
        "tags": {**TAGS, **COMPUTE_TAGS},
        "depends_on": ["aws_cloudwatch_log_group.parquet", "aws_iam_role_policy.parquet"],
    }


def test_function_has_the_jobs_name_and_purpose(prod_etl: Stack, arrow_etl: Stack) -> None:
    job, function = prod_etl["aws_glue_job.parquet"], arrow_etl["aws_lambda_function.parquet"]
    assert (function["function_name"], function["description"]) == (job["name"], job["description"])


def test_environment_variables(arrow_etl: Stack) -> None:
    assert arrow_etl["aws_lambda_function.parquet"]["environment"] == {
        "variables": {
            "BUCKET": "${data.aws_s3_bucket.reports.bucket}",
            "CLEAN_PREFIX": "reports/etl-process1/",
            "CURATED_PREFIX": "reports/etl-process2/",
            "RESTRICTED_PREFIX": "reports/etl-process2-restricted/",
            "DATABASE": "cat_prod_analytics_db",
            "ENVIRONMENT": "prod",
            "MAX_REJECTED_RATIO": "0.05",
            "MAX_REMOVED_RATIO": "0.2",
            "HISTORY_DAYS": "30",
            "REJECTED_DAYS": "30",
            "METRICS_NAMESPACE": "CAT/Etl",
            "CONTRACT": "catia",
            "REBUILD": "none",
            "PSEUDONYMOUS_DATABASE": "cat_prod_pseudonymous_db",
            "PSEUDONYM_KEY": "/cat/prod/pseudonym-key",
            "FORGET_BEFORE": "never",
            "MIMALLOC_PURGE_DELAY": "-1",
            "MIMALLOC_ALLOW_THP": "0",
            "MALLOC_ARENA_MAX": "1",
        }
    }


def test_function_is_told_what_the_job_is_told(prod_etl: Stack, arrow_etl: Stack) -> None:
    variables = arrow_etl["aws_lambda_function.parquet"]["environment"]["variables"]
    told = prod_etl["aws_glue_job.parquet"]["default_arguments"]
    expected = {variable: told[f"--{name}"] for name, variable in TRANSFORM_VARIABLES.items()}
    # The job's memory is the JVM's.
    assert variables.keys() - expected.keys() == set(ARROW_MEMORY_VARIABLES)
    assert {name: variables[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("aws_lambda_function.parquet", ("aws_lambda_function.parquet", "filename")),
        ("aws_lambda_layer_version.parquet", ("aws_s3_object.layer", "source")),
    ],
)
def test_hash_is_the_archives_own(arrow_etl: Stack, address: str, source: tuple[str, str]) -> None:
    holder, argument = source
    path = arrow_etl[holder][argument]
    assert not Path(path).is_absolute()
    content = (arrow_etl.folder / path).read_bytes()
    assert arrow_etl[address]["source_code_hash"] == base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_both_engines_ship_the_same_program(prod_etl: Stack, arrow_etl: Stack) -> None:
    function = arrow_etl.folder / arrow_etl["aws_lambda_function.parquet"]["filename"]
    library = prod_etl.folder / prod_etl["aws_s3_object.library"]["source"]
    assert library.read_bytes() == function.read_bytes()


def test_layer(arrow_etl: Stack) -> None:
    layer, stored = arrow_etl["aws_lambda_layer_version.parquet"], arrow_etl["aws_s3_object.layer"]
    del layer["source_code_hash"]
    source = arrow_etl.folder / stored.pop("source")
    assert source.name.startswith("layer-cp312-manylinux_2_28_x86_64-")
    assert stored == {
        "bucket": "${data.aws_s3_bucket.reports.bucket}",
        "key": f"artifacts/{hashlib.sha256(source.read_bytes()).hexdigest()}/{source.name}",
        "lifecycle": {"create_before_destroy": True},
        "tags": {**TAGS, "ResourceType": "STORAGE"},
    }
    assert layer == {
        "s3_bucket": "${aws_s3_object.layer.bucket}",
        "s3_key": "${aws_s3_object.layer.key}",
        "layer_name": "cat-prod-etl2-dependencies",
        "description": "Dependencies of the ETL-2 function",
        "compatible_runtimes": ["python3.12"],
        "compatible_architectures": ["x86_64"],
    }


def test_each_function_has_the_layer_of_its_own_requirements(prod_normalize: Stack, arrow_etl: Stack) -> None:
    holds_pyarrow = []
    uploaded = prod_normalize["aws_lambda_layer_version.normalize"]["filename"]
    for path in (prod_normalize.folder / uploaded, arrow_etl.folder / arrow_etl["aws_s3_object.layer"]["source"]):
        with zipfile.ZipFile(path) as layer:
            holds_pyarrow.append("python/pyarrow/__init__.py" in layer.namelist())
    assert holds_pyarrow == [False, True]


def test_handler_exists() -> None:
    module, _, function = "glue_src.handler.handler".rpartition(".")
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    assert f"def {function}(" in source


def test_log_group(arrow_etl: Stack) -> None:
    assert arrow_etl["aws_cloudwatch_log_group.parquet"] == {
        "name": "/aws/lambda/cat-prod-etl2-parquet",
        "retention_in_days": 90,
        "tags": {**TAGS, "ResourceType": "MONITORING"},
    }


def test_failed_invocations_reach_the_topic(arrow_etl: Stack) -> None:
    assert arrow_etl["aws_lambda_function_event_invoke_config.parquet"] == {
        "function_name": "${aws_lambda_function.parquet.function_name}",
        "maximum_retry_attempts": 2,
        "maximum_event_age_in_seconds": 21600,
        "destination_config": {"on_failure": {"destination": "${data.aws_sns_topic.alerts.arn}"}},
    }


def test_arrival_reaches_the_function_or_the_dead_letters(prod_etl: Stack, arrow_etl: Stack) -> None:
    target = arrow_etl["aws_cloudwatch_event_target.function"]
    assert target == {
        "rule": "${aws_cloudwatch_event_rule.run_arrived.name}",
        "target_id": "function",
        "arn": "${aws_lambda_function.parquet.arn}",
        "retry_policy": {"maximum_event_age_in_seconds": 86400, "maximum_retry_attempts": 185},
        "dead_letter_config": {"arn": "${aws_sqs_queue.dead_letters.arn}"},
    }
    rule = "aws_cloudwatch_event_rule.run_arrived"
    assert arrow_etl[rule] == prod_etl[rule]
    assert set(arrow_etl.of_type("aws_cloudwatch_event_target")) == {"function", "crawler_failed"}


def test_only_the_rule_may_invoke_the_function(arrow_etl: Stack) -> None:
    assert arrow_etl.of_type("aws_lambda_permission") == {
        "run_arrived": {
            "statement_id": "RunArrived",
            "action": "lambda:InvokeFunction",
            "function_name": "${aws_lambda_function.parquet.function_name}",
            "principal": "events.amazonaws.com",
            "source_arn": "${aws_cloudwatch_event_rule.run_arrived.arn}",
        }
    }


@pytest.mark.parametrize("kind", ["aws_glue_crawler", "aws_glue_catalog_table", "aws_athena_workgroup"])
def test_what_readers_see_is_the_same(prod_etl: Stack, arrow_etl: Stack, kind: str) -> None:
    assert arrow_etl.of_type(kind) == prod_etl.of_type(kind)


def test_nothing_of_the_job_is_left(arrow_etl: Stack) -> None:
    traces = (
        "aws_glue_job",
        "aws_glue_workflow",
        "aws_glue_trigger",
        "glue:NotifyEvent",
        "NotifyWorkflow",
    )
    assert [trace for trace in traces if trace in arrow_etl.text] == []
