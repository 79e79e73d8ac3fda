"""The analysts' workgroup and their named queries."""

from __future__ import annotations

from dataclasses import dataclass

from contract.serving import named_queries_of
from contract.source import SourceContract
from envs.schema import AthenaSettings
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


@dataclass(frozen=True, kw_only=True)
class AnalyticsProps:
    """What analysts need: queries, a place for results and the key for them, if any, a database, and limits."""

    contract: SourceContract
    account: Account
    settings: AthenaSettings
    bucket: DataAwsS3Bucket
    results_prefix: str
    database: GlueCatalogDatabase
    empty_on_destroy: bool
    key: OwnKey | None


class Analytics(Construct):
    """The workgroup, whose settings win over every client's, and the named queries; ``workgroup`` is the resource."""

    def __init__(self, scope: Construct, construct_id: str, props: AnalyticsProps) -> None:
        super().__init__(scope, construct_id)
        self.workgroup = AthenaWorkgroup(
            self,
            "aws_athena_workgroup.analytics",
            name=props.settings.work_group_name,
            description=f"{props.contract.description}: queries over the curated tables",
            force_destroy=props.empty_on_destroy,
            configuration=_configuration(props),
            tags=ETL.tags(ResourceType.ANALYTICS),
        )
        for query in named_queries_of(props.contract):
            AthenaNamedQuery(
                self,
                f"aws_athena_named_query.{query.name}",
                name=query.name,
                description=query.description,
                workgroup=self.workgroup.name,
                database=props.database.name,
                query=query.sql,
            )


def _configuration(props: AnalyticsProps) -> AthenaWorkgroupConfiguration:
    encryption = AthenaWorkgroupConfigurationResultConfigurationEncryptionConfiguration(
        encryption_option="SSE_KMS" if props.key else "SSE_S3", kms_key_arn=props.key.arn if props.key else None
    )
    return AthenaWorkgroupConfiguration(
        enforce_workgroup_configuration=True,
        publish_cloudwatch_metrics_enabled=True,
        bytes_scanned_cutoff_per_query=props.settings.bytes_scanned_cutoff,
        engine_version=AthenaWorkgroupConfigurationEngineVersion(selected_engine_version=_ENGINE),
        result_configuration=AthenaWorkgroupConfigurationResultConfiguration(
            output_location=f"s3://{props.bucket.bucket}/{props.results_prefix}",
            expected_bucket_owner=props.account.id,
            encryption_configuration=encryption,
        ),
    )
