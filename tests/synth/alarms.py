"""The alarms of prod, and each as plain values."""

from __future__ import annotations

from typing import Any

from tests.synth.synthesized import ARROW_VARIANT, GLUE_VARIANT, Stack

NORMALIZE, ETL = "cat-prod-normalize", "cat-prod-etl2"
OF_A_FUNCTION = {"errors", "duration", "unreported"}
OF_ETL1 = {"dead_letters", "schedule_errors", "lost_schedules", "freshness", "undelivered_alerts"}
#: All that prod has, whichever its engines, by the stack that has it.
ALARMS = {
    NORMALIZE: OF_A_FUNCTION | OF_ETL1 | {"throttles"},
    GLUE_VARIANT: OF_ETL1,
    ETL: {"dead_letters", "lost_events", "data_checks", "freshness"},
    ARROW_VARIANT: OF_A_FUNCTION | {"waiting", "dead_letters", "lost_events", "data_checks", "freshness"},
}
EACH = sorted({(name, address) for name, addresses in ALARMS.items() for address in addresses})


def alarm_of(stack: Stack, address: str) -> dict[str, Any]:
    """An alarm's arguments, with the names that Terraform fills in."""
    alarm = stack[f"aws_cloudwatch_metric_alarm.{address}"]
    return {**alarm, "dimensions": {name: stack.resolved(value) for name, value in alarm["dimensions"].items()}}
