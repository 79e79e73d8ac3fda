from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from contract.settings import LambdaVariable
from tests.synth.synthesized import COMPUTE_TAGS, ROOT, Stack

SIZES = {
    "test": {"timeout": 300, "memory_size": 1024},
    "prod": {"timeout": 900, "memory_size": 2048},
    "local": {"timeout": 300, "memory_size": 1024},
}
RULES = {
    "test": [],
    "prod": [],
    "local": [{"name": "automated-checks", "attribute": "user_id", "operator": "starts_with", "values": ["monitor-"]}],
}


def asset(stack: Stack, path: str) -> Path:
    assert not Path(path).is_absolute(), "an asset's path must be relative to its stack's folder"
    return stack.folder / path


def test_function(normalize: Stack) -> None:
    function = normalize["aws_lambda_function.normalize"]
    for computed in ("filename", "source_code_hash", "environment"):
        del function[computed]
    assert function == {
        "function_name": f"cat-{normalize.env}-lambda-normalize",
        "description": "ETL-1: normalizes the source table into the clean zone's CSV files",
        "role": "${aws_iam_role.normalize.arn}",
        "runtime": "python3.12",
        "architectures": ["x86_64"],
        "handler": "lambda_src.handler.handler",
        "layers": ["${aws_lambda_layer_version.normalize.arn}"],
        **SIZES[normalize.env],
        "tags": {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM", **COMPUTE_TAGS},
        "depends_on": ["aws_cloudwatch_log_group.normalize", "aws_iam_role_policy.normalize"],
    }


def test_environment_variables(normalize: Stack) -> None:
    environment = normalize["aws_lambda_function.normalize"]["environment"]
    assert list(environment) == ["variables"]
    variables = environment["variables"]
    assert json.loads(variables.pop("EXCLUSION_RULES")) == RULES[normalize.env]
    assert variables == {
        "S3_BUCKET_NAME": "${aws_s3_bucket.reports.bucket}",
        "DYNAMODB_TABLE_NAME": f"cat-{normalize.env}-catia-conversations-table",
        "PROJECT_ID": "P2124",
        "ENVIRONMENT": normalize.env,
        "CLIENT": "CAT",
        "CLEAN_PREFIX": "reports/etl-process1/",
        "TIME_ZONE": "America/Bogota",
        "SCAN_SEGMENTS": "auto",
        "MAX_READ_CAPACITY_UNITS": "unlimited",
        "METRICS_NAMESPACE": "CAT/Normalize",
        "CONTRACT": "catia",
        "TOMBSTONE_KEY": f"/cat/{normalize.env}/tombstone-key",
    }


def test_environment_variables_are_those_that_the_function_reads(normalize: Stack) -> None:
    names = {value for name, value in vars(LambdaVariable).items() if not name.startswith("_")}
    assert set(normalize["aws_lambda_function.normalize"]["environment"]["variables"]) == names


@pytest.mark.parametrize("address", ["aws_lambda_function.normalize", "aws_lambda_layer_version.normalize"])
def test_hash_is_the_archives_own(normalize: Stack, address: str) -> None:
    resource = normalize[address]
    content = asset(normalize, resource["filename"]).read_bytes()
    assert resource["source_code_hash"] == base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_layer(normalize: Stack) -> None:
    layer = normalize["aws_lambda_layer_version.normalize"]
    target = Path(layer.pop("filename")).name
    del layer["source_code_hash"]
    assert layer == {
        "layer_name": f"cat-{normalize.env}-normalize-dependencies",
        "description": "Dependencies of the Normalize function",
        "compatible_runtimes": ["python3.12"],
        "compatible_architectures": ["x86_64"],
    }
    aws = target.startswith("layer-cp312-manylinux_2_28_x86_64-")
    assert aws is (normalize.env != "local"), f"{normalize.name} has {target}"


def test_handler_exists() -> None:
    module, _, function = "lambda_src.handler.handler".rpartition(".")
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    assert f"def {function}(" in source


def test_log_group(normalize: Stack) -> None:
    assert normalize["aws_cloudwatch_log_group.normalize"] == {
        "name": f"/aws/lambda/cat-{normalize.env}-lambda-normalize",
        "retention_in_days": {"test": 14, "prod": 90, "local": 1}[normalize.env],
        "tags": {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM", "ResourceType": "MONITORING"},
    }


def test_failed_invocations_reach_the_topic(normalize: Stack) -> None:
    assert normalize["aws_lambda_function_event_invoke_config.normalize"] == {
        "function_name": "${aws_lambda_function.normalize.function_name}",
        "maximum_retry_attempts": 2,
        "maximum_event_age_in_seconds": 21600,
        "destination_config": {"on_failure": {"destination": "${aws_sns_topic.alerts.arn}"}},
    }


def test_one_function(stacks: dict[str, Stack]) -> None:
    found = {name: sorted(stack.of_type("aws_lambda_function")) for name, stack in stacks.items()}
    assert found == {name: ["normalize"] if name.endswith("normalize") else [] for name in stacks}
