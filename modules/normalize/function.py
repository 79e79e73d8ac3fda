"""ETL-1 as a Lambda function: what it is told, what it may do, and how the schedule invokes it."""

from __future__ import annotations

from collections.abc import Mapping

from contract.settings import VARIABLES, EventKey
from modules.lambda_function import Function, FunctionCode, FunctionProps
from modules.normalize.engine import DESCRIPTION, EngineProps
from modules.normalize.schedule import SCHEDULED_TIME, ScheduleTarget
from modules.outputs import Output
from modules.policies import Statement
from modules.tags import NORMALIZE
from modules.terraform import Construct

HANDLER = "lambda_src.handler.handler"


class NormalizeFunction(Construct):
    """The function and all that belongs to it; ``function`` and ``log_group`` are the resources. It is an Engine."""

    def __init__(self, scope: Construct, construct_id: str, props: EngineProps, code: FunctionCode) -> None:
        super().__init__(scope, construct_id)
        self._made = Function(self, "function", _function_props(props, code))
        self.function, self.log_group = self._made.function, self._made.log_group

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
        return self._made.outputs("Normalize function", "run ETL-1")


def _function_props(props: EngineProps, code: FunctionCode) -> FunctionProps:
    names, settings = props.environment.names, props.environment.normalize.lambda_
    return FunctionProps(
        address="normalize",
        title="Normalize function",
        name=settings.name,
        layer_name=names.normalize_layer,
        log_group_name=names.normalize_log_group,
        role_name=names.normalize_role,
        description=DESCRIPTION,
        handler=HANDLER,
        settings=settings,
        code=code,
        variables={VARIABLES[name]: value for name, value in props.settings().items()},
        permissions=props.permissions(),
        alerts=props.alerts.topic,
        alarm_name=names.normalize_alarm,
        runbook="Normalize failed",
        run_time_share=props.environment.alarms.run_time_share,
        component=NORMALIZE,
        bucket=props.bucket,
        key=props.key,
    )
