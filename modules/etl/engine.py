"""What ETL-2's two engines, the Spark job and the Lambda function, have in common: settings, permissions, outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from contract.layout import TOMBSTONES_KEY, first_metadata_root
from contract.masking import pseudonymous_datasets
from contract.settings import NEVER, NO_TABLES, TransformArgument
from contract.snapshots import TABLES_READY
from envs.schema import Environment
from modules.account import Account
from modules.encryption import GlueSecurity, OwnKey
from modules.etl.arrival import Arrival
from modules.etl.catalog import catalog_arns
from modules.failures import AlertTarget
from modules.metrics import ETL_NAMESPACE, write_metrics
from modules.outputs import Output
from modules.policies import Statement
from modules.terraform import DataAwsS3Bucket, GlueCrawler, TerraformResource
from modules.tombstones import read_tombstones

DESCRIPTION = "ETL-2: brings the Iceberg tables to the state of the newest run"


class EtlEngine(Protocol):
    """What the stack needs to know of either."""

    @property
    def outputs(self) -> Mapping[str, Output]:
        """How people start it and where it tells of itself."""

    @property
    def starters(self) -> Sequence[TerraformResource]:
        """What an arrival needs to start it."""


@dataclass(frozen=True, kw_only=True)
class EngineProps:
    """What either needs to curate the runs that arrive. ``crawler`` is None where it does not follow them."""

    environment: Environment
    account: Account
    bucket: DataAwsS3Bucket
    arrival: Arrival
    crawler: GlueCrawler | None
    alerts: AlertTarget
    key: OwnKey | None
    security: GlueSecurity | None

    def settings(self) -> dict[str, str]:
        """Return what a run is told, by the Spark job's names (contract.settings.TransformArgument)."""
        environment, etl = self.environment, self.environment.etl
        return {
            TransformArgument.BUCKET: self.bucket.bucket,
            TransformArgument.CLEAN_PREFIX: etl.clean_prefix,
            TransformArgument.CURATED_PREFIX: etl.curated_prefix,
            TransformArgument.RESTRICTED_PREFIX: etl.restricted_prefix,
            TransformArgument.DATABASE: etl.catalog.database_name,
            TransformArgument.ENVIRONMENT: environment.name,
            TransformArgument.MAX_REJECTED_RATIO: str(etl.transform.max_rejected_ratio),
            TransformArgument.MAX_REMOVED_RATIO: str(etl.transform.max_removed_ratio),
            TransformArgument.HISTORY_DAYS: str(etl.curated.history_days),
            TransformArgument.REJECTED_DAYS: str(environment.privacy.rejected_days),
            TransformArgument.METRICS_NAMESPACE: ETL_NAMESPACE,
            TransformArgument.CONTRACT: environment.contract.name,
            # A single run may say otherwise.
            TransformArgument.REBUILD: NO_TABLES,
            **self._pseudonymous_settings(),
            TransformArgument.FORGET_BEFORE: NEVER,
        }

    def _pseudonymous_settings(self) -> dict[str, str]:
        names, is_on = self.environment.names, self.environment.privacy.pseudonymous_tables
        return {
            TransformArgument.PSEUDONYMOUS_DATABASE: names.pseudonymous_database if is_on else NO_TABLES,
            TransformArgument.PSEUDONYM_KEY: names.pseudonym_key if is_on else NO_TABLES,
        }

    @property
    def _zones(self) -> list[str]:
        etl = self.environment.etl
        return [
            etl.curated_prefix,
            etl.restricted_prefix,
            *([etl.pseudonymous_prefix] if self.environment.privacy.pseudonymous_tables else []),
        ]

    def permissions(self) -> list[Statement]:
        """Return the permissions to read the clean zone, to write and commit the tables, and to tell of it."""
        etl, bucket, names = self.environment.etl, self.bucket.arn, self.environment.names
        return [
            Statement(
                sid="ListZones",
                actions=["s3:ListBucket"],
                resources=[bucket],
                # Not IfExists: that would list the whole bucket. For a missing key S3 takes the key for the prefix when
                # it decides whether the caller gets 404 or 403 (docs/aws-facts.md).
                conditions={
                    "StringLike": {
                        "s3:prefix": [*(f"{prefix}*" for prefix in (etl.clean_prefix, *self._zones)), TOMBSTONES_KEY]
                    }
                },
            ),
            read_tombstones(bucket),
            Statement(sid="ReadCleanZone", actions=["s3:GetObject"], resources=[f"{bucket}/{etl.clean_prefix}*"]),
            Statement(
                sid="WriteCuratedZone",
                actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
                resources=[f"{bucket}/{prefix}*" for prefix in self._zones],
            ),
            Statement(
                sid="ReadFirstMetadata", actions=["s3:GetObject"], resources=[f"{bucket}/{first_metadata_root()}*"]
            ),
            # All that Iceberg's catalogs ask for to read a table and to commit to it.
            Statement(
                sid="CommitTables",
                actions=["glue:GetTable", "glue:UpdateTable"],
                resources=self._committed_tables(),
            ),
            Statement(
                sid="AnnounceTables",
                actions=["events:PutEvents"],
                resources=[self.account.arn("events", "event-bus/default")],
                conditions={"StringEquals": {"events:source": names.event_source, "events:detail-type": TABLES_READY}},
            ),
            write_metrics("WriteRunMetrics", ETL_NAMESPACE),
            *self._pseudonymous_permissions(),
        ]

    def _committed_tables(self) -> list[str]:
        environment, contract = self.environment, self.environment.contract
        full = catalog_arns(self.account, environment.etl.catalog.database_name, contract.tables)
        if not environment.privacy.pseudonymous_tables:
            return full
        names, datasets = environment.names, pseudonymous_datasets(contract)
        seen = catalog_arns(self.account, names.pseudonymous_database, datasets)
        # The catalog is the account's, and there already.
        return [*full, *(arn for arn in seen if arn not in full)]

    def _pseudonymous_permissions(self) -> list[Statement]:
        """Return what the everyday analysts' tables take beside what all tables do: the one key."""
        if not self.environment.privacy.pseudonymous_tables:
            return []
        names = self.environment.names
        return [
            Statement(
                sid="ReadPseudonymKey",
                actions=["ssm:GetParameter"],
                resources=[self.account.parameter_arn(names.pseudonym_key)],
            ),
            *([self.key.read_parameter(names.pseudonym_key)] if self.key else []),
        ]
