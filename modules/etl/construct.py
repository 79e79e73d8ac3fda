"""ETL-2 as one construct: catalog, crawler, what starts it, the engine that was chosen, alarms, Athena, dashboard."""

from __future__ import annotations

from dataclasses import dataclass, replace

from envs.asking import named_queries_for
from envs.schema import AFTER_JOB, EVERYDAY, FULL, OPERATORS, Environment
from modules.account import Account
from modules.encryption import GlueSecurity, OwnKey
from modules.etl.analysts import Analysts, AnalystsProps
from modules.etl.arrival import Arrival, ArrivalProps
from modules.etl.athena import Analytics, AnalyticsProps, Queries
from modules.etl.catalog import Catalog, CatalogProps
from modules.etl.crawler import CuratedCrawler, CuratedCrawlerProps
from modules.etl.dashboard import Dashboard, DashboardProps
from modules.etl.data_alarms import DataAlarms, DataAlarmsProps
from modules.etl.engine import EngineProps, EtlEngine
from modules.etl.function import EtlFunction
from modules.etl.job import EtlJob
from modules.etl.schema_marker import SchemaMarkerProps, add_schema_marker
from modules.failures import AlertTarget
from modules.lambda_function import FunctionCode
from modules.spark_job import SparkCode
from modules.terraform import Construct, DataAwsKmsAlias, DataAwsS3Bucket, DataAwsSnsTopic, TerraformResource

EtlCode = SparkCode | FunctionCode


@dataclass(frozen=True, kw_only=True)
class EtlProps:
    """What ETL-2 needs: its environment, the account, and the code, whose kind is the engine's."""

    environment: Environment
    account: Account
    code: EtlCode


class Etl(Construct):
    """ETL-2. Bucket, topic and key are found by their names, so that the stack depends on no other stack's state.

    ``bucket``, ``crawler`` and ``dashboard`` are the resources, ``workgroups`` and ``policies`` those of each group of
    people; ``catalog`` and ``arrival`` hold theirs, ``engine`` is what curates. ``pseudonymous_catalog`` is None where
    the environment has no such tables.
    """

    def __init__(self, scope: Construct, construct_id: str, props: EtlProps) -> None:
        super().__init__(scope, construct_id)
        environment, names = props.environment, props.environment.names
        self._props = props
        self.bucket = DataAwsS3Bucket(self, "aws_s3_bucket.reports", bucket=environment.etl.data_bucket_name)
        topic = DataAwsSnsTopic(self, "aws_sns_topic.alerts", name=names.alerts_topic)
        chat = DataAwsSnsTopic(self, "aws_sns_topic.chat", name=names.chat_topic) if environment.alerts.chat else None
        self._alerts = AlertTarget(topic, chat, props.account.arn("sqs", names.alerts_dead_letters))
        self._key = self._find_key()
        self._security = GlueSecurity.of(self, names.etl_glue_security, self._key) if self._key else None
        self.catalog = Catalog(
            self,
            "catalog",
            self._catalog_props(),
        )
        self.pseudonymous_catalog = self._pseudonymous_catalog()
        self.crawler = CuratedCrawler(self, "crawler", self._crawler_props()).crawler
        self.arrival = Arrival(
            self,
            "arrival",
            ArrivalProps(
                contract=environment.contract,
                names=names,
                account=self._props.account,
                bucket=self.bucket,
                clean_prefix=environment.etl.clean_prefix,
                alerts=topic,
                key=self._key,
            ),
        )
        self.engine = self._make_engine()
        add_schema_marker(
            self,
            SchemaMarkerProps(
                contract=environment.contract,
                bucket_name=self.bucket.bucket,
                after=[*self._tables(), *self.engine.starters],
            ),
        )
        DataAlarms(
            self,
            "data_alarms",
            DataAlarmsProps(names=names, freshness_hours=environment.freshness_hours, alerts=topic),
        )
        self.workgroups = Analytics(self, "athena", self._analytics_props()).workgroups
        self.policies = Analysts(self, "analysts", self._analysts_props()).policies
        seen = DashboardProps(
            environment=environment, bucket=self.bucket, arrival=self.arrival, workgroups=self.workgroups
        )
        self.dashboard = Dashboard(self, "dashboard", seen).dashboard

    def _catalog_props(self) -> CatalogProps:
        environment = self._props.environment
        return CatalogProps(
            contract=environment.contract,
            environment=environment.name,
            database_name=environment.etl.catalog.database_name,
            bucket_name=self.bucket.bucket,
            curated_prefix=environment.etl.curated_prefix,
            restricted_prefix=environment.etl.restricted_prefix,
            history_days=environment.etl.curated.history_days,
            rejected_days=environment.privacy.rejected_days,
            deletion_guarded=environment.deletion_guarded,
        )

    def _pseudonymous_catalog(self) -> Catalog | None:
        if not self._props.environment.privacy.pseudonymous_tables:
            return None
        return Catalog(self, "pseudonymous_catalog", self._pseudonymous_props())

    def _pseudonymous_props(self) -> CatalogProps:
        environment = self._props.environment
        return replace(
            self._catalog_props(),
            database_name=environment.names.pseudonymous_database,
            curated_prefix=environment.etl.pseudonymous_prefix,
            pseudonymous=True,
        )

    def _tables(self) -> list[TerraformResource]:
        catalogs = [self.catalog, *([self.pseudonymous_catalog] if self.pseudonymous_catalog else [])]
        return [table for catalog in catalogs for table in catalog.tables]

    def _find_key(self) -> OwnKey | None:
        environment = self._props.environment
        if not environment.encryption.customer_managed_key:
            return None
        alias = DataAwsKmsAlias(self, "aws_kms_alias.data", name=environment.names.key_alias)
        return OwnKey(alias.target_key_arn, self._props.account)

    def _crawler_props(self) -> CuratedCrawlerProps:
        environment = self._props.environment
        return CuratedCrawlerProps(
            contract=environment.contract,
            names=environment.names,
            account=self._props.account,
            bucket=self.bucket,
            curated_prefix=environment.etl.curated_prefix,
            database_name=environment.etl.catalog.database_name,
            catalog=self.catalog,
            alerts=self._alerts,
            log_retention=environment.etl.log_retention,
            security=self._security,
        )

    def _make_engine(self) -> EtlEngine:
        code = self._props.code
        props = EngineProps(
            environment=self._props.environment,
            account=self._props.account,
            bucket=self.bucket,
            arrival=self.arrival,
            crawler=self.crawler if self._props.environment.etl.catalog.crawler.run == AFTER_JOB else None,
            alerts=self._alerts,
            key=self._key,
            security=self._security,
        )
        if isinstance(code, SparkCode):
            return EtlJob(self, "job", props, code)
        return EtlFunction(self, "function", props, code)

    def _analytics_props(self) -> AnalyticsProps:
        return AnalyticsProps(
            environment=self._props.environment,
            account=self._props.account,
            bucket=self.bucket,
            queries=self._queries(),
            key=self._key,
        )

    def _queries(self) -> dict[str, Queries]:
        """Return what each group can run: operators, who have the others by ``ops``, what reads rejected items."""
        environment = self._props.environment
        full = named_queries_for(FULL, environment)
        rest = [query for query in named_queries_for(OPERATORS, environment) if query not in full]
        found = {FULL: Queries(self.catalog.database, full), OPERATORS: Queries(self.catalog.database, rest)}
        if self.pseudonymous_catalog:
            everyday = named_queries_for(EVERYDAY, environment)
            found[EVERYDAY] = Queries(self.pseudonymous_catalog.database, everyday)
        return found

    def _analysts_props(self) -> AnalystsProps:
        everyday = [self._pseudonymous_props()] if self.pseudonymous_catalog else []
        catalogs = {FULL: [self._catalog_props(), *everyday]}
        return AnalystsProps(
            environment=self._props.environment,
            account=self._props.account,
            bucket=self.bucket,
            catalogs={**catalogs, EVERYDAY: everyday} if everyday else catalogs,
            key=self._key,
        )
