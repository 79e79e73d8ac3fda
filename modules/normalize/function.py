"""The Normalize function: code, layer, log group, role, and where its failures go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modules.contract.settings import VARIABLES, EventKey
from modules.normalize.engine import DESCRIPTION, EngineProps
from modules.normalize.schedule import SCHEDULED_TIME, ScheduleTarget
from modules.outputs import Output
from modules.packaging import Archive
from modules.policies import Statement, policy
from modules.roles import ServiceRole, ServiceRoleProps, add_service_role
from modules.tags import NORMALIZE, ResourceType
from modules.terraform import (
    AssetType,
    CloudwatchLogGroup,
    Construct,
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionEventInvokeConfig,
    LambdaFunctionEventInvokeConfigDestinationConfig,
    LambdaFunctionEventInvokeConfigDestinationConfigOnFailure,
    LambdaLayerVersion,
    TerraformAsset,
)

HANDLER = "lambda_src.handler.handler"

#: The service's own defaults, written down so that a plan shows them: two retries, for up to six hours.
_RETRIES = 2
_LONGEST_EVENT_AGE = 6 * 3600


@dataclass(frozen=True, kw_only=True)
class FunctionCode:
    """The archives of the function and of its layer."""

    function: Archive
    layer: Archive


class NormalizeFunction(Construct):
    """The function and all that belongs to it; ``function`` and ``log_group`` are the resources. It is an Engine."""

    def __init__(self, scope: Construct, construct_id: str, props: EngineProps, code: FunctionCode) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self._code = code
        self._names = props.environment.names
        self._settings = props.environment.normalize.lambda_
        self.log_group = CloudwatchLogGroup(
            self,
            "aws_cloudwatch_log_group.normalize",
            name=self._names.normalize_log_group,
            retention_in_days=self._settings.log_retention,
            tags=NORMALIZE.tags(ResourceType.MONITORING),
        )
        self._access = self._make_role()
        self.function = self._make_function()
        LambdaFunctionEventInvokeConfig(
            self,
            "aws_lambda_function_event_invoke_config.normalize",
            function_name=self.function.function_name,
            maximum_retry_attempts=_RETRIES,
            maximum_event_age_in_seconds=_LONGEST_EVENT_AGE,
            destination_config=LambdaFunctionEventInvokeConfigDestinationConfig(
                on_failure=LambdaFunctionEventInvokeConfigDestinationConfigOnFailure(destination=props.alerts.arn)
            ),
        )

    @property
    def schedule_target(self) -> ScheduleTarget:
        """Invoke the function."""
        return ScheduleTarget(
            arn=self.function.arn,
            input={EventKey.SCHEDULED_TIME: SCHEDULED_TIME},
            permission=Statement(
                sid="InvokeFunction", actions=["lambda:InvokeFunction"], resources=[self.function.arn]
            ),
            purpose="invoke the Normalize function",
        )

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The function and its log group."""
        return {
            "function_name": Output(
                value=self.function.function_name, description="The Normalize function: invoke it to run ETL-1"
            ),
            "function_arn": Output(value=self.function.arn, description="ARN of that function"),
            "log_group_name": Output(
                value=self.log_group.name, description="Log group of the Normalize function: tail it"
            ),
        }

    def _make_role(self) -> ServiceRole:
        by_lambda = Statement(sid="AssumedByService", actions=["sts:AssumeRole"], services=["lambda.amazonaws.com"])
        return add_service_role(
            self,
            ServiceRoleProps(
                address="normalize",
                name=self._names.normalize_role,
                description="Execution role of the Normalize function",
                trust_policy=policy(by_lambda),
                permissions=self._permissions(),
                component=NORMALIZE,
            ),
        )

    def _permissions(self) -> list[Statement]:
        return [
            *self._props.permissions(),
            Statement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{self.log_group.arn}:*"],
            ),
            Statement(sid="ReportFailures", actions=["sns:Publish"], resources=[self._props.alerts.arn]),
        ]

    def _make_function(self) -> LambdaFunction:
        settings, archive = self._settings, self._code.function
        code = TerraformAsset(self, "code", path=str(archive.path), type=AssetType.FILE)
        return LambdaFunction(
            self,
            "aws_lambda_function.normalize",
            function_name=settings.name,
            description=DESCRIPTION,
            role=self._access.role.arn,
            runtime=f"python{settings.python_version}",
            architectures=["x86_64"],
            handler=HANDLER,
            filename=code.path,
            source_code_hash=archive.sha256_base64,
            layers=[self._make_layer().arn],
            timeout=settings.timeout,
            memory_size=settings.memory_size,
            environment=LambdaFunctionEnvironment(variables=self._variables()),
            tags=NORMALIZE.tags(ResourceType.COMPUTE),
            # Lambda would create the log group itself, without retention; and fail its first run without the policy.
            depends_on=[self.log_group, self._access.permissions],
        )

    def _make_layer(self) -> LambdaLayerVersion:
        archive = self._code.layer
        layer = TerraformAsset(self, "layer", path=str(archive.path), type=AssetType.FILE)
        return LambdaLayerVersion(
            self,
            "aws_lambda_layer_version.normalize",
            layer_name=self._names.normalize_layer,
            description="Dependencies of the Normalize function",
            filename=layer.path,
            source_code_hash=archive.sha256_base64,
            compatible_runtimes=[f"python{self._settings.python_version}"],
            compatible_architectures=["x86_64"],
        )

    def _variables(self) -> dict[str, str]:
        return {VARIABLES[name]: value for name, value in self._props.settings().items()}
