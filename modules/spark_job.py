"""A Spark job on Glue: code at content-addressed keys, role, the job itself, and its failures' way to the topic."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contract.layout import ARTIFACTS_PREFIX
from envs.glue_log_names import JobLogs
from envs.schema import GlueJobSettings
from modules.account import Account
from modules.encryption import GlueSecurity
from modules.failures import AlertTarget
from modules.glue_logs import LogGroupProps, add_log_group
from modules.job_rules import JobRulesProps, add_job_rules
from modules.metrics import GLUE_NAMESPACE, write_metrics
from modules.packaging import Archive
from modules.policies import Statement, trust
from modules.roles import ServiceRoleProps, add_service_role
from modules.tags import Component, ResourceType
from modules.terraform import (
    AssetType,
    CloudwatchLogGroup,
    Construct,
    DataAwsS3Bucket,
    GlueJob,
    GlueJobCommand,
    GlueJobExecutionProperty,
    GlueJobNotificationProperty,
    IamRole,
    S3Bucket,
    S3Object,
    TerraformAsset,
    TerraformResourceLifecycle,
)

#: Where every Glue job and crawler of an account writes its logs.
_GLUE_LOG_GROUPS = "log-group:/aws-glue/*"


@dataclass(frozen=True, kw_only=True)
class SparkCode:
    """A job's script, the library that it imports, and the exact pins of what Glue's Python has not."""

    script: Path
    library: Archive
    modules: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class SparkJobProps:
    """What a job needs.

    ``address`` is the last part of its Terraform address. ``arguments`` are its own, by name without dashes.
    ``datalake_formats`` are the table formats whose libraries Glue brings, if any, as Glue calls them.
    ``runbook`` is the heading that a message about a failed run points to. A run that takes more than
    ``run_time_share`` of its timeout is told as well. ``log_name`` is the name of its own log groups, or how they
    begin. ``security`` is for environments with a key of their own.
    """

    address: str
    name: str
    role_name: str
    log_name: str
    failed_rule_name: str
    slow_rule_name: str
    description: str
    account: Account
    settings: GlueJobSettings
    run_time_share: float
    bucket: S3Bucket | DataAwsS3Bucket
    code: SparkCode
    arguments: Mapping[str, str]
    spark_options: Mapping[str, str] = field(default_factory=dict)
    datalake_formats: str | None = None
    permissions: Sequence[Statement]
    alerts: AlertTarget
    runbook: str
    component: Component
    security: GlueSecurity | None = None

    @property
    def logs(self) -> JobLogs:
        """Where Glue writes the runs' logs."""
        return JobLogs.of(self.log_name, self.role_name, self.security.name if self.security else None)

    @property
    def slow_after(self) -> int:
        """After how many minutes, one at least, a run is told to take long."""
        return max(1, int(self.settings.timeout * self.run_time_share))


class SparkJob(Construct):
    """The job with its role, artifacts, log groups and rules; ``job`` and ``role`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: SparkJobProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.role = self._make_role()
        self.job = self._make_job(self._make_log_groups())
        add_job_rules(
            self,
            JobRulesProps(
                job=self.job,
                failed_name=props.failed_rule_name,
                slow_name=props.slow_rule_name,
                slow_after=props.slow_after,
                timeout=props.settings.timeout,
                runbook=props.runbook,
                alerts=props.alerts,
                component=props.component,
            ),
        )

    def _make_log_groups(self) -> list[CloudwatchLogGroup]:
        props = self._props
        return [
            add_log_group(
                self,
                LogGroupProps(
                    address=f"job_{content}",
                    name=name,
                    retention=props.settings.log_retention,
                    security=props.security,
                    component=props.component,
                ),
            )
            for content, name in props.logs.groups.items()
        ]

    def _make_job(self, log_groups: Sequence[CloudwatchLogGroup]) -> GlueJob:
        props, settings, code = self._props, self._props.settings, self._props.code
        script = self._artifact("script", code.script, hashlib.sha256(code.script.read_bytes()).hexdigest())
        library = self._artifact("library", code.library.path, code.library.sha256)
        return GlueJob(
            self,
            f"aws_glue_job.{props.address}",
            name=props.name,
            description=props.description,
            role_arn=self.role.arn,
            glue_version=settings.version,
            worker_type=settings.worker_type,
            number_of_workers=settings.number_of_workers,
            timeout=settings.timeout,
            # One run at a time: what is started meanwhile waits in the queue, which takes no job that Glue retries,
            # nor one on FLEX workers, which come late and may be taken away (docs/adr/0037).
            max_retries=0,
            execution_property=GlueJobExecutionProperty(max_concurrent_runs=1),
            job_run_queuing_enabled=True,
            notification_property=GlueJobNotificationProperty(notify_delay_after=props.slow_after),
            command=GlueJobCommand(name="glueetl", python_version="3", script_location=script),
            default_arguments=self._arguments(library),
            security_configuration=props.security.name if props.security else None,
            tags=props.component.tags(ResourceType.COMPUTE),
            # Glue would make them itself, without retention.
            depends_on=list(log_groups),
        )

    def _artifact(self, name: str, path: Path, sha256: str) -> str:
        """Upload a file under a key that changes with its content, and return its URI."""
        asset = TerraformAsset(self, name, path=str(path), type=AssetType.FILE)
        stored = S3Object(
            self,
            f"aws_s3_object.{name}",
            bucket=self._props.bucket.bucket,
            key=f"{ARTIFACTS_PREFIX}{sha256}/{path.name}",
            source=asset.path,
            # A run that starts during a deploy finds the old key or the new one, never none.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags=self._props.component.tags(ResourceType.STORAGE),
        )
        return f"s3://{stored.bucket}/{stored.key}"

    def _arguments(self, library: str) -> dict[str, str]:
        props = self._props
        arguments = {
            "--job-language": "python",
            # The data itself says what is done; a bookmark would be a second memory.
            "--job-bookmark-option": "job-bookmark-disable",
            "--extra-py-files": library,
            "--enable-metrics": "true",
            "--enable-observability-metrics": "true",
            "--enable-continuous-cloudwatch-log": "true",
            **props.logs.arguments,
            **{f"--{name}": value for name, value in props.arguments.items()},
        }
        if props.code.modules:
            arguments["--additional-python-modules"] = ",".join(props.code.modules)
        if props.datalake_formats:
            arguments["--datalake-formats"] = props.datalake_formats
        if props.spark_options:
            # Glue takes the option once; what follows the first setting is passed on as it is.
            settings = (f"{name}={value}" for name, value in props.spark_options.items())
            arguments["--conf"] = " --conf ".join(settings)
        return arguments

    def _make_role(self) -> IamRole:
        props = self._props
        return add_service_role(
            self,
            ServiceRoleProps(
                address="job",
                name=props.role_name,
                description=f"Role of the {props.component.etl_component} Spark job",
                trust_policy=trust("glue.amazonaws.com", props.account.id),
                permissions=[
                    *props.permissions,
                    Statement(
                        sid="ReadCode",
                        actions=["s3:GetObject"],
                        # Of any version: a run that starts during a deployment has the one before.
                        resources=[
                            f"{props.bucket.arn}/{ARTIFACTS_PREFIX}*/{path.name}"
                            for path in (props.code.script, props.code.library.path)
                        ],
                    ),
                    write_glue_logs(props.account),
                    write_metrics("WriteMetrics", GLUE_NAMESPACE),
                    *own_key_permissions(props.account, props.security),
                ],
                component=props.component,
            ),
        ).role


def write_glue_logs(account: Account) -> Statement:
    """Return the permission to write the logs that Glue makes of every job and crawler."""
    return Statement(
        sid="WriteLogs",
        actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[account.arn("logs", _GLUE_LOG_GROUPS)],
    )


def own_key_permissions(account: Account, security: GlueSecurity | None) -> list[Statement]:
    """Return what the role of a job or crawler needs beyond that where the environment has a key of its own."""
    return security.permissions(account.arn("logs", _GLUE_LOG_GROUPS)) if security else []
