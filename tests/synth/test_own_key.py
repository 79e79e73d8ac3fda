"""The environment's own KMS key: who may use it, all that is encrypted with it, and that nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from contract.sources.catia import CONTRACT
from tests.synth.synthesized import (
    ACCOUNT,
    ARROW_VARIANT,
    GLUE_VARIANT,
    KEY_ARROW_VARIANT,
    KEY_ETL,
    KEY_GLUE_VARIANT,
    KEY_NORMALIZE,
    OWN_KEY_STACKS,
    PARTITION,
    Stack,
    arn,
)
from tools.scan.variants import SOURCE_KEY

MADE, FOUND = "${aws_kms_key.data.arn}", "${data.aws_kms_alias.data.target_key_arn}"
SECURITY = "${aws_glue_security_configuration.own_key.name}"
DATA_KEY = ["kms:Decrypt", "kms:GenerateDataKey"]
PAIRS = {
    KEY_NORMALIZE: "cat-prod-normalize",
    KEY_ETL: "cat-prod-etl2",
    KEY_GLUE_VARIANT: GLUE_VARIANT,
    KEY_ARROW_VARIANT: ARROW_VARIANT,
}


def use(key: str, *services: str) -> dict[str, Any]:
    through = [f"{service}.us-east-1.amazonaws.com" for service in services]
    condition = {"StringEquals": {"kms:ViaService": through}}
    return {"Sid": "UseKey", "Effect": "Allow", "Action": DATA_KEY, "Resource": [key], "Condition": condition}


def decrypt(sid: str, key: str, context: str, of: str) -> dict[str, Any]:
    condition = {"StringEquals": {f"kms:EncryptionContext:{context}": of}}
    return {"Sid": sid, "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [key], "Condition": condition}


def on_glue(key: str) -> list[dict[str, Any]]:
    groups = arn("logs", "log-group:/aws-glue/*")
    associate = {"Sid": "EncryptLogs", "Effect": "Allow", "Action": ["logs:AssociateKmsKey"], "Resource": [groups]}
    return [use(key, "s3"), associate]


def as_function(key: str, name: str) -> list[dict[str, Any]]:
    variables = decrypt("ReadVariables", key, "aws:lambda:FunctionArn", arn("lambda", f"function:{name}"))
    return [use(key, "s3", "sns"), variables]


OF_THE_PARAMETER = decrypt(*("ReadParameter", FOUND, "PARAMETER_ARN"), arn("ssm", "parameter/cat/prod/pseudonym-key"))


def test_key(all_stacks: dict[str, Stack]) -> None:
    stack = all_stacks[KEY_NORMALIZE]
    key = stack["aws_kms_key.data"]
    policy = stack.json_of("aws_kms_key.data", "policy")
    assert {name: value for name, value in key.items() if name != "policy"} == {
        "description": "Encrypts what the CAT platform keeps in prod",
        "deletion_window_in_days": 30,
        "enable_key_rotation": True,
        "lifecycle": {"prevent_destroy": True},
        "tags": {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM", "ResourceType": "SECURITY"},
    }
    assert stack["aws_kms_alias.data"] == {"name": "alias/cat-prod-data", "target_key_id": "${aws_kms_key.data.key_id}"}
    groups = [
        *("/aws/lambda/cat-prod-lambda-normalize", "/aws/lambda/cat-prod-etl2-parquet"),
        *("/aws-glue/*cat-prod-normalize-own-key*", "/aws-glue/*cat-prod-etl2-own-key*"),
    ]
    queues = [arn("sqs", name) for name in ("cat-prod-alerts-dead-letters", "cat-prod-etl2-dead-letters")]
    assert policy["Statement"] == [
        {
            "Sid": "AccountAdministers",
            "Effect": "Allow",
            "Action": ["kms:*"],
            "Principal": {"AWS": [f"arn:{PARTITION}:iam::{ACCOUNT}:root"]},
            "Resource": ["*"],
        },
        {
            "Sid": "LogsAreEncrypted",
            "Effect": "Allow",
            "Action": ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Principal": {"Service": ["logs.us-east-1.amazonaws.com"]},
            "Resource": ["*"],
            "Condition": {
                "ArnLike": {"kms:EncryptionContext:aws:logs:arn": [arn("logs", f"log-group:{name}") for name in groups]}
            },
        },
        *(
            {
                "Sid": sid,
                "Effect": "Allow",
                "Action": DATA_KEY,
                "Principal": {"Service": [f"{service}.amazonaws.com"]},
                "Resource": ["*"],
                "Condition": {"StringEquals": condition},
            }
            for sid, service, condition in (
                ("AlarmsPublish", "cloudwatch", {"aws:SourceAccount": ACCOUNT}),
                ("RulesPublish", "events", {"kms:EncryptionContext:aws:sns:topicArn": [arn("sns", "cat-prod-alerts")]}),
                ("RulesKeepUndelivered", "events", {"kms:EncryptionContext:aws:sqs:arn": queues}),
            )
        ),
    ]


def test_etl_finds_the_key_by_its_alias(all_stacks: dict[str, Stack]) -> None:
    for name in (KEY_ETL, KEY_ARROW_VARIANT):
        assert all_stacks[name]["data.aws_kms_alias.data"] == {"name": "alias/cat-prod-data"}


@pytest.mark.parametrize("name", [KEY_ETL, KEY_ARROW_VARIANT, KEY_GLUE_VARIANT])
def test_glue_security(all_stacks: dict[str, Stack], name: str) -> None:
    key, part = (MADE, "normalize") if name == KEY_GLUE_VARIANT else (FOUND, "etl2")
    assert all_stacks[name]["aws_glue_security_configuration.own_key"] == {
        "name": f"cat-prod-{part}-own-key",
        "encryption_configuration": {
            "cloudwatch_encryption": {"cloudwatch_encryption_mode": "SSE-KMS", "kms_key_arn": key},
            "job_bookmarks_encryption": {"job_bookmarks_encryption_mode": "CSE-KMS", "kms_key_arn": key},
            "s3_encryption": {"s3_encryption_mode": "SSE-KMS", "kms_key_arn": key},
        },
    }


def differences(without: Stack, with_key: Stack) -> dict[str, dict[str, Any]]:
    """Each argument that the key changes, by address, as it is with the key; of a policy, the statements it adds."""
    found: dict[str, dict[str, Any]] = {}
    for address in without.addresses:
        before, after = without[address], with_key[address]
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) == after.get(name):
                continue
            found.setdefault(address, {})[name] = after.get(name)
            if name == "policy":
                old, new = (stack.statements(address, name) for stack in (without, with_key))
                assert [statement for statement in new if statement in old] == old
                found[address][name] = [statement for statement in new if statement not in old]
    return found


#: What the variants have beside their own key: a source table with a key of its owner's.
OF_THE_SOURCE: dict[str, Any] = {
    "Sid": "DecryptSourceTable",
    "Effect": "Allow",
    "Action": ["kms:Decrypt"],
    "Resource": [SOURCE_KEY],
    "Condition": {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}},
}
EXPECTED: dict[str, dict[str, dict[str, Any]]] = {
    KEY_NORMALIZE: {
        "aws_cloudwatch_log_group.normalize": {"kms_key_id": MADE},
        "aws_iam_role_policy.normalize": {"policy": [OF_THE_SOURCE, *as_function(MADE, "cat-prod-lambda-normalize")]},
        "aws_lambda_function.normalize": {"kms_key_arn": MADE},
    },
    KEY_GLUE_VARIANT: {
        **{
            f"aws_cloudwatch_log_group.job_{stream}": {
                "kms_key_id": MADE,
                "name": f"/aws-glue/jobs/{SECURITY}-role/cat-prod-normalize-job/{stream}",
            }
            for stream in ("error", "output")
        },
        "aws_glue_job.normalize": {"security_configuration": SECURITY},
        "aws_iam_role_policy.job": {"policy": [OF_THE_SOURCE, *on_glue(MADE)]},
    },
    KEY_ETL: {
        **{
            f"aws_cloudwatch_log_group.job_{stream}": {
                "kms_key_id": FOUND,
                "name": f"/aws-glue/jobs/{SECURITY}-role/cat-prod-etl2-job/{stream}",
            }
            for stream in ("error", "output")
        },
        "aws_glue_job.parquet": {"security_configuration": SECURITY},
        "aws_iam_role_policy.job": {"policy": [OF_THE_PARAMETER, *on_glue(FOUND)]},
    },
    KEY_ARROW_VARIANT: {
        "aws_cloudwatch_log_group.parquet": {"kms_key_id": FOUND},
        "aws_iam_role_policy.parquet": {"policy": [OF_THE_PARAMETER, *as_function(FOUND, "cat-prod-etl2-parquet")]},
        "aws_lambda_function.parquet": {"kms_key_arn": FOUND},
    },
}
#: Whichever the engine.
IN_NORMALIZE: dict[str, dict[str, Any]] = {
    "aws_iam_role_policy.schedule": {
        "policy": [
            use(MADE, "sqs"),
            decrypt(
                *("ReadSchedule", MADE, "aws:scheduler:schedule:arn"),
                arn("scheduler", "schedule/cat-prod-normalize/cat-prod-normalize-daily"),
            ),
        ]
    },
    "aws_s3_bucket_server_side_encryption_configuration.reports": {
        "rule": [
            {
                "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": MADE},
                "bucket_key_enabled": True,
            }
        ]
    },
    "aws_scheduler_schedule.daily": {"kms_key_arn": MADE},
    "aws_sns_topic.alerts": {"kms_master_key_id": MADE},
    "aws_sqs_queue.dead_letters": {"kms_master_key_id": MADE, "sqs_managed_sse_enabled": None},
    "aws_sqs_queue.undelivered_alerts": {"kms_master_key_id": MADE, "sqs_managed_sse_enabled": None},
}
IN_ETL: dict[str, dict[str, Any]] = {
    "aws_glue_crawler.curated": {
        "depends_on": [
            "aws_cloudwatch_log_group.crawler",
            *(f"aws_glue_catalog_table.iceberg_{table.name}" for table in CONTRACT.tables),
        ],
        "security_configuration": SECURITY,
    },
    **{f"aws_iam_policy.{group}": {"policy": [use(FOUND, "s3")]} for group in ("everyday", "full")},
    "aws_iam_role_policy.crawler": {"policy": on_glue(FOUND)},
    "aws_sqs_queue.dead_letters": {"kms_master_key_id": FOUND, "sqs_managed_sse_enabled": None},
}


@pytest.mark.parametrize("name", OWN_KEY_STACKS)
def test_key_changes_only_what_it_encrypts(all_stacks: dict[str, Stack], name: str) -> None:
    in_stack = IN_NORMALIZE if "normalize" in name.partition(" ")[0] else IN_ETL
    found = differences(all_stacks[PAIRS[name]], all_stacks[name])
    workgroups = [found.pop(address) for address in list(found) if address.startswith("aws_athena_workgroup.")]
    for job, group in (("normalize", "cat-prod-normalize-spark"), ("parquet", "cat-prod-etl2-parquet")):
        if f"aws_glue_job.{job}" in found:
            # Glue puts the key's configuration and the role into the names of the groups, which tells jobs apart.
            arguments = found[f"aws_glue_job.{job}"].pop("default_arguments")
            before = all_stacks[PAIRS[name]][f"aws_glue_job.{job}"]["default_arguments"]
            assert before == {**arguments, "--custom-logGroup-prefix": f"/aws-glue/jobs/{group}"}
    assert found == {**in_stack, **EXPECTED[name]}
    assert len(workgroups) == (3 if in_stack is IN_ETL else 0)
    for each in workgroups:
        assert each["configuration"]["result_configuration"]["encryption_configuration"] == {
            "encryption_option": "SSE_KMS",
            "kms_key_arn": FOUND,
        }


@pytest.mark.parametrize("name", OWN_KEY_STACKS)
def test_key_adds_only_itself_and_glues_configuration(all_stacks: dict[str, Stack], name: str) -> None:
    added = set(all_stacks[name].addresses) - set(all_stacks[PAIRS[name]].addresses)
    assert (
        added
        == {
            KEY_NORMALIZE: {"aws_kms_key.data", "aws_kms_alias.data"},
            KEY_GLUE_VARIANT: {"aws_kms_key.data", "aws_kms_alias.data", "aws_glue_security_configuration.own_key"},
            KEY_ETL: {
                "data.aws_kms_alias.data",
                "aws_glue_security_configuration.own_key",
                "aws_cloudwatch_log_group.crawler",
            },
            KEY_ARROW_VARIANT: {
                "data.aws_kms_alias.data",
                "aws_glue_security_configuration.own_key",
                "aws_cloudwatch_log_group.crawler",
            },
        }[name]
    )


def test_job_tells_where_its_encrypted_log_is(all_stacks: dict[str, Stack]) -> None:
    output = all_stacks[KEY_GLUE_VARIANT].document["output"]["log_group_name"]["value"]
    assert output == f"/aws-glue/jobs/{SECURITY}-role/cat-prod-normalize-job/output"
    assert all_stacks[GLUE_VARIANT].document["output"]["log_group_name"]["value"] == (
        "/aws-glue/jobs/cat-prod-normalize-spark/output"
    )


def test_nothing_of_it_without_the_setting(all_stacks: dict[str, Stack]) -> None:
    for name in all_stacks.keys() - set(OWN_KEY_STACKS):
        assert "kms" not in all_stacks[name].text
        assert "security_configuration" not in all_stacks[name].text
