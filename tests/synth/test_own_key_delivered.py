"""What workflows' roles may do with the environment's own key: what Terraform's calls take, through no other service.

A service that encrypts with the key as the caller shows it in ``kms:ViaService``; others do so as themselves, by the
key's own policy.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from tests.synth.synthesized import OWN_KEY_STACKS, Stack

#: By the type of a resource that is told the key: the service that reads it by the caller's permission, if one does.
#: - S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
#: - Lambda: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
#: - Scheduler: https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html
BY_THE_CALLER: Final = {
    "aws_athena_workgroup": None,  # Athena uses it when somebody queries.
    "aws_cloudwatch_log_group": None,  # CloudWatch Logs is in the key's policy.
    "aws_glue_security_configuration": None,  # Jobs and crawlers use it as their roles.
    "aws_lambda_function": "lambda",
    "aws_s3_bucket_server_side_encryption_configuration": "s3",  # Programs are put into the bucket, and read again.
    "aws_scheduler_schedule": "scheduler",
    "aws_sns_topic": None,  # Who publishes uses it.
    "aws_sqs_queue": None,  # Who sends uses it.
}
#: These name the key and encrypt nothing.
NAMING: Final = {"aws_iam_policy", "aws_iam_role_policy", "aws_kms_alias"}
KEY: Final = ("${aws_kms_key.data.", "${data.aws_kms_alias.data.")


def told_the_key(stack: Stack) -> set[str]:
    resources = stack.document["resource"]
    return {kind for kind, named in resources.items() if any(token in json.dumps(named) for token in KEY)} - NAMING


def decrypting(pipeline: Stack, role: str) -> dict[str, Any]:
    statements = pipeline.statements(f"aws_iam_role_policy.{role}")
    (found,) = [each for each in statements if "kms:Decrypt" in each["Action"]]
    return dict(found)


def test_every_resource_that_is_told_the_key_is_known(all_stacks: dict[str, Stack]) -> None:
    assert set.union(*(told_the_key(all_stacks[name]) for name in OWN_KEY_STACKS)) == set(BY_THE_CALLER)


@pytest.mark.parametrize("role", ["plan", "deploy"])
def test_key_is_used_through_each_service_that_asks_as_the_caller(pipeline: Stack, role: str) -> None:
    services = {f"{service}.us-east-1.amazonaws.com" for service in BY_THE_CALLER.values() if service}
    assert set(decrypting(pipeline, role)["Condition"]["StringEquals"]["kms:ViaService"]) == services


def test_deployment_may_encrypt_with_the_key(pipeline: Stack) -> None:
    statements = pipeline.statements("aws_iam_role_policy.deploy")
    allowed = {action for each in statements for action in each["Action"] if action.startswith("kms:")}
    assert {"kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"} <= allowed
