"""A Lambda function with all that belongs to it: code, layer, log group, role, and its failures' way to the topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from contract.layout import ARTIFACTS_PREFIX
from envs.schema import FunctionSettings
from modules.encryption import OwnKey
from modules.function_alarms import FunctionAlarmsProps, add_function_alarms
from modules.outputs import Output
from modules.packaging import Archive
from modules.policies import Statement, policy
from modules.roles import ServiceRole, ServiceRoleProps, add_service_role
from modules.tags import Component, ResourceType
from modules.terraform import (
    AssetType,
    CloudwatchLogGroup,
    Construct,
    DataAwsS3Bucket,
    DataAwsSnsTopic,
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionEphemeralStorage,
    LambdaFunctionEventInvokeConfig,
    LambdaFunctionEventInvokeConfigDestinationConfig,
    LambdaFunctionEventInvokeConfigDestinationConfigOnFailure,
    LambdaLayerVersion,
    S3Bucket,
    S3Object,
    SnsTopic,
    TerraformAsset,
    TerraformResourceLifecycle,
)

#: The service's own defaults, written down so that a plan shows them: two retries, for up to six hours.
_RETRIES = 2
_LONGEST_EVENT_AGE = 6 * 3600
_ARCHITECTURES = ["x86_64"]


@dataclass(frozen=True, kw_only=True)
class FunctionCode:
    """The archives of the function and of its layer."""

    function: Archive
    layer: Archive


@dataclass(frozen=True, kw_only=True)
class FunctionProps:
    """What a function needs.

    ``address`` is the last part of all its Terraform addresses, and ``title`` how descriptions call it. ``variables``
    are its environment. ``alarm_name`` makes an alarm's name of what it is about, ``runbook`` is the heading for a call
    that failed, and ``run_time_share`` what a call may take of its timeout. ``concurrency`` is how many events it works
    on at the same time, None for as many as the account allows; ``ephemeral_storage`` the MB of its ``/tmp``, None for
    Lambda's least. ``bucket`` takes a layer that is too large for a direct upload. ``key`` encrypts its variables, its
    log and what it writes, None for the services' own.
    """

    address: str
    title: str
    name: str
    layer_name: str
    log_group_name: str
    role_name: str
    description: str
    handler: str
    settings: FunctionSettings
    code: FunctionCode
    variables: Mapping[str, str]
    permissions: Sequence[Statement]
    alerts: SnsTopic | DataAwsSnsTopic
    alarm_name: Callable[[str], str]
    runbook: str
    run_time_share: float
    component: Component
    bucket: S3Bucket | DataAwsS3Bucket
    concurrency: int | None = None
    ephemeral_storage: int | None = None
    key: OwnKey | None = None


class Function(Construct):
    """The function and all that belongs to it; ``function`` and ``log_group`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: FunctionProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.log_group = CloudwatchLogGroup(
            self,
            f"aws_cloudwatch_log_group.{props.address}",
            name=props.log_group_name,
            retention_in_days=props.settings.log_retention,
            kms_key_id=props.key.arn if props.key else None,
            tags=props.component.tags(ResourceType.MONITORING),
        )
        self.function = self._make_function(self._make_role())
        LambdaFunctionEventInvokeConfig(
            self,
            f"aws_lambda_function_event_invoke_config.{props.address}",
            function_name=self.function.function_name,
            maximum_retry_attempts=_RETRIES,
            maximum_event_age_in_seconds=_LONGEST_EVENT_AGE,
            destination_config=LambdaFunctionEventInvokeConfigDestinationConfig(
                on_failure=LambdaFunctionEventInvokeConfigDestinationConfigOnFailure(destination=props.alerts.arn)
            ),
        )
        self._add_alarms()

    def _add_alarms(self) -> None:
        props = self._props
        add_function_alarms(
            self,
            FunctionAlarmsProps(
                function=self.function,
                title=props.title,
                alarm_name=props.alarm_name,
                timeout=props.settings.timeout,
                longest_wait=_LONGEST_EVENT_AGE,
                waits=props.concurrency is not None,
                run_time_share=props.run_time_share,
                runbook=props.runbook,
                topic=props.alerts,
                component=props.component,
            ),
        )

    def outputs(self, called: str, purpose: str) -> dict[str, Output]:
        """Return the outputs by which people find the function and its log; ``purpose`` is why they invoke it."""
        return {
            "function_name": Output(
                value=self.function.function_name, description=f"The {called}: invoke it to {purpose}"
            ),
            "function_arn": Output(value=self.function.arn, description="ARN of that function"),
            "log_group_name": Output(value=self.log_group.name, description=f"Log group of the {called}: tail it"),
        }

    def _make_role(self) -> ServiceRole:
        props = self._props
        by_lambda = Statement(sid="AssumedByService", actions=["sts:AssumeRole"], services=["lambda.amazonaws.com"])
        return add_service_role(
            self,
            ServiceRoleProps(
                address=props.address,
                name=props.role_name,
                description=f"Execution role of the {props.title}",
                trust_policy=policy(by_lambda),
                permissions=[
                    *props.permissions,
                    Statement(
                        sid="WriteLogs",
                        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                        resources=[f"{self.log_group.arn}:*"],
                    ),
                    Statement(sid="ReportFailures", actions=["sns:Publish"], resources=[props.alerts.arn]),
                    *(
                        [props.key.use_through("s3", "sns"), props.key.read_variables_of(props.name)]
                        if props.key
                        else []
                    ),
                ],
                component=props.component,
            ),
        )

    def _make_function(self, access: ServiceRole) -> LambdaFunction:
        props, settings, archive = self._props, self._props.settings, self._props.code.function
        code = TerraformAsset(self, "code", path=str(archive.path), type=AssetType.FILE)
        storage = props.ephemeral_storage
        return LambdaFunction(
            self,
            f"aws_lambda_function.{props.address}",
            function_name=props.name,
            description=props.description,
            role=access.role.arn,
            runtime=f"python{settings.python_version}",
            architectures=_ARCHITECTURES,
            handler=props.handler,
            filename=code.path,
            source_code_hash=archive.sha256_base64,
            layers=[self._make_layer().arn],
            timeout=settings.timeout,
            memory_size=settings.memory_size,
            ephemeral_storage=None if storage is None else LambdaFunctionEphemeralStorage(size=storage),
            reserved_concurrent_executions=props.concurrency,
            kms_key_arn=props.key.arn if props.key else None,
            environment=LambdaFunctionEnvironment(variables=dict(props.variables)),
            tags=props.component.tags(ResourceType.COMPUTE),
            # Lambda would create the log group itself, without retention; and fail its first run without the policy.
            depends_on=[self.log_group, access.permissions],
        )

    def _make_layer(self) -> LambdaLayerVersion:
        props, archive = self._props, self._props.code.layer
        layer = TerraformAsset(self, "layer", path=str(archive.path), type=AssetType.FILE)
        stored = None if archive.is_uploaded_directly else self._store(layer, archive)
        return LambdaLayerVersion(
            self,
            f"aws_lambda_layer_version.{props.address}",
            layer_name=props.layer_name,
            description=f"Dependencies of the {props.title}",
            filename=None if stored else layer.path,
            s3_bucket=stored.bucket if stored else None,
            s3_key=stored.key if stored else None,
            source_code_hash=archive.sha256_base64,
            compatible_runtimes=[f"python{props.settings.python_version}"],
            compatible_architectures=_ARCHITECTURES,
        )

    def _store(self, layer: TerraformAsset, archive: Archive) -> S3Object:
        """Put a layer into the bucket, under a key that changes with its content."""
        props = self._props
        return S3Object(
            self,
            "aws_s3_object.layer",
            bucket=props.bucket.bucket,
            key=f"{ARTIFACTS_PREFIX}{archive.sha256}/{archive.path.name}",
            source=layer.path,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags=props.component.tags(ResourceType.STORAGE),
        )
