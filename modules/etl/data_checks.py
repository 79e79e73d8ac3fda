"""The alarm on data: a run of ETL-1 that failed a check and was quarantined."""

from __future__ import annotations

from dataclasses import dataclass

from modules.contract.settings import ENVIRONMENT_DIMENSION, FAILED_CHECKS_METRIC
from modules.metrics import ETL_NAMESPACE
from modules.naming import Names
from modules.tags import ETL, ResourceType
from modules.terraform import CloudwatchMetricAlarm, Construct, DataAwsSnsTopic

_PERIOD = 300


@dataclass(frozen=True, kw_only=True)
class DataChecksProps:
    """What the alarm needs: the environment's names, and the failures' topic."""

    names: Names
    alerts: DataAwsSnsTopic


class DataChecks(Construct):
    """The alarm. It tells of each quarantined run, and of no end: nothing is well until somebody has looked."""

    def __init__(self, scope: Construct, construct_id: str, props: DataChecksProps) -> None:
        super().__init__(scope, construct_id)
        CloudwatchMetricAlarm(
            self,
            "aws_cloudwatch_metric_alarm.data_checks",
            alarm_name=props.names.data_checks_alarm,
            alarm_description="A run failed a check and was not published. See the runbook, A run was quarantined.",
            namespace=ETL_NAMESPACE,
            metric_name=FAILED_CHECKS_METRIC,
            dimensions={ENVIRONMENT_DIMENSION: props.names.env},
            statistic="Sum",
            period=_PERIOD,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[props.alerts.arn],
            tags=ETL.tags(ResourceType.MONITORING),
        )
