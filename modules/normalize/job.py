"""ETL-1 as a Spark job, for tables that are too large for the function (docs/adr/0013-extract-engine.md)."""

from __future__ import annotations

from collections.abc import Mapping

from contract.settings import EventKey, NormalizeArgument
from modules.encryption import GlueSecurity
from modules.metrics import NORMALIZE_NAMESPACE, write_metrics
from modules.normalize.engine import DESCRIPTION, EngineProps
from modules.normalize.schedule import SCHEDULED_TIME, ScheduleTarget
from modules.outputs import Output
from modules.policies import Statement
from modules.spark_job import SparkCode, SparkJob, SparkJobProps
from modules.tags import NORMALIZE
from modules.terraform import Construct

_SPARK_OPTIONS = {
    # A second copy of a slow task would read its segment again, and both would be paid for.
    "spark.speculation": "false",
    # Spark's own default, written down: a task may be lost with its worker, and may be repeated.
    "spark.task.maxFailures": "4",
    # Each task hands the driver what is too small for a part of its own; Spark's default of 1 GB ends a large run.
    "spark.driver.maxResultSize": "4g",
}


class NormalizeJob(Construct):
    """The job with all that belongs to it; ``job`` is the resource. It is an Engine."""

    def __init__(self, scope: Construct, construct_id: str, props: EngineProps, code: SparkCode) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        spark_job = self._spark_job_props(code)
        self.job = SparkJob(self, "spark", spark_job).job
        self._output_log_group = spark_job.logs.output

    @property
    def schedule_target(self) -> ScheduleTarget:
        """Start a run of the job, through Scheduler's universal target."""
        return ScheduleTarget(
            arn=f"arn:{self._props.account.partition}:scheduler:::aws-sdk:glue:startJobRun",
            input={
                "JobName": self.job.name,
                "Arguments": {f"--{EventKey.SCHEDULED_TIME}": SCHEDULED_TIME},
                "JobRunQueuingEnabled": True,
            },
            permission=Statement(sid="StartJob", actions=["glue:StartJobRun"], resources=[self.job.arn]),
            purpose="start the Normalize job",
        )

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The job, and where its runs write."""
        return {
            "job_name": Output(value=self.job.name, description="The Normalize job: start it to run ETL-1"),
            "log_group_name": Output(
                value=self._output_log_group, description="Log group of Glue's jobs: a run's streams begin with its ID"
            ),
        }

    def _spark_job_props(self, code: SparkCode) -> SparkJobProps:
        props, names = self._props, self._props.environment.names
        settings = props.environment.normalize.extract.glue
        return SparkJobProps(
            address="normalize",
            name=names.normalize_job,
            role_name=names.normalize_job_role,
            log_name=names.normalize_job_logs,
            failed_rule_name=names.normalize_job_failed_rule,
            slow_rule_name=names.normalize_slow_job_rule,
            description=DESCRIPTION,
            account=props.account,
            settings=settings,
            run_time_share=props.environment.alarms.run_time_share,
            bucket=props.bucket,
            code=code,
            arguments={
                **props.settings(),
                NormalizeArgument.TIME_LIMIT_MINUTES: str(settings.time_limit_minutes),
                NormalizeArgument.TASKS_AT_ONCE: str(settings.tasks_at_once),
            },
            spark_options=_SPARK_OPTIONS,
            permissions=[*props.permissions(), write_metrics("WriteRunMetrics", NORMALIZE_NAMESPACE)],
            alerts=props.alerts,
            runbook="Normalize failed",
            component=NORMALIZE,
            security=GlueSecurity.of(self, names.normalize_glue_security, props.key) if props.key else None,
        )
