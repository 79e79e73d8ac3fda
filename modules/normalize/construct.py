"""ETL-1 as one construct: bucket, alerts, function, and the schedule where it is enabled."""

from __future__ import annotations

from dataclasses import dataclass

from envs.schema import Environment
from modules.account import Account
from modules.normalize.alerts import Alerts, AlertsProps
from modules.normalize.bucket import ReportsBucket, ReportsBucketProps
from modules.normalize.function import NormalizeFunction, NormalizeFunctionProps
from modules.normalize.schedule import DailySchedule, DailyScheduleProps
from modules.packaging import Archive
from modules.terraform import Construct


@dataclass(frozen=True, kw_only=True)
class NormalizeProps:
    """What ETL-1 needs: its environment, the account, and the two archives of the function."""

    environment: Environment
    account: Account
    code: Archive
    layer: Archive


class Normalize(Construct):
    """ETL-1; ``bucket``, ``topic``, ``function``, ``log_group`` and ``schedule`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: NormalizeProps) -> None:
        super().__init__(scope, construct_id)
        environment = props.environment
        self._props = props
        self.bucket = ReportsBucket(self, "bucket", self._bucket_props()).bucket
        self.topic = Alerts(
            self,
            "alerts",
            AlertsProps(
                topic_name=environment.names.alerts_topic,
                account=props.account,
                emails=environment.notification_emails,
            ),
        ).topic
        made = NormalizeFunction(self, "function", self._function_props())
        self.function, self.log_group = made.function, made.log_group
        self.schedule = self._make_schedule(environment.normalize.schedule.cron_expression)

    def _bucket_props(self) -> ReportsBucketProps:
        environment = self._props.environment
        return ReportsBucketProps(
            name=environment.normalize.s3_bucket_name,
            clean_prefix=environment.etl.clean_prefix,
            curated_prefix=environment.etl.curated_prefix,
            athena_results_prefix=environment.etl.athena_results_prefix,
            lifecycle=environment.normalize.lifecycle,
            deletion_guarded=environment.deletion_guarded,
        )

    def _function_props(self) -> NormalizeFunctionProps:
        environment = self._props.environment
        return NormalizeFunctionProps(
            names=environment.names,
            account=self._props.account,
            project=environment.project,
            settings=environment.normalize.lambda_,
            extract=environment.normalize.extract,
            source_table=environment.normalize.dynamo_table_name,
            clean_prefix=environment.etl.clean_prefix,
            bucket=self.bucket,
            alerts=self.topic,
            code=self._props.code,
            layer=self._props.layer,
        )

    def _make_schedule(self, cron_expression: str | None) -> DailySchedule | None:
        environment = self._props.environment
        if not environment.normalize.schedule.enabled or cron_expression is None:
            return None
        return DailySchedule(
            self,
            "schedule",
            DailyScheduleProps(
                names=environment.names,
                account=self._props.account,
                cron_expression=cron_expression,
                function=self.function,
                alerts=self.topic,
            ),
        )
