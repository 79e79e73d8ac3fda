"""ETL-2 as one construct: catalog, job, crawler, orchestration, Athena."""

from __future__ import annotations

from dataclasses import dataclass

from envs.schema import Environment
from modules.account import Account
from modules.etl.athena import Analytics, AnalyticsProps
from modules.etl.catalog import Catalog, CatalogProps
from modules.etl.crawler import CuratedCrawler, CuratedCrawlerProps
from modules.etl.job import EtlJob, EtlJobProps
from modules.etl.orchestration import Orchestration, OrchestrationProps
from modules.spark_job import SparkCode
from modules.terraform import Construct, DataAwsS3Bucket, DataAwsSnsTopic


@dataclass(frozen=True, kw_only=True)
class EtlProps:
    """What ETL-2 needs: its environment, the account, and the job's code."""

    environment: Environment
    account: Account
    code: SparkCode


class Etl(Construct):
    """ETL-2. Bucket and topic are found by their names, so that the stack depends on no other stack's state."""

    def __init__(self, scope: Construct, construct_id: str, props: EtlProps) -> None:
        super().__init__(scope, construct_id)
        environment = props.environment
        self._props = props
        self.bucket = DataAwsS3Bucket(self, "aws_s3_bucket.reports", bucket=environment.etl.data_bucket_name)
        self._alerts = DataAwsSnsTopic(self, "aws_sns_topic.alerts", name=environment.names.alerts_topic)
        self.catalog = Catalog(
            self,
            "catalog",
            CatalogProps(
                database_name=environment.etl.catalog.database_name,
                bucket_name=self.bucket.bucket,
                curated_prefix=environment.etl.curated_prefix,
            ),
        )
        self.job = EtlJob(self, "job", self._job_props()).job
        self.crawler = CuratedCrawler(self, "crawler", self._crawler_props()).crawler
        self.orchestration = Orchestration(self, "orchestration", self._orchestration_props())
        self.workgroup = Analytics(self, "athena", self._analytics_props()).workgroup

    def _job_props(self) -> EtlJobProps:
        environment = self._props.environment
        return EtlJobProps(
            names=environment.names,
            account=self._props.account,
            settings=environment.etl.glue,
            bucket=self.bucket,
            clean_prefix=environment.etl.clean_prefix,
            curated_prefix=environment.etl.curated_prefix,
            database_name=environment.etl.catalog.database_name,
            code=self._props.code,
            alerts=self._alerts,
        )

    def _crawler_props(self) -> CuratedCrawlerProps:
        environment = self._props.environment
        return CuratedCrawlerProps(
            names=environment.names,
            account=self._props.account,
            bucket=self.bucket,
            curated_prefix=environment.etl.curated_prefix,
            database_name=environment.etl.catalog.database_name,
            catalog=self.catalog,
        )

    def _orchestration_props(self) -> OrchestrationProps:
        environment = self._props.environment
        return OrchestrationProps(
            names=environment.names,
            account=self._props.account,
            settings=environment.etl.glue,
            bucket=self.bucket,
            clean_prefix=environment.etl.clean_prefix,
            job=self.job,
            crawler=self.crawler,
            alerts=self._alerts,
        )

    def _analytics_props(self) -> AnalyticsProps:
        environment = self._props.environment
        return AnalyticsProps(
            account=self._props.account,
            settings=environment.etl.athena,
            bucket=self.bucket,
            results_prefix=environment.etl.athena_results_prefix,
            database=self.catalog.database,
            deletion_guarded=environment.deletion_guarded,
        )
