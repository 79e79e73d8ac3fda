"""The most that any role of the platform may do, whatever its own policies say.

A workflow writes those policies, so that without this bound whoever may merge could give a function the whole account.
"""

from __future__ import annotations

from envs.schema import Environment
from modules.account import Account
from modules.ci.access import Scope
from modules.ci.scopes import arns, bucket_arn, catalog_arns, own_key
from modules.encryption import DATA_KEY_ACTIONS
from modules.metrics import ETL_NAMESPACE, GLUE_NAMESPACE, NORMALIZE_NAMESPACE
from modules.policies import Statement
from modules.tombstones import read_tombstones


def boundary(environment: Environment, account: Account) -> list[Statement]:
    """Return what the roles of both ETLs, with any engine, have in common with nobody else."""
    source_key = environment.normalize.source_key_arn
    any_name, bucket, etl = environment.names.any_name(), bucket_arn(environment, account), environment.etl
    pseudonymous = environment.privacy.pseudonymous_tables
    prefixes = [etl.clean_prefix, etl.curated_prefix, etl.restricted_prefix]
    prefixes += [etl.pseudonymous_prefix] if pseudonymous else []
    zones = [f"{bucket}/{prefix}*" for prefix in prefixes]
    return [
        Statement(
            sid="FindData",
            actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            resources=[bucket],
        ),
        Statement(
            sid="Data",
            actions=["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resources=zones,
        ),
        # Programs are read and never written, or a run could change what the next one does.
        Statement(sid="Programs", actions=["s3:GetObject"], resources=arns(Scope.ARTIFACTS, environment, account)),
        Statement(
            sid="SourceTable",
            actions=["dynamodb:DescribeTable", "dynamodb:Scan"],
            resources=[account.arn("dynamodb", f"table/{environment.normalize.dynamo_table_name}")],
        ),
        Statement(
            sid="Catalog",
            actions=["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:UpdateTable"],
            resources=catalog_arns(environment, account),
        ),
        Statement(
            sid="StartEachOther",
            actions=["glue:NotifyEvent", "glue:StartCrawler", "glue:StartJobRun", "lambda:InvokeFunction"],
            resources=[*arns(Scope.GLUE, environment, account), account.arn("lambda", f"function:{any_name}")],
        ),
        Statement(
            sid="Tell",
            actions=["sns:Publish", "sqs:SendMessage"],
            resources=[account.arn(service, any_name) for service in ("sns", "sqs")],
        ),
        Statement(
            sid="Announce",
            actions=["events:PutEvents"],
            resources=[account.arn("events", "event-bus/default")],
            conditions={"StringEquals": {"events:source": environment.names.event_source}},
        ),
        Statement(
            sid="Log",
            actions=["logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[*arns(Scope.LOG_GROUPS, environment, account), account.arn("logs", "log-group:/aws-glue/*")],
        ),
        Statement(
            sid="Measure",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": [ETL_NAMESPACE, GLUE_NAMESPACE, NORMALIZE_NAMESPACE]}},
        ),
        Statement(
            sid="UseKeys",
            actions=DATA_KEY_ACTIONS,
            resources=arns(Scope.KEYS, environment, account),
            conditions=own_key(environment),
        ),
        read_tombstones(bucket),
        Statement(
            sid="KeysOfNames",
            actions=["ssm:GetParameter"],
            resources=[account.parameter_arn(name) for name in _keys_of_names(environment)],
        ),
        # It may be another account's.
        *([Statement(sid="SourceKey", actions=["kms:Decrypt"], resources=[source_key])] if source_key else []),
    ]


def _keys_of_names(environment: Environment) -> list[str]:
    """Return the parameters with the keys that make another name of somebody's: a tombstone, a pseudonym."""
    names = environment.names
    return [names.tombstone_key, *([names.pseudonym_key] if environment.privacy.pseudonymous_tables else [])]
