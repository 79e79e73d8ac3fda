"""What ETL-2's two engines, the Spark job and the Lambda function, have in common: settings, permissions, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from envs.schema import Environment
from modules.account import Account
from modules.contract.settings import TransformArgument
from modules.encryption import GlueSecurity, OwnKey
from modules.etl.arrival import Arrival
from modules.etl.catalog import catalog_arns
from modules.metrics import ETL_NAMESPACE, write_metrics
from modules.outputs import Output
from modules.policies import Statement
from modules.terraform import DataAwsS3Bucket, DataAwsSnsTopic, GlueCrawler

DESCRIPTION = "ETL-2: turns the clean zone's CSV into typed Parquet and registers its partitions"


class Engine(Protocol):
    """What the stack needs to know of either."""

    @property
    def outputs(self) -> Mapping[str, Output]:
        """How people start it and where it tells of itself."""


@dataclass(frozen=True, kw_only=True)
class EngineProps:
    """What either needs to curate the runs that arrive, and to have the crawler look at what it has made."""

    environment: Environment
    account: Account
    bucket: DataAwsS3Bucket
    arrival: Arrival
    crawler: GlueCrawler
    alerts: DataAwsSnsTopic
    key: OwnKey | None
    security: GlueSecurity | None

    def settings(self) -> dict[str, str]:
        """Return what a run is told, by the Spark job's names (modules.contract.settings.TransformArgument)."""
        environment, etl = self.environment, self.environment.etl
        return {
            TransformArgument.BUCKET: self.bucket.bucket,
            TransformArgument.CLEAN_PREFIX: etl.clean_prefix,
            TransformArgument.CURATED_PREFIX: etl.curated_prefix,
            TransformArgument.DATABASE: etl.catalog.database_name,
            TransformArgument.ENVIRONMENT: environment.name,
            TransformArgument.MOST_REJECTED_SHARE: str(etl.transform.most_rejected_share),
            TransformArgument.METRICS_NAMESPACE: ETL_NAMESPACE,
            TransformArgument.CONTRACT: environment.contract.name,
        }

    def permissions(self) -> list[Statement]:
        """Return the permissions to read the clean zone, write the curated zone, and keep both and the catalog."""
        etl, bucket = self.environment.etl, self.bucket.arn
        clean, curated = f"{bucket}/{etl.clean_prefix}*", f"{bucket}/{etl.curated_prefix}*"
        return [
            Statement(
                sid="ListZones",
                actions=["s3:ListBucket"],
                resources=[bucket],
                # IfExists, for a HEAD has no prefix: who may not list gets 403 for a missing key, and not 404.
                conditions={"StringLikeIfExists": {"s3:prefix": [f"{etl.clean_prefix}*", f"{etl.curated_prefix}*"]}},
            ),
            Statement(sid="ReadCleanZone", actions=["s3:GetObject"], resources=[clean]),
            Statement(
                sid="WriteCuratedZone",
                actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
                resources=[curated],
            ),
            Statement(
                sid="MarkSupersededDays",
                actions=["s3:GetObjectTagging", "s3:PutObjectTagging"],
                resources=[clean, curated],
            ),
            Statement(
                sid="KeepCatalog",
                actions=[
                    "glue:GetTable",
                    "glue:UpdateTable",
                    "glue:GetPartition",
                    "glue:GetPartitions",
                    "glue:BatchCreatePartition",
                    "glue:BatchUpdatePartition",
                    "glue:DeletePartition",
                ],
                resources=catalog_arns(self.account, etl.catalog.database_name, self.environment.contract),
            ),
            write_metrics("WriteRunMetrics", ETL_NAMESPACE),
        ]
