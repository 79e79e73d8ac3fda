"""What ETL-1's two engines, the Lambda function and the Spark job, have in common: settings, permissions, outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

from contract.settings import AUTO, UNLIMITED, NormalizeArgument
from envs.schema import Environment
from modules.account import Account
from modules.encryption import OwnKey
from modules.failures import AlertTarget
from modules.metrics import NORMALIZE_NAMESPACE
from modules.normalize.schedule import ScheduleTarget
from modules.outputs import Output
from modules.policies import Statement
from modules.terraform import S3Bucket
from modules.tombstones import find_tombstones, read_tombstones

DESCRIPTION = "ETL-1: normalizes the source table into the clean zone's CSV files"


class NormalizeEngine(Protocol):
    """What the stack needs to know of either."""

    @property
    def schedule_target(self) -> ScheduleTarget:
        """What the daily schedule starts."""

    @property
    def outputs(self) -> Mapping[str, Output]:
        """How people start it and where it tells of itself."""


@dataclass(frozen=True, kw_only=True)
class EngineProps:
    """What either needs to read the source table and write the clean zone."""

    environment: Environment
    account: Account
    bucket: S3Bucket
    alerts: AlertTarget
    key: OwnKey | None

    def settings(self) -> dict[str, str]:
        """Return what a run is told, by the Spark job's names (contract.settings.NormalizeArgument)."""
        environment, extract = self.environment, self.environment.normalize.extract
        segments, units = extract.scan_segments, extract.max_read_capacity_units
        return {
            NormalizeArgument.BUCKET: self.bucket.bucket,
            NormalizeArgument.TABLE: environment.normalize.dynamo_table_name,
            NormalizeArgument.PROJECT_ID: environment.project.project_id,
            NormalizeArgument.ENVIRONMENT: environment.name,
            NormalizeArgument.CLIENT: environment.project.client,
            NormalizeArgument.CLEAN_PREFIX: environment.etl.clean_prefix,
            NormalizeArgument.TIME_ZONE: extract.time_zone,
            NormalizeArgument.EXCLUSION_RULES: json.dumps([asdict(rule) for rule in extract.exclusion_rules]),
            NormalizeArgument.SCAN_SEGMENTS: AUTO if segments is None else str(segments),
            # Never with an exponent, which the programs do not read.
            NormalizeArgument.MAX_READ_CAPACITY_UNITS: UNLIMITED if units is None else f"{units:.15g}",
            NormalizeArgument.METRICS_NAMESPACE: NORMALIZE_NAMESPACE,
            NormalizeArgument.CONTRACT: environment.contract.name,
            NormalizeArgument.TOMBSTONE_KEY: environment.names.tombstone_key,
        }

    def permissions(self) -> list[Statement]:
        """Return the permissions to read the source table and write the clean zone."""
        normalize, etl = self.environment.normalize, self.environment.etl
        return [
            Statement(
                sid="ReadSourceTable",
                actions=["dynamodb:DescribeTable", "dynamodb:Scan"],
                resources=[self.account.arn("dynamodb", f"table/{normalize.dynamo_table_name}")],
            ),
            *([self._decrypt_source_table(normalize.source_key_arn)] if normalize.source_key_arn else []),
            Statement(
                sid="WriteCleanZone",
                actions=["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"],
                resources=[f"{self.bucket.arn}/{etl.clean_prefix}*"],
            ),
            *self._honour_tombstones(),
            # To abort uploads that were opened without an answer; it has no narrower resource than the bucket.
            Statement(sid="FindOpenUploads", actions=["s3:ListBucketMultipartUploads"], resources=[self.bucket.arn]),
        ]

    def _honour_tombstones(self) -> list[Statement]:
        """Return the permissions to leave out people who were erased."""
        return [
            read_tombstones(self.bucket.arn),
            find_tombstones(self.bucket.arn),
            Statement(
                sid="ReadTombstoneKey",
                actions=["ssm:GetParameter"],
                # The parameter's name begins with the slash that its ARN has once.
                resources=[self.account.parameter_arn(self.environment.names.tombstone_key)],
            ),
        ]

    def _decrypt_source_table(self, key_arn: str) -> Statement:
        """Return the permission by which DynamoDB has a table's key decrypted, as who reads the table."""
        through = f"dynamodb.{self.account.region}.amazonaws.com"
        return Statement(
            sid="DecryptSourceTable",
            actions=["kms:Decrypt"],
            resources=[key_arn],
            conditions={"StringEquals": {"kms:ViaService": through}},
        )
