"""What no workflow may change: whoever could would reach data, or could hide that it was reached (docs/adr/0039).

The deploy role changes programs, and what starts and watches them. Who may do what, what is kept and for how long, and
whom the platform tells is changed by a person, as the change-guard role.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from contract.layout import first_metadata_root
from contract.serving import VIEW_TYPE

#: By the type in Terraform's addresses; the plan says by them that a person is needed.
GUARDED_TYPES: Final = frozenset(
    {
        # Who may do what, and what people may read.
        "aws_iam_policy",
        *("aws_iam_role", "aws_iam_role_policy", "aws_lambda_permission"),
        # Where data is, who is let in there, how it is encrypted and how long it stays.
        *("aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_notification"),
        *("aws_s3_bucket_ownership_controls", "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block"),
        *("aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning"),
        *("aws_glue_catalog_database", "aws_glue_security_configuration", "aws_kms_alias", "aws_kms_key"),
        # Where the answers to queries are written.
        "aws_athena_workgroup",
        # What was done, and who hears of it.
        *("aws_cloudwatch_log_group", "aws_sns_topic", "aws_sns_topic_policy", "aws_sns_topic_subscription"),
        "aws_sqs_queue",
    }
)


def is_guarded(kind: str, values: Mapping[str, Any]) -> bool:
    """Tell whether only a person may make, change or remove a resource of this type with these arguments."""
    if kind == "aws_glue_catalog_table":
        return values.get("table_type") != VIEW_TYPE
    if kind == "aws_s3_object":
        return str(values.get("key", "")).startswith(first_metadata_root())
    return kind in GUARDED_TYPES


#: What a role that workflows hold is refused, whoever may have granted it: all ways to change who may do what.
REFUSED_CHANGES: Final = (
    *("iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Set*", "iam:Tag*"),
    *("iam:Untag*", "iam:Update*"),
    *("s3:CreateBucket", "s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*", "s3:PutAccessPoint*"),
    *("kms:Put*", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:TagResource", "kms:UpdateAlias"),
    *("lambda:Add*", "lambda:CreateFunctionUrlConfig", "lambda:RemovePermission", "glue:*ResourcePolicy"),
    *("sns:AddPermission", "sns:SetTopicAttributes", "sns:Subscribe", "sqs:AddPermission", "sqs:SetQueueAttributes"),
    *("athena:CreateWorkGroup", "athena:UpdateWorkGroup", "lakeformation:*"),
)
#: What no role of the pipeline's stack may do, the person's neither: to read data, or to have it read.
REFUSED_USES: Final = (
    *("athena:Get*Result*", "athena:StartQueryExecution", "dynamodb:*", "glue:StartJobRun", "glue:*Session*"),
    *("lambda:Invoke*", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery", "sqs:ReceiveMessage"),
    "sts:AssumeRole",
)
