"""Every role's trust and permissions, whole: a permission more or less is a decision, and this file records it."""

from __future__ import annotations

from typing import Any

from contract.layout import TOMBSTONES_KEY
from tests.synth.synthesized import (
    ACCOUNT,
    ARROW_VARIANT,
    BUCKET,
    FOUND_BUCKET,
    GLUE_VARIANT,
    KEY_ARROW_VARIANT,
    KEY_GLUE_VARIANT,
    Stack,
    arn,
)

CLEAN, CURATED = "reports/etl-process1/", "reports/etl-process2/"
RESTRICTED = "reports/etl-process2-restricted/"
PSEUDONYMOUS = "reports/etl-process2-pseudonymous/"
PSEUDONYMOUS_TABLES = ("messages", "feedback", "conversations")


def allow(sid: str, actions: list[str], resources: list[str], **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources, **more}


def assumed_by(service: str, **conditions: Any) -> list[dict[str, Any]]:
    trusted = {
        "Sid": "AssumedByService",
        "Effect": "Allow",
        "Action": ["sts:AssumeRole"],
        "Principal": {"Service": [service]},
    }
    return [{**trusted, "Condition": conditions} if conditions else trusted]


def permissions(stack: Stack, name: str) -> Any:
    """Return the role's statements, once it is clear that the policy is that role's."""
    assert stack[f"aws_iam_role_policy.{name}"]["role"] == f"${{aws_iam_role.{name}.id}}"
    return stack.statements(f"aws_iam_role_policy.{name}")


def trust(stack: Stack, name: str) -> Any:
    return stack.statements(f"aws_iam_role.{name}", "assume_role_policy")


def curated_tables(stack: Stack, *, of_analysts: bool = False) -> list[str]:
    database = f"cat_{stack.env}_analytics_db"
    apart = [] if of_analysts else ["rejected"]
    tables = ["messages", "feedback", *apart, "conversations", "runs", "data_quality"]
    resources = ["catalog", f"database/{database}", *(f"table/{database}/{table}" for table in tables)]
    return [arn("glue", resource) for resource in resources]


WRITE_GLUE_LOGS = allow(
    "WriteLogs",
    ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    [arn("logs", "log-group:/aws-glue/*")],
)


def write_metrics(sid: str, namespace: str) -> dict[str, Any]:
    condition = {"StringEquals": {"cloudwatch:namespace": namespace}}
    return allow(sid, ["cloudwatch:PutMetricData"], ["*"], Condition=condition)


def to_run_on_glue(bucket: str, *code: str) -> list[dict[str, Any]]:
    """What Glue itself does as the role of any job."""
    return [
        allow("ReadCode", ["s3:GetObject"], [f"{bucket}/artifacts/*/{name}" for name in code]),
        WRITE_GLUE_LOGS,
        write_metrics("WriteMetrics", "Glue"),
    ]


OWN_ACCOUNT = {"aws:SourceAccount": ACCOUNT}


def test_no_other_roles_or_policies(all_stacks: dict[str, Stack]) -> None:
    of_variants = {
        **{name: {"job", "schedule"} for name in (GLUE_VARIANT, KEY_GLUE_VARIANT)},
        **{name: {"parquet", "crawler"} for name in (ARROW_VARIANT, KEY_ARROW_VARIANT)},
    }
    for name, stack in all_stacks.items():
        if name in of_variants:
            roles = of_variants[name]
        elif stack.name.endswith("etl2"):
            roles = {"job", "crawler", "events"}
        else:
            roles = {"normalize", "schedule"} if stack.env == "prod" else {"normalize"}
        assert set(stack.of_type("aws_iam_role")) == roles, name
        assert set(stack.of_type("aws_iam_role_policy")) == roles, name
        people = ("aws_iam_role", "aws_iam_policy")
        assert not {address for address in stack.addresses if "iam" in address and not address.startswith(people)}


def to_leave_out_the_erased(stack: Stack) -> list[dict[str, Any]]:
    return [
        allow("ReadTombstones", ["s3:GetObject"], [f"{BUCKET}/{TOMBSTONES_KEY}"]),
        # Without it S3 says of tombstones that are not there that they may not be read.
        allow("FindTombstones", ["s3:ListBucket"], [BUCKET], Condition={"StringEquals": {"s3:prefix": TOMBSTONES_KEY}}),
        allow("ReadTombstoneKey", ["ssm:GetParameter"], [arn("ssm", f"parameter/cat/{stack.env}/tombstone-key")]),
    ]


def test_function_permissions(normalize: Stack) -> None:
    assert permissions(normalize, "normalize") == [
        allow(
            "ReadSourceTable",
            ["dynamodb:DescribeTable", "dynamodb:Scan"],
            [arn("dynamodb", f"table/cat-{normalize.env}-catia-conversations-table")],
        ),
        allow("WriteCleanZone", ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"], [f"{BUCKET}/{CLEAN}*"]),
        *to_leave_out_the_erased(normalize),
        allow("FindOpenUploads", ["s3:ListBucketMultipartUploads"], [BUCKET]),
        allow(
            "WriteLogs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            ["${aws_cloudwatch_log_group.normalize.arn}:*"],
        ),
        allow("ReportFailures", ["sns:Publish"], ["${aws_sns_topic.alerts.arn}"]),
    ]


def test_function_trust(normalize: Stack, arrow_etl: Stack) -> None:
    for stack, name in ((normalize, "normalize"), (arrow_etl, "parquet")):
        assert trust(stack, name) == assumed_by("lambda.amazonaws.com")


def test_schedule_role(prod_normalize: Stack, glue_normalize: Stack) -> None:
    start = {
        "function": allow("InvokeFunction", ["lambda:InvokeFunction"], ["${aws_lambda_function.normalize.arn}"]),
        "job": allow("StartJob", ["glue:StartJobRun"], ["${aws_glue_job.normalize.arn}"]),
    }
    for what, stack in (("function", prod_normalize), ("job", glue_normalize)):
        assert trust(stack, "schedule") == assumed_by(
            "scheduler.amazonaws.com",
            StringEquals=OWN_ACCOUNT,
            ArnLike={"aws:SourceArn": arn("scheduler", "schedule-group/cat-prod-normalize")},
        )
        assert permissions(stack, "schedule") == [
            start[what],
            allow("KeepUndelivered", ["sqs:SendMessage"], ["${aws_sqs_queue.dead_letters.arn}"]),
        ]


def to_curate(stack: Stack) -> list[dict[str, Any]]:
    """What ETL-2 does itself, whichever its engine."""
    announced = {"events:source": f"cat-{stack.env}-etl2", "events:detail-type": "cat.tables.ready"}
    written = [CURATED, RESTRICTED, *([PSEUDONYMOUS] if stack.env != "test" else [])]
    return [
        allow(
            "ListZones",
            ["s3:ListBucket"],
            [FOUND_BUCKET],
            Condition={"StringLike": {"s3:prefix": [*(f"{prefix}*" for prefix in (CLEAN, *written)), TOMBSTONES_KEY]}},
        ),
        allow("ReadTombstones", ["s3:GetObject"], [f"{FOUND_BUCKET}/{TOMBSTONES_KEY}"]),
        allow("ReadCleanZone", ["s3:GetObject"], [f"{FOUND_BUCKET}/{CLEAN}*"]),
        allow(
            "WriteCuratedZone",
            ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [f"{FOUND_BUCKET}/{prefix}*" for prefix in written],
        ),
        allow("ReadFirstMetadata", ["s3:GetObject"], [f"{FOUND_BUCKET}/artifacts/tables/*"]),
        allow(
            "CommitTables",
            ["glue:GetTable", "glue:UpdateTable"],
            [*curated_tables(stack), *(pseudonymous_tables(stack) if stack.env != "test" else [])],
        ),
        allow(
            "AnnounceTables",
            ["events:PutEvents"],
            [arn("events", "event-bus/default")],
            Condition={"StringEquals": announced},
        ),
        write_metrics("WriteRunMetrics", "CAT/Etl"),
        *(to_make_pseudonyms(stack) if stack.env != "test" else []),
    ]


def pseudonymous_tables(stack: Stack) -> list[str]:
    database = f"cat_{stack.env}_pseudonymous_db"
    return [
        arn("glue", one)
        for one in (f"database/{database}", *(f"table/{database}/{name}" for name in PSEUDONYMOUS_TABLES))
    ]


def to_make_pseudonyms(stack: Stack) -> list[dict[str, Any]]:
    return [
        # The one parameter, and no other of the account.
        allow("ReadPseudonymKey", ["ssm:GetParameter"], [arn("ssm", f"parameter/cat/{stack.env}/pseudonym-key")]),
    ]


def test_job_permissions(etl: Stack) -> None:
    assert permissions(etl, "job") == [*to_curate(etl), *to_run_on_glue(FOUND_BUCKET, "job.py", "glue_src.zip")]


def test_arrow_function_permissions(arrow_etl: Stack) -> None:
    assert permissions(arrow_etl, "parquet") == [
        *to_curate(arrow_etl),
        allow(
            "WriteLogs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            ["${aws_cloudwatch_log_group.parquet.arn}:*"],
        ),
        allow("ReportFailures", ["sns:Publish"], ["${data.aws_sns_topic.alerts.arn}"]),
    ]


def test_normalize_job_permissions(glue_normalize: Stack) -> None:
    table = arn("dynamodb", "table/cat-prod-catia-conversations-table")
    assert permissions(glue_normalize, "job") == [
        allow("ReadSourceTable", ["dynamodb:DescribeTable", "dynamodb:Scan"], [table]),
        allow("WriteCleanZone", ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"], [f"{BUCKET}/{CLEAN}*"]),
        *to_leave_out_the_erased(glue_normalize),
        allow("FindOpenUploads", ["s3:ListBucketMultipartUploads"], [BUCKET]),
        write_metrics("WriteRunMetrics", "CAT/Normalize"),
        *to_run_on_glue(BUCKET, "spark_job.py", "lambda_src.zip"),
    ]


def test_crawler_permissions(etl: Stack) -> None:
    assert permissions(etl, "crawler") == [
        allow(
            "ListCuratedZone",
            ["s3:ListBucket"],
            [FOUND_BUCKET],
            Condition={"StringLike": {"s3:prefix": [f"{CURATED}*"]}},
        ),
        allow("FindBucket", ["s3:GetBucketLocation"], [FOUND_BUCKET]),
        allow("ReadCuratedZone", ["s3:GetObject"], [f"{FOUND_BUCKET}/{CURATED}*"]),
        allow("FindDatabase", ["glue:GetDatabase"], curated_tables(etl)[:2]),
        allow(
            "KeepCatalog",
            ["glue:GetTable", "glue:GetTables", "glue:UpdateTable"],
            curated_tables(etl, of_analysts=True),
        ),
        WRITE_GLUE_LOGS,
    ]


def test_events_role(etl: Stack) -> None:
    assert trust(etl, "events") == assumed_by(
        "events.amazonaws.com",
        StringEquals=OWN_ACCOUNT,
        ArnLike={"aws:SourceArn": "${aws_cloudwatch_event_rule.run_arrived.arn}"},
    )
    assert permissions(etl, "events") == [
        allow("NotifyWorkflow", ["glue:NotifyEvent"], ["${aws_glue_workflow.etl.arn}"])
    ]


def test_glue_trusts(etl: Stack, glue_normalize: Stack) -> None:
    for stack, name in ((etl, "job"), (etl, "crawler"), (glue_normalize, "job")):
        assert trust(stack, name) == assumed_by("glue.amazonaws.com", StringEquals=OWN_ACCOUNT), name


def test_topic_policy(normalize: Stack) -> None:
    assert normalize["aws_sns_topic_policy.alerts"]["arn"] == "${aws_sns_topic.alerts.arn}"
    assert normalize.statements("aws_sns_topic_policy.alerts") == [
        allow(
            "AlarmsPublish",
            ["sns:Publish"],
            ["${aws_sns_topic.alerts.arn}"],
            Principal={"Service": ["cloudwatch.amazonaws.com"]},
            Condition={"StringEquals": OWN_ACCOUNT},
        ),
        allow(
            "RulesPublish",
            ["sns:Publish"],
            ["${aws_sns_topic.alerts.arn}"],
            Principal={"Service": ["events.amazonaws.com"]},
        ),
    ]


def test_dead_letters_policy(etl: Stack, arrow_etl: Stack) -> None:
    for stack in (etl, arrow_etl):
        assert stack.statements("aws_sqs_queue.dead_letters") == [
            allow(
                "EventBridgeKeepsUndelivered",
                ["sqs:SendMessage"],
                # By name: a queue cannot refer to itself.
                [arn("sqs", stack["aws_sqs_queue.dead_letters"]["name"])],
                Principal={"Service": ["events.amazonaws.com"]},
                Condition={"ArnLike": {"aws:SourceArn": "${aws_cloudwatch_event_rule.run_arrived.arn}"}},
            )
        ]
