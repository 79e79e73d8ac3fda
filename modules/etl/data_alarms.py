"""The alarms on ETL-2's data: a run that failed a check and was quarantined, and runs that no longer come."""

from __future__ import annotations

from dataclasses import dataclass

from contract.metrics import CurationMetric
from envs.naming import Names
from modules.alarms import AlarmProps, FreshnessProps, add_alarm, add_freshness_alarm
from modules.metrics import ETL_NAMESPACE, of_runs
from modules.tags import ETL
from modules.terraform import Construct, DataAwsSnsTopic


@dataclass(frozen=True, kw_only=True)
class DataAlarmsProps:
    """What the alarms need. ``freshness_hours`` is None where nothing has to come by itself."""

    names: Names
    freshness_hours: int | None
    alerts: DataAwsSnsTopic


class DataAlarms(Construct):
    """The alarms. That on checks sends no message when it ends, because someone must look at the quarantined run.

    There is none on the ratio of rejected items: a run over the limit fails a check.
    """

    def __init__(self, scope: Construct, construct_id: str, props: DataAlarmsProps) -> None:
        super().__init__(scope, construct_id)
        env = props.names.env
        add_alarm(
            self,
            AlarmProps(
                address="data_checks",
                name=props.names.etl_alarm("data-checks"),
                meaning="A run failed a check and was not published: data is late.",
                runbook="A run was quarantined",
                metric=of_runs(ETL_NAMESPACE, CurationMetric.FAILED_DATA_CHECKS, env),
                threshold=1,
                ends=False,
                topic=props.alerts,
                component=ETL,
            ),
        )
        if props.freshness_hours is None:
            return
        add_freshness_alarm(
            self,
            FreshnessProps(
                name=props.names.etl_alarm("freshness"),
                meaning=f"ETL-2 has recorded no run for {props.freshness_hours} hours: data is late.",
                # A night in which nothing changed is recorded too.
                metric=of_runs(ETL_NAMESPACE, CurationMetric.RECORDED_RUNS, env),
                hours=props.freshness_hours,
                topic=props.alerts,
                component=ETL,
            ),
        )
