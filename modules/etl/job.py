"""ETL-2 as a Spark job, started and followed by a Glue workflow."""

from __future__ import annotations

from collections.abc import Mapping

from contract.spark_catalog import catalog_options
from modules.etl.engine import DESCRIPTION, EngineProps
from modules.etl.workflow import JobWorkflow, JobWorkflowProps
from modules.outputs import Output
from modules.spark_job import SparkCode, SparkJob, SparkJobProps
from modules.tags import ETL
from modules.terraform import Construct

#: What Glue calls the libraries of Iceberg, of the version that its own version has.
_ICEBERG = "iceberg"


class EtlJob(Construct):
    """The job with all that belongs to it; ``job`` and ``workflow`` are the resources. It is an Engine."""

    def __init__(self, scope: Construct, construct_id: str, props: EngineProps, code: SparkCode) -> None:
        super().__init__(scope, construct_id)
        names, settings = props.environment.names, props.environment.etl.glue
        self.job = SparkJob(self, "spark", _spark_job_props(props, code)).job
        started = JobWorkflow(
            self,
            "workflow",
            JobWorkflowProps(
                names=names,
                account=props.account,
                settings=settings,
                arrival=props.arrival,
                job=self.job,
                crawler=props.crawler,
            ),
        )
        self.workflow, self.starters = started.workflow, started.starters

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The job, and the workflow that starts it."""
        return {
            "job_name": Output(value=self.job.name, description="The Spark job: start it to curate what is due"),
            "workflow_name": Output(value=self.workflow.name, description="The Glue workflow that starts the job"),
        }


def _spark_job_props(props: EngineProps, code: SparkCode) -> SparkJobProps:
    names, etl = props.environment.names, props.environment.etl
    return SparkJobProps(
        address="parquet",
        name=names.glue_job,
        role_name=names.glue_job_role,
        log_name=names.glue_job_logs,
        failed_rule_name=names.job_failed_rule,
        slow_rule_name=names.slow_job_rule,
        description=DESCRIPTION,
        account=props.account,
        settings=etl.glue,
        run_time_share=props.environment.alarms.run_time_share,
        bucket=props.bucket,
        code=code,
        arguments=props.settings(),
        spark_options=catalog_options(
            f"s3://{props.bucket.bucket}/{etl.curated_prefix}", etl.glue.version, props.account.region
        ),
        datalake_formats=_ICEBERG,
        permissions=props.permissions(),
        alerts=props.alerts,
        runbook="Glue job failed",
        component=ETL,
        security=props.security,
    )
