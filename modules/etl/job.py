"""The Spark job of ETL-2: its size, its arguments, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass

from envs.schema import GlueSettings
from modules.account import Account
from modules.contract.datasets import DATASETS
from modules.contract.settings import TransformArgument
from modules.naming import Names
from modules.policies import Statement
from modules.spark_job import SparkCode, SparkJob, SparkJobProps
from modules.tags import ETL
from modules.terraform import Construct, DataAwsS3Bucket, DataAwsSnsTopic


@dataclass(frozen=True, kw_only=True)
class EtlJobProps:
    """What the job needs: its code, the zones it reads and writes, its size, and the failures' topic."""

    names: Names
    account: Account
    settings: GlueSettings
    bucket: DataAwsS3Bucket
    clean_prefix: str
    curated_prefix: str
    database_name: str
    code: SparkCode
    alerts: DataAwsSnsTopic


class EtlJob(Construct):
    """The job with all that belongs to it; ``job`` is the resource."""

    def __init__(self, scope: Construct, construct_id: str, props: EtlJobProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.job = SparkJob(self, "spark", self._spark_job_props()).job

    def _spark_job_props(self) -> SparkJobProps:
        props = self._props
        return SparkJobProps(
            address="parquet",
            name=props.names.glue_job,
            role_name=props.names.glue_job_role,
            failed_rule_name=props.names.job_failed_rule,
            description="ETL-2: turns the clean zone's CSV into typed Parquet and registers its partitions",
            account=props.account,
            settings=props.settings,
            bucket=props.bucket,
            code=props.code,
            arguments={
                TransformArgument.BUCKET: props.bucket.bucket,
                TransformArgument.CLEAN_PREFIX: props.clean_prefix,
                TransformArgument.CURATED_PREFIX: props.curated_prefix,
                TransformArgument.DATABASE: props.database_name,
            },
            permissions=self._permissions(),
            alerts=props.alerts,
            runbook="Glue job failed",
            component=ETL,
        )

    def _permissions(self) -> list[Statement]:
        props, bucket = self._props, self._props.bucket.arn
        clean, curated = f"{bucket}/{props.clean_prefix}*", f"{bucket}/{props.curated_prefix}*"
        return [
            Statement(
                sid="ListZones",
                actions=["s3:ListBucket"],
                resources=[bucket],
                # IfExists, for a HEAD has no prefix: who may not list gets 403 for a missing key, and not 404.
                conditions={
                    "StringLikeIfExists": {"s3:prefix": [f"{props.clean_prefix}*", f"{props.curated_prefix}*"]}
                },
            ),
            Statement(sid="ReadCleanZone", actions=["s3:GetObject"], resources=[clean]),
            Statement(
                sid="WriteCuratedZone",
                actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
                # Glue's file system leaves a marker beside a folder that it makes.
                resources=[curated, f"{bucket}/{props.curated_prefix.rstrip('/')}_$folder$"],
            ),
            Statement(
                sid="MarkSupersededDays",
                actions=["s3:GetObjectTagging", "s3:PutObjectTagging"],
                resources=[clean, curated],
            ),
            Statement(
                sid="RegisterPartitions",
                actions=[
                    "glue:GetTable",
                    "glue:GetPartition",
                    "glue:GetPartitions",
                    "glue:BatchCreatePartition",
                    "glue:BatchUpdatePartition",
                    "glue:DeletePartition",
                ],
                resources=catalog_arns(props.account, props.database_name),
            ),
        ]


def catalog_arns(account: Account, database_name: str) -> list[str]:
    """Return the ARNs that Glue checks for work on the curated tables: catalog, database, and each table."""
    return [
        account.arn("glue", "catalog"),
        account.arn("glue", f"database/{database_name}"),
        *(account.arn("glue", f"table/{database_name}/{dataset.name}") for dataset in DATASETS),
    ]
