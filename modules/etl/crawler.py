"""The crawler on the tables that analysts read; it makes and deletes none. And its failures' way to the topic.

It points the catalog at the metadata file that it finds newest, which may be one whose commit is failing: so it runs
when somebody starts it, unless the environment says otherwise (docs/adr/0031).
"""

from __future__ import annotations

from dataclasses import dataclass

from contract.layout import table_prefix
from contract.source import SourceContract
from envs.glue_log_names import crawler_log_group
from envs.naming import Names
from modules.account import Account
from modules.encryption import GlueSecurity
from modules.etl.catalog import Catalog, catalog_arns, database_arns
from modules.failures import AlertTarget, FailureRuleProps, add_failure_rule
from modules.glue_logs import LogGroupProps, add_log_group
from modules.policies import Statement, trust
from modules.roles import ServiceRoleProps, add_service_role
from modules.spark_job import own_key_permissions, write_glue_logs
from modules.tags import ETL, ResourceType
from modules.terraform import (
    CloudwatchLogGroup,
    Construct,
    DataAwsS3Bucket,
    GlueCrawler,
    GlueCrawlerIcebergTarget,
    GlueCrawlerRecrawlPolicy,
    GlueCrawlerSchemaChangePolicy,
    IamRole,
)

#: How far below its path a table's ``metadata`` folder lies.
_DEPTH = 1


@dataclass(frozen=True, kw_only=True)
class CuratedCrawlerProps:
    """What the crawler needs: its tables, where their files lie, where failures are told, and what an own key takes.

    ``log_retention`` is in days, and counts where the log is the crawler's own.
    """

    contract: SourceContract
    names: Names
    account: Account
    bucket: DataAwsS3Bucket
    curated_prefix: str
    database_name: str
    catalog: Catalog
    alerts: AlertTarget
    log_retention: int
    security: GlueSecurity | None


class CuratedCrawler(Construct):
    """The crawler with its role; ``crawler`` is the resource."""

    def __init__(self, scope: Construct, construct_id: str, props: CuratedCrawlerProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        role = self._make_role()
        log_groups = self._make_log_groups()
        self.crawler = GlueCrawler(
            self,
            "aws_glue_crawler.curated",
            name=props.names.crawler,
            description="Points the catalog at the newest metadata files of the curated tables",
            role=role.arn,
            database_name=props.catalog.database.name,
            iceberg_target=[
                GlueCrawlerIcebergTarget(
                    paths=[
                        f"s3://{props.bucket.bucket}/{table_prefix(props.curated_prefix, table)}"
                        for table in props.contract.tables_of_analysts
                    ],
                    maximum_traversal_depth=_DEPTH,
                )
            ],
            schema_change_policy=GlueCrawlerSchemaChangePolicy(
                update_behavior="UPDATE_IN_DATABASE", delete_behavior="LOG"
            ),
            recrawl_policy=GlueCrawlerRecrawlPolicy(recrawl_behavior="CRAWL_EVERYTHING"),
            security_configuration=props.security.name if props.security else None,
            tags=ETL.tags(ResourceType.CATALOG),
            depends_on=[*log_groups, *props.catalog.tables],
        )
        self._report_failures()

    def _make_log_groups(self) -> list[CloudwatchLogGroup]:
        props = self._props
        name = crawler_log_group(props.names.crawler_role, props.security.name if props.security else None)
        if name is None:
            return []
        return [
            add_log_group(
                self,
                LogGroupProps(
                    address="crawler",
                    name=name,
                    retention=props.log_retention,
                    security=props.security,
                    component=ETL,
                ),
            )
        ]

    def _make_role(self) -> IamRole:
        props = self._props
        return add_service_role(
            self,
            ServiceRoleProps(
                address="crawler",
                name=props.names.crawler_role,
                description="Role of the curated crawler",
                trust_policy=trust("glue.amazonaws.com", props.account.id),
                permissions=self._permissions(),
                component=ETL,
            ),
        ).role

    def _permissions(self) -> list[Statement]:
        props, bucket = self._props, self._props.bucket.arn
        return [
            Statement(
                sid="ListCuratedZone",
                actions=["s3:ListBucket"],
                resources=[bucket],
                conditions={"StringLike": {"s3:prefix": [f"{props.curated_prefix}*"]}},
            ),
            Statement(sid="FindBucket", actions=["s3:GetBucketLocation"], resources=[bucket]),
            Statement(sid="ReadCuratedZone", actions=["s3:GetObject"], resources=[f"{bucket}/{props.curated_prefix}*"]),
            Statement(
                sid="FindDatabase",
                actions=["glue:GetDatabase"],
                resources=database_arns(props.account, props.database_name),
            ),
            Statement(
                sid="KeepCatalog",
                actions=[
                    "glue:GetTable",
                    "glue:GetTables",
                    "glue:UpdateTable",
                ],
                resources=catalog_arns(props.account, props.database_name, props.contract.tables_of_analysts),
            ),
            write_glue_logs(props.account),
            *own_key_permissions(props.account, props.security),
        ]

    def _report_failures(self) -> None:
        props = self._props
        add_failure_rule(
            self,
            FailureRuleProps(
                address="crawler_failed",
                name=props.names.crawler_failed_rule,
                description="The crawler failed",
                detail_type="Glue Crawler State Change",
                detail={"crawlerName": [self.crawler.name], "state": ["Failed"]},
                alert="The Glue crawler failed at <time>: no data is late, queries go on.",
                runbook="Crawler failed",
                alerts=props.alerts,
                component=ETL,
            ),
        )
