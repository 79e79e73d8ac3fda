"""The Normalize function: code, layer, log group, role, and where its failures go."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from envs.schema import ExtractSettings, LambdaSettings, ProjectSettings
from modules.account import Account
from modules.contract.settings import LambdaVariable
from modules.naming import Names
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
    S3Bucket,
    SnsTopic,
    TerraformAsset,
)

HANDLER = "lambda_src.handler.handler"
METRICS_NAMESPACE = "CAT/Normalize"

#: The service's own defaults, written down so that a plan shows them: two retries, for up to six hours.
_RETRIES = 2
_LONGEST_EVENT_AGE = 6 * 3600


@dataclass(frozen=True, kw_only=True)
class NormalizeFunctionProps:
    """What the function needs to read the source table and write the clean zone."""

    names: Names
    account: Account
    project: ProjectSettings
    settings: LambdaSettings
    extract: ExtractSettings
    source_table: str
    clean_prefix: str
    bucket: S3Bucket
    alerts: SnsTopic
    code: Archive
    layer: Archive


class NormalizeFunction(Construct):
    """The function and all that belongs to it; ``function``, ``log_group`` and ``role`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: NormalizeFunctionProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.log_group = CloudwatchLogGroup(
            self,
            "aws_cloudwatch_log_group.normalize",
            name=props.names.normalize_log_group,
            retention_in_days=props.settings.log_retention,
            tags=NORMALIZE.tags(ResourceType.MONITORING),
        )
        self._access = self._make_role()
        self.role = self._access.role
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

    def _make_role(self) -> ServiceRole:
        by_lambda = Statement(sid="AssumedByService", actions=["sts:AssumeRole"], services=["lambda.amazonaws.com"])
        return add_service_role(
            self,
            ServiceRoleProps(
                address="normalize",
                name=self._props.names.normalize_role,
                description="Execution role of the Normalize function",
                trust_policy=policy(by_lambda),
                permissions=self._permissions(),
                component=NORMALIZE,
            ),
        )

    def _permissions(self) -> list[Statement]:
        props = self._props
        return [
            Statement(
                sid="ReadSourceTable",
                actions=["dynamodb:Scan"],
                resources=[props.account.arn("dynamodb", f"table/{props.source_table}")],
            ),
            Statement(
                sid="WriteCleanZone",
                actions=["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"],
                resources=[f"{props.bucket.arn}/{props.clean_prefix}*"],
            ),
            Statement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{self.log_group.arn}:*"],
            ),
            Statement(sid="ReportFailures", actions=["sns:Publish"], resources=[props.alerts.arn]),
        ]

    def _make_function(self) -> LambdaFunction:
        props, settings = self._props, self._props.settings
        code = TerraformAsset(self, "code", path=str(props.code.path), type=AssetType.FILE)
        return LambdaFunction(
            self,
            "aws_lambda_function.normalize",
            function_name=settings.name,
            description="ETL-1: normalizes the source table into the clean zone's CSV files",
            role=self.role.arn,
            runtime=f"python{settings.python_version}",
            architectures=["x86_64"],
            handler=HANDLER,
            filename=code.path,
            source_code_hash=props.code.sha256_base64,
            layers=[self._make_layer().arn],
            timeout=settings.timeout,
            memory_size=settings.memory_size,
            environment=LambdaFunctionEnvironment(variables=self._variables()),
            tags=NORMALIZE.tags(ResourceType.COMPUTE),
            # Lambda would create the log group itself, without retention; and fail its first run without the policy.
            depends_on=[self.log_group, self._access.permissions],
        )

    def _make_layer(self) -> LambdaLayerVersion:
        layer = TerraformAsset(self, "layer", path=str(self._props.layer.path), type=AssetType.FILE)
        return LambdaLayerVersion(
            self,
            "aws_lambda_layer_version.normalize",
            layer_name=self._props.names.normalize_layer,
            description="Dependencies of the Normalize function",
            filename=layer.path,
            source_code_hash=self._props.layer.sha256_base64,
            compatible_runtimes=[f"python{self._props.settings.python_version}"],
            compatible_architectures=["x86_64"],
        )

    def _variables(self) -> dict[str, str]:
        props = self._props
        return {
            LambdaVariable.S3_BUCKET_NAME: props.bucket.bucket,
            LambdaVariable.DYNAMODB_TABLE_NAME: props.source_table,
            LambdaVariable.PROJECT_ID: props.project.project_id,
            LambdaVariable.ENVIRONMENT: props.names.env,
            LambdaVariable.CLIENT: props.project.client,
            LambdaVariable.CLEAN_PREFIX: props.clean_prefix,
            LambdaVariable.TIME_ZONE: props.extract.time_zone,
            LambdaVariable.EXCLUSION_RULES: json.dumps([asdict(rule) for rule in props.extract.exclusion_rules]),
            LambdaVariable.SCAN_SEGMENTS: str(props.extract.scan_segments),
            LambdaVariable.METRICS_NAMESPACE: METRICS_NAMESPACE,
        }
