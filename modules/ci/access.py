"""What Terraform asks of AWS for each type of resource: the one home of what the workflows' roles may do.

A type that a stack has and that is missing here fails a test, and so does a call of the provider that no action here
covers. Names and resources of actions are the Service Authorization Reference's; which of them Terraform needs is the
provider's choice, and was read from its log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Scope(Enum):
    """What a type's actions are allowed on; modules/ci/scopes.py has the ARNs."""

    ALARMS = "Alarms"
    ARTIFACTS = "Artifacts"
    BUCKET = "Bucket"
    BUDGETS = "Budgets"
    CATALOG = "Catalog"
    DASHBOARDS = "Dashboards"
    EVERYTHING = "Everything"
    FUNCTIONS = "Functions"
    GLUE = "Glue"
    KEYS = "Keys"
    LOG_GROUPS = "LogGroups"
    POLICIES = "Policies"
    QUEUES = "Queues"
    ROLES = "Roles"
    RULES = "Rules"
    SCHEDULE_GROUPS = "ScheduleGroups"
    SCHEDULES = "Schedules"
    TOPICS = "Topics"
    VIEWS = "Views"
    WORKGROUP = "Workgroup"


@dataclass(frozen=True)
class Access:
    """The actions by which Terraform reads a type of resource, and those by which it makes, changes and removes one.

    ``deployed`` is what a workflow may write of it, where that is less than ``scope``.
    """

    scope: Scope
    read: tuple[str, ...]
    write: tuple[str, ...] = ()
    deployed: Scope | None = None


#: IAM knows no resource for these: they are allowed on everything or not at all.
WITHOUT_RESOURCE: Final = frozenset(
    {
        # Terraform asks for one group, but by a filter of a list.
        "logs:DescribeLogGroups",
        *("glue:CreateCrawler", "glue:CreateSecurityConfiguration", "glue:DeleteSecurityConfiguration"),
        "glue:GetSecurityConfiguration",
        "kms:ListAliases",
        *("sns:GetSubscriptionAttributes", "sns:ListTopics", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"),
    }
)

#: Actions on the bucket that objects in it need: an object's versions are found by a list of the bucket's.
ON_THE_BUCKET: Final = frozenset({"s3:ListBucketVersions"})

_GLUE_TAGS: Final = ("glue:TagResource", "glue:UntagResource")
_ROLE_POLICY: Final = ("iam:PutRolePolicy", "iam:DeleteRolePolicy")
_TOPIC: Final = ("sns:GetTopicAttributes", "sns:ListTagsForResource")

#: By the type in Terraform's addresses. No data goes with a deployment: bucket and key cannot be destroyed by one, and
#: keys are an administrator's to make, for who may tag or share them can reach those of others.
ACCESS: Final[Mapping[str, Access]] = {
    "data.aws_caller_identity": Access(Scope.EVERYTHING, ()),
    "data.aws_kms_alias": Access(Scope.KEYS, ("kms:ListAliases", "kms:DescribeKey")),
    "data.aws_partition": Access(Scope.EVERYTHING, ()),
    "data.aws_s3_bucket": Access(Scope.BUCKET, ("s3:ListBucket", "s3:GetBucketLocation")),
    "data.aws_sns_topic": Access(Scope.TOPICS, ("sns:ListTopics", "sns:ListTagsForResource")),
    "aws_athena_named_query": Access(
        Scope.WORKGROUP, ("athena:GetNamedQuery",), ("athena:CreateNamedQuery", "athena:DeleteNamedQuery")
    ),
    "aws_athena_workgroup": Access(
        Scope.WORKGROUP,
        ("athena:GetWorkGroup", "athena:ListTagsForResource"),
        (
            *("athena:CreateWorkGroup", "athena:UpdateWorkGroup", "athena:DeleteWorkGroup"),
            *("athena:TagResource", "athena:UntagResource"),
        ),
    ),
    "aws_budgets_budget": Access(
        Scope.BUDGETS,
        ("budgets:ViewBudget", "budgets:ListTagsForResource"),
        ("budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"),
    ),
    "aws_cloudwatch_dashboard": Access(
        Scope.DASHBOARDS, ("cloudwatch:GetDashboard",), ("cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards")
    ),
    "aws_cloudwatch_event_rule": Access(
        Scope.RULES,
        ("events:DescribeRule", "events:ListTagsForResource"),
        ("events:PutRule", "events:DeleteRule", "events:TagResource", "events:UntagResource"),
    ),
    "aws_cloudwatch_event_target": Access(
        Scope.RULES, ("events:ListTargetsByRule",), ("events:PutTargets", "events:RemoveTargets")
    ),
    "aws_cloudwatch_log_group": Access(
        Scope.LOG_GROUPS,
        ("logs:DescribeLogGroups", "logs:ListTagsForResource"),
        (
            *("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
            *("logs:AssociateKmsKey", "logs:DisassociateKmsKey", "logs:TagResource", "logs:UntagResource"),
        ),
    ),
    "aws_cloudwatch_metric_alarm": Access(
        Scope.ALARMS,
        ("cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"),
        (
            *("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"),
            *("cloudwatch:TagResource", "cloudwatch:UntagResource"),
        ),
    ),
    "aws_glue_catalog_database": Access(
        Scope.CATALOG,
        ("glue:GetDatabase", "glue:GetTags"),
        ("glue:CreateDatabase", "glue:UpdateDatabase", "glue:DeleteDatabase", *_GLUE_TAGS),
    ),
    "aws_glue_catalog_table": Access(
        Scope.CATALOG,
        ("glue:GetTable", "glue:GetPartitionIndexes"),
        ("glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable"),
        # Views are programs; a table's entry says which files its readers read.
        deployed=Scope.VIEWS,
    ),
    "aws_glue_crawler": Access(
        Scope.GLUE,
        ("glue:GetCrawler", "glue:GetTags"),
        ("glue:CreateCrawler", "glue:UpdateCrawler", "glue:DeleteCrawler", *_GLUE_TAGS),
    ),
    "aws_glue_job": Access(
        Scope.GLUE,
        ("glue:GetJob", "glue:GetTags"),
        ("glue:CreateJob", "glue:UpdateJob", "glue:DeleteJob", *_GLUE_TAGS),
    ),
    "aws_glue_security_configuration": Access(
        Scope.GLUE,
        ("glue:GetSecurityConfiguration",),
        ("glue:CreateSecurityConfiguration", "glue:DeleteSecurityConfiguration"),
    ),
    "aws_glue_trigger": Access(
        Scope.GLUE,
        ("glue:GetTrigger", "glue:GetTags"),
        (
            *("glue:CreateTrigger", "glue:UpdateTrigger", "glue:DeleteTrigger", "glue:StartTrigger"),
            *("glue:StopTrigger", *_GLUE_TAGS),
        ),
    ),
    "aws_glue_workflow": Access(
        Scope.GLUE,
        ("glue:GetWorkflow", "glue:GetTags"),
        ("glue:CreateWorkflow", "glue:UpdateWorkflow", "glue:DeleteWorkflow", *_GLUE_TAGS),
    ),
    # Whoever writes them says who reads data: a person (modules/ci/guarded.py), who can attach them to nobody.
    "aws_iam_policy": Access(
        Scope.POLICIES,
        ("iam:GetPolicy", "iam:GetPolicyVersion"),
        (
            *("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"),
            *("iam:ListPolicyVersions", "iam:SetDefaultPolicyVersion", "iam:TagPolicy", "iam:UntagPolicy"),
        ),
    ),
    "aws_iam_role": Access(
        Scope.ROLES,
        ("iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:GetRolePolicy"),
        (
            *("iam:CreateRole", "iam:DeleteRole", "iam:UpdateRole", "iam:UpdateRoleDescription"),
            *("iam:UpdateAssumeRolePolicy", "iam:PutRolePermissionsBoundary", *_ROLE_POLICY),
            *("iam:TagRole", "iam:UntagRole", "iam:ListInstanceProfilesForRole"),
        ),
    ),
    "aws_iam_role_policy": Access(Scope.ROLES, ("iam:GetRolePolicy",), _ROLE_POLICY),
    "aws_kms_alias": Access(Scope.KEYS, ("kms:ListAliases",)),
    "aws_kms_key": Access(
        Scope.KEYS, ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags")
    ),
    "aws_lambda_function": Access(
        Scope.FUNCTIONS,
        ("lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:ListVersionsByFunction"),
        (
            *("lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
            *("lambda:DeleteFunction", "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"),
            *("lambda:TagResource", "lambda:UntagResource"),
        ),
    ),
    "aws_lambda_function_event_invoke_config": Access(
        Scope.FUNCTIONS,
        ("lambda:GetFunctionEventInvokeConfig",),
        ("lambda:PutFunctionEventInvokeConfig", "lambda:DeleteFunctionEventInvokeConfig"),
    ),
    "aws_lambda_layer_version": Access(
        Scope.FUNCTIONS, ("lambda:GetLayerVersion",), ("lambda:PublishLayerVersion", "lambda:DeleteLayerVersion")
    ),
    "aws_lambda_permission": Access(
        Scope.FUNCTIONS, ("lambda:GetPolicy",), ("lambda:AddPermission", "lambda:RemovePermission")
    ),
    "aws_s3_bucket": Access(
        Scope.BUCKET,
        (
            *("s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketWebsite"),
            *("s3:GetBucketVersioning", "s3:GetAccelerateConfiguration", "s3:GetBucketRequestPayment"),
            *("s3:GetBucketLogging", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration"),
            *("s3:GetEncryptionConfiguration", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketTagging"),
            "s3:GetBucketLocation",
        ),
        ("s3:CreateBucket", "s3:PutBucketTagging"),
    ),
    "aws_s3_bucket_lifecycle_configuration": Access(
        Scope.BUCKET, ("s3:GetLifecycleConfiguration",), ("s3:PutLifecycleConfiguration",)
    ),
    "aws_s3_bucket_notification": Access(Scope.BUCKET, ("s3:GetBucketNotification",), ("s3:PutBucketNotification",)),
    "aws_s3_bucket_ownership_controls": Access(
        Scope.BUCKET, ("s3:GetBucketOwnershipControls",), ("s3:PutBucketOwnershipControls",)
    ),
    "aws_s3_bucket_policy": Access(
        Scope.BUCKET, ("s3:GetBucketPolicy",), ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
    ),
    "aws_s3_bucket_public_access_block": Access(
        Scope.BUCKET, ("s3:GetBucketPublicAccessBlock",), ("s3:PutBucketPublicAccessBlock",)
    ),
    "aws_s3_bucket_server_side_encryption_configuration": Access(
        Scope.BUCKET, ("s3:GetEncryptionConfiguration",), ("s3:PutEncryptionConfiguration",)
    ),
    "aws_s3_bucket_versioning": Access(Scope.BUCKET, ("s3:GetBucketVersioning",), ("s3:PutBucketVersioning",)),
    # Programs only: what the bucket keeps beside them is not for a plan to read, nor for a deployment to write.
    "aws_s3_object": Access(
        Scope.ARTIFACTS,
        ("s3:GetObject", "s3:GetObjectTagging"),
        (
            *("s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload"),
            # The provider deletes an object of a versioned bucket version by version.
            *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"),
        ),
    ),
    "aws_scheduler_schedule": Access(
        Scope.SCHEDULES,
        ("scheduler:GetSchedule",),
        ("scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"),
    ),
    "aws_scheduler_schedule_group": Access(
        Scope.SCHEDULE_GROUPS,
        ("scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"),
        (
            *("scheduler:CreateScheduleGroup", "scheduler:DeleteScheduleGroup"),
            *("scheduler:TagResource", "scheduler:UntagResource"),
        ),
    ),
    "aws_sns_topic": Access(
        Scope.TOPICS,
        _TOPIC,
        ("sns:CreateTopic", "sns:SetTopicAttributes", "sns:DeleteTopic", "sns:TagResource", "sns:UntagResource"),
    ),
    "aws_sns_topic_policy": Access(Scope.TOPICS, _TOPIC, ("sns:SetTopicAttributes",)),
    "aws_sns_topic_subscription": Access(
        Scope.TOPICS,
        ("sns:GetSubscriptionAttributes",),
        ("sns:Subscribe", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"),
    ),
    "aws_sqs_queue": Access(
        Scope.QUEUES,
        ("sqs:GetQueueAttributes", "sqs:ListQueueTags"),
        ("sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue", "sqs:TagQueue", "sqs:UntagQueue"),
    ),
}
