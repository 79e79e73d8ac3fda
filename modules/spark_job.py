"""A Spark job on Glue: code at content-addressed keys, role, the job itself, and its failures' way to the topic."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from envs.schema import ARTIFACTS_PREFIX, GlueJobSettings
from modules.account import Account
from modules.encryption import GlueSecurity
from modules.failures import FailureRuleProps, add_failure_rule
from modules.metrics import GLUE_NAMESPACE, write_metrics
from modules.naming import glue_output_log_group
from modules.packaging import Archive
from modules.policies import Statement, trust
from modules.roles import ServiceRoleProps, add_service_role
from modules.tags import Component, ResourceType
from modules.terraform import (
    AssetType,
    Construct,
    DataAwsS3Bucket,
    DataAwsSnsTopic,
    GlueJob,
    GlueJobCommand,
    GlueJobExecutionProperty,
    IamRole,
    S3Bucket,
    S3Object,
    SnsTopic,
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
    ``runbook`` is the heading that a message about a failed run points to. ``security`` is for environments with a key
    of their own.
    """

    address: str
    name: str
    role_name: str
    failed_rule_name: str
    description: str
    account: Account
    settings: GlueJobSettings
    bucket: S3Bucket | DataAwsS3Bucket
    code: SparkCode
    arguments: Mapping[str, str]
    spark_options: Mapping[str, str] = field(default_factory=dict)
    permissions: Sequence[Statement]
    alerts: SnsTopic | DataAwsSnsTopic
    runbook: str
    component: Component
    security: GlueSecurity | None = None

    @property
    def output_log_group(self) -> str:
        """Where Glue puts what the script writes to its standard output."""
        return glue_output_log_group(self.security.name if self.security else None, self.role_name)


class SparkJob(Construct):
    """The job with its role, artifacts and failure rule; ``job`` and ``role`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: SparkJobProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.role = self._make_role()
        self.job = self._make_job()
        self._report_failures()

    def _make_job(self) -> GlueJob:
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
            max_retries=settings.max_retries,
            # The execution class stays Glue's default, STANDARD: FLEX workers come late and may be taken away.
            # One run at a time: those that are started meanwhile wait in the queue.
            execution_property=GlueJobExecutionProperty(max_concurrent_runs=1),
            job_run_queuing_enabled=True,
            command=GlueJobCommand(name="glueetl", python_version="3", script_location=script),
            default_arguments=self._arguments(library),
            security_configuration=props.security.name if props.security else None,
            tags=props.component.tags(ResourceType.COMPUTE),
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
            **{f"--{name}": value for name, value in props.arguments.items()},
        }
        if props.code.modules:
            arguments["--additional-python-modules"] = ",".join(props.code.modules)
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
                        resources=[f"{props.bucket.arn}/{ARTIFACTS_PREFIX}*"],
                    ),
                    write_glue_logs(props.account),
                    write_metrics("WriteMetrics", GLUE_NAMESPACE),
                    *own_key_permissions(props.account, props.security),
                ],
                component=props.component,
            ),
        ).role

    def _report_failures(self) -> None:
        props = self._props
        add_failure_rule(
            self,
            FailureRuleProps(
                address="job_failed",
                name=props.failed_rule_name,
                description="A run of the Spark job did not succeed",
                detail_type="Glue Job State Change",
                detail={"jobName": [self.job.name], "state": ["ERROR", "FAILED", "STOPPED", "TIMEOUT"]},
                paths={
                    "job": "$.detail.jobName",
                    "run": "$.detail.jobRunId",
                    "state": "$.detail.state",
                    "why": "$.detail.message",
                },
                template=f"Glue job <job>, run <run>: <state>. <why> See the runbook, {props.runbook}.",
                topic_arn=props.alerts.arn,
                component=props.component,
            ),
        )


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
