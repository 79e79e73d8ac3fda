"""ETL-1 as one construct: key and schedule where they are enabled, bucket, alerts, the engine that was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from envs.schema import Environment
from modules.account import Account
from modules.encryption import OwnKey
from modules.lambda_function import FunctionCode
from modules.normalize.alerts import Alerts, AlertsProps
from modules.normalize.bucket import ReportsBucket, ReportsBucketProps
from modules.normalize.engine import EngineProps, NormalizeEngine
from modules.normalize.function import NormalizeFunction
from modules.normalize.job import NormalizeJob
from modules.normalize.key import EncryptionKey, EncryptionKeyProps
from modules.normalize.schedule import DailySchedule, DailyScheduleProps
from modules.spark_job import SparkCode
from modules.terraform import Construct

NormalizeCode = FunctionCode | SparkCode


@dataclass(frozen=True, kw_only=True)
class NormalizeProps:
    """What ETL-1 needs: its environment, the account, and the code, whose kind is the engine's."""

    environment: Environment
    account: Account
    code: NormalizeCode


class Normalize(Construct):
    """ETL-1; ``bucket``, ``topic``, ``chat`` and ``schedule`` are the resources, ``engine`` is what makes the runs."""

    def __init__(self, scope: Construct, construct_id: str, props: NormalizeProps) -> None:
        super().__init__(scope, construct_id)
        environment = props.environment
        self._props = props
        self._key = self._make_key()
        self.bucket = ReportsBucket(self, "bucket", self._bucket_props()).bucket
        self._alerts = Alerts(
            self,
            "alerts",
            AlertsProps(
                names=environment.names,
                account=props.account,
                emails=environment.notification_emails,
                key=self._key,
                monthly_budget_usd=environment.alerts.monthly_budget_usd,
                chat=environment.alerts.chat,
            ),
        )
        self.topic = self._alerts.topic
        self.chat = self._alerts.target.chat
        self.engine = self._make_engine()
        self.schedule = self._make_schedule(environment.normalize.schedule.cron_expression)

    def _make_key(self) -> OwnKey | None:
        environment = self._props.environment
        if not environment.encryption.customer_managed_key:
            return None
        props = EncryptionKeyProps(
            names=environment.names,
            account=self._props.account,
            deletion_window=environment.encryption.deletion_window,
            deletion_guarded=environment.deletion_guarded,
            has_budget=environment.alerts.monthly_budget_usd is not None,
            has_chat=environment.alerts.chat,
        )
        return EncryptionKey(self, "key", props).own_key

    def _bucket_props(self) -> ReportsBucketProps:
        environment = self._props.environment
        return ReportsBucketProps(
            name=environment.normalize.s3_bucket_name,
            clean_prefix=environment.etl.clean_prefix,
            restricted_prefix=environment.etl.restricted_prefix,
            rejected_days=environment.privacy.rejected_days,
            athena_results_prefix=environment.etl.athena_results_prefix,
            lifecycle=environment.normalize.lifecycle,
            deletion_guarded=environment.deletion_guarded,
            empty_on_destroy=environment.empty_on_destroy,
            key=self._key,
        )

    def _make_engine(self) -> NormalizeEngine:
        code = self._props.code
        props = EngineProps(
            environment=self._props.environment,
            account=self._props.account,
            bucket=self.bucket,
            alerts=self._alerts.target,
            key=self._key,
        )
        if isinstance(code, SparkCode):
            return NormalizeJob(self, "job", props, code)
        return NormalizeFunction(self, "function", props, code)

    def _make_schedule(self, cron_expression: str | None) -> DailySchedule | None:
        environment = self._props.environment
        if environment.freshness_hours is None or cron_expression is None:
            return None
        return DailySchedule(
            self,
            "schedule",
            DailyScheduleProps(
                names=environment.names,
                account=self._props.account,
                cron_expression=cron_expression,
                time_zone=environment.normalize.schedule.time_zone,
                target=self.engine.schedule_target,
                freshness_hours=environment.freshness_hours,
                alerts=self.topic,
                key=self._key,
            ),
        )
