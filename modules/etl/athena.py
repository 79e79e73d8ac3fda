"""A workgroup for each group of people who ask Athena, and their named queries (docs/adr/0048)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contract.views import NamedQuery
from envs.schema import EVERYDAY, FULL, OPERATORS, Environment
from modules.account import Account
from modules.encryption import OwnKey
from modules.tags import ETL, ResourceType
from modules.terraform import (
    AthenaNamedQuery,
    AthenaWorkgroup,
    AthenaWorkgroupConfiguration,
    AthenaWorkgroupConfigurationEngineVersion,
    AthenaWorkgroupConfigurationResultConfiguration,
    AthenaWorkgroupConfigurationResultConfigurationEncryptionConfiguration,
    Construct,
    DataAwsS3Bucket,
    GlueCatalogDatabase,
)

_ENGINE = "Athena engine version 3"
#: What the addresses of full rights' resources had before there were groups.
_FIRST = "analytics"
_FOR = {FULL: "", EVERYDAY: ", for everyday analysts", OPERATORS: ", for operators"}


@dataclass(frozen=True)
class Queries:
    """What a group finds in its workgroup to start from, and the database that it is about."""

    database: GlueCatalogDatabase
    named: Sequence[NamedQuery]


@dataclass(frozen=True, kw_only=True)
class AnalyticsProps:
    """What people need: a place for results and the key for them, if any, limits, and queries for each group."""

    environment: Environment
    account: Account
    bucket: DataAwsS3Bucket
    queries: Mapping[str, Queries]
    key: OwnKey | None


class Analytics(Construct):
    """The workgroups, whose settings win over every client's, and the named queries; ``workgroups`` are by group."""

    def __init__(self, scope: Construct, construct_id: str, props: AnalyticsProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.workgroups = {group: self._workgroup(group, name) for group, name in props.environment.workgroups.items()}
        for group, queries in props.queries.items():
            for query in queries.named:
                self._named_query(group, queries.database, query)

    def _workgroup(self, group: str, name: str) -> AthenaWorkgroup:
        environment = self._props.environment
        return AthenaWorkgroup(
            self,
            f"aws_athena_workgroup.{_FIRST if group == FULL else group}",
            name=name,
            description=f"{environment.contract.description}: queries over the curated tables{_FOR[group]}",
            force_destroy=environment.empty_on_destroy,
            configuration=self._configuration(group),
            tags=ETL.tags(ResourceType.ANALYTICS),
        )

    def _configuration(self, group: str) -> AthenaWorkgroupConfiguration:
        etl, key = self._props.environment.etl, self._props.key
        encryption = AthenaWorkgroupConfigurationResultConfigurationEncryptionConfiguration(
            encryption_option="SSE_KMS" if key else "SSE_S3", kms_key_arn=key.arn if key else None
        )
        return AthenaWorkgroupConfiguration(
            enforce_workgroup_configuration=True,
            publish_cloudwatch_metrics_enabled=True,
            bytes_scanned_cutoff_per_query=etl.athena.bytes_scanned_cutoff,
            engine_version=AthenaWorkgroupConfigurationEngineVersion(selected_engine_version=_ENGINE),
            result_configuration=AthenaWorkgroupConfigurationResultConfiguration(
                output_location=f"s3://{self._props.bucket.bucket}/{etl.results_prefix(group)}",
                expected_bucket_owner=self._props.account.id,
                encryption_configuration=encryption,
            ),
        )

    def _named_query(self, group: str, database: GlueCatalogDatabase, query: NamedQuery) -> None:
        AthenaNamedQuery(
            self,
            f"aws_athena_named_query.{query.name if group == FULL else f'{group}_{query.name}'}",
            name=query.name,
            description=query.description,
            workgroup=self.workgroups[group].name,
            database=database.name,
            query=query.sql,
        )
