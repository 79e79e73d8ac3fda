"""The Spark job of ETL-2: script and library at content-addressed keys, role, and the job itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from envs.schema import ARTIFACTS_PREFIX, GlueSettings
from modules.account import Account
from modules.contract.datasets import DATASETS
from modules.contract.settings import JobArgument
from modules.naming import Names
from modules.packaging import Archive
from modules.policies import Statement, trust
from modules.roles import ServiceRoleProps, add_service_role
from modules.tags import ETL, ResourceType
from modules.terraform import (
    AssetType,
    Construct,
    DataAwsS3Bucket,
    GlueJob,
    GlueJobCommand,
    GlueJobExecutionProperty,
    IamRole,
    S3Object,
    TerraformAsset,
    TerraformResourceLifecycle,
)

#: Where every Glue job and crawler of an account writes its logs.
_GLUE_LOG_GROUPS = "log-group:/aws-glue/*"


@dataclass(frozen=True, kw_only=True)
class EtlJobProps:
    """What the job needs: its code, the zones it reads and writes, and its size."""

    names: Names
    account: Account
    settings: GlueSettings
    bucket: DataAwsS3Bucket
    clean_prefix: str
    curated_prefix: str
    database_name: str
    script: Path
    library: Archive


class EtlJob(Construct):
    """The job with its role and artifacts; ``job`` and ``role`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: EtlJobProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.role = self._make_role()
        self.job = self._make_job()

    def _make_job(self) -> GlueJob:
        props, settings = self._props, self._props.settings
        script = self._artifact("script", props.script, hashlib.sha256(props.script.read_bytes()).hexdigest())
        library = self._artifact("library", props.library.path, props.library.sha256)
        return GlueJob(
            self,
            "aws_glue_job.parquet",
            name=props.names.glue_job,
            description="ETL-2: turns the clean zone's CSV into typed Parquet and registers its partitions",
            role_arn=self.role.arn,
            glue_version=settings.version,
            worker_type=settings.worker_type,
            number_of_workers=settings.number_of_workers,
            timeout=settings.timeout,
            max_retries=settings.max_retries,
            # One run at a time; arrivals meanwhile wait in the queue and find their day done already, or do it.
            execution_property=GlueJobExecutionProperty(max_concurrent_runs=1),
            job_run_queuing_enabled=True,
            command=GlueJobCommand(name="glueetl", python_version="3", script_location=script),
            default_arguments=self._arguments(library),
            tags=ETL.tags(ResourceType.COMPUTE),
        )

    def _artifact(self, name: str, path: Path, sha256: str) -> str:
        """Upload a file under a key that changes with its content, and return its URI."""
        asset = TerraformAsset(self, name, path=str(path), type=AssetType.FILE)
        stored = S3Object(
            self,
            f"aws_s3_object.{name}",
            bucket=self._props.bucket.bucket,
            key=f"{ARTIFACTS_PREFIX}{sha256}/{path.name}",
            source=asset.path,
            # A run that starts during a deploy finds the old key or the new one, never none.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags=ETL.tags(ResourceType.STORAGE),
        )
        return f"s3://{stored.bucket}/{stored.key}"

    def _arguments(self, library: str) -> dict[str, str]:
        props = self._props
        own = {
            JobArgument.BUCKET: props.bucket.bucket,
            JobArgument.CLEAN_PREFIX: props.clean_prefix,
            JobArgument.CURATED_PREFIX: props.curated_prefix,
            JobArgument.DATABASE: props.database_name,
        }
        return {
            "--job-language": "python",
            # The catalog's partitions say what is done; a bookmark would be a second memory.
            "--job-bookmark-option": "job-bookmark-disable",
            "--extra-py-files": library,
            "--enable-metrics": "true",
            "--enable-observability-metrics": "true",
            "--enable-continuous-cloudwatch-log": "true",
            **{f"--{name}": value for name, value in own.items()},
        }

    def _make_role(self) -> IamRole:
        props = self._props
        return add_service_role(
            self,
            ServiceRoleProps(
                address="job",
                name=props.names.glue_job_role,
                description="Role of the ETL-2 Spark job",
                trust_policy=trust("glue.amazonaws.com", props.account.id),
                permissions=self._permissions(),
                component=ETL,
            ),
        ).role

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
            Statement(
                sid="ReadCleanZoneAndCode",
                actions=["s3:GetObject"],
                resources=[clean, f"{bucket}/{ARTIFACTS_PREFIX}*"],
            ),
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
            write_glue_logs(props.account),
            Statement(
                sid="WriteMetrics",
                actions=["cloudwatch:PutMetricData"],
                # CloudWatch has no resources; the namespace is what can be narrowed.
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": "Glue"}},
            ),
        ]


def catalog_arns(account: Account, database_name: str) -> list[str]:
    """Return the ARNs that Glue checks for work on the curated tables: catalog, database, and each table."""
    return [
        account.arn("glue", "catalog"),
        account.arn("glue", f"database/{database_name}"),
        *(account.arn("glue", f"table/{database_name}/{dataset.name}") for dataset in DATASETS),
    ]


def write_glue_logs(account: Account) -> Statement:
    """Return the permission to write the logs that Glue makes of every job and crawler."""
    return Statement(
        sid="WriteLogs",
        actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[account.arn("logs", _GLUE_LOG_GROUPS)],
    )
