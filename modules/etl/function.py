"""ETL-2 as a Lambda function with Arrow, for tables that need no cluster (docs/adr/0029)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract.settings import ARROW_MEMORY_VARIABLES, CRAWLER_VARIABLE, TRANSFORM_VARIABLES
from envs.schema import ARROW_CONCURRENCY
from modules.etl.arrival import ArrivalTarget
from modules.etl.engine import DESCRIPTION, EngineProps
from modules.lambda_function import Function, FunctionCode, FunctionProps
from modules.outputs import Output
from modules.policies import Statement
from modules.tags import ETL
from modules.terraform import Construct, GlueCrawler, LambdaPermission, TerraformResource

HANDLER = "glue_src.handler.handler"


class EtlFunction(Construct):
    """The function and all that belongs to it; ``function`` and ``log_group`` are the resources. It is an Engine."""

    def __init__(self, scope: Construct, construct_id: str, props: EngineProps, code: FunctionCode) -> None:
        super().__init__(scope, construct_id)
        self._made = Function(self, "function", _function_props(props, code))
        self.function, self.log_group = self._made.function, self._made.log_group
        permission = LambdaPermission(
            self,
            "aws_lambda_permission.run_arrived",
            statement_id="RunArrived",
            action="lambda:InvokeFunction",
            function_name=self.function.function_name,
            principal="events.amazonaws.com",
            source_arn=props.arrival.rule.arn,
        )
        target = props.arrival.deliver_to(ArrivalTarget(address="function", arn=self.function.arn))
        self.starters: Sequence[TerraformResource] = [permission, target]

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The function and its log group."""
        return self._made.outputs("function", "curate what is due")


def _function_props(props: EngineProps, code: FunctionCode) -> FunctionProps:
    names, settings = props.environment.names, props.environment.etl.transform.arrow
    told = {TRANSFORM_VARIABLES[name]: value for name, value in props.settings().items()}
    return FunctionProps(
        address="parquet",
        title="ETL-2 function",
        name=names.etl_function,
        layer_name=names.etl_layer,
        log_group_name=names.etl_log_group,
        role_name=names.etl_function_role,
        description=DESCRIPTION,
        handler=HANDLER,
        settings=settings,
        code=code,
        variables={**told, **_crawler_variable(props.crawler), **ARROW_MEMORY_VARIABLES},
        permissions=[*props.permissions(), *_start(props.crawler)],
        alerts=props.alerts.topic,
        alarm_name=names.etl_alarm,
        runbook="Glue job failed",
        run_time_share=props.environment.alarms.run_time_share,
        component=ETL,
        bucket=props.bucket,
        key=props.key,
        concurrency=ARROW_CONCURRENCY,
        ephemeral_storage=settings.ephemeral_storage,
    )


def _crawler_variable(crawler: GlueCrawler | None) -> dict[str, str]:
    return {CRAWLER_VARIABLE: crawler.name} if crawler else {}


def _start(crawler: GlueCrawler | None) -> list[Statement]:
    if crawler is None:
        return []
    return [Statement(sid="StartCrawler", actions=["glue:StartCrawler"], resources=[crawler.arn])]
