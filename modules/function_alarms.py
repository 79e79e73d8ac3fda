"""The alarms on a Lambda function: it fails, has no room to start, nears its time limit, or fails without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from modules.alarms import PERIOD, AlarmProps, add_alarm
from modules.metrics import MAXIMUM, Metric, of_function
from modules.tags import Component
from modules.terraform import Construct, DataAwsSnsTopic, LambdaFunction, SnsTopic

_MILLISECONDS = 1000


@dataclass(frozen=True, kw_only=True)
class FunctionAlarmsProps:
    """What the alarms need. ``title`` is how they call the function, ``alarm_name`` makes a name of what is told.

    ``timeout`` and ``longest_wait`` are in seconds: how long a call may take, and how long Lambda keeps an event whose
    turn does not come. ``waits`` is for functions that work on one event after the other, where it is usual to wait.
    ``run_time_share`` of ``timeout`` is what a call may take. ``runbook`` is the heading for a call that failed.
    """

    function: LambdaFunction
    title: str
    alarm_name: Callable[[str], str]
    timeout: int
    longest_wait: int
    waits: bool
    run_time_share: float
    runbook: str
    topic: SnsTopic | DataAwsSnsTopic
    component: Component


@dataclass(frozen=True)
class _Watched:
    about: str
    meaning: str
    runbook: str
    metric: Metric
    threshold: float


def add_function_alarms(scope: Construct, props: FunctionAlarmsProps) -> None:
    """Add the alarms to ``scope``."""
    for watched in (
        _errors(props),
        _waiting(props) if props.waits else _throttles(props),
        _duration(props),
        _unreported(props),
    ):
        add_alarm(
            scope,
            AlarmProps(
                address=watched.about,
                name=props.alarm_name(watched.about),
                meaning=watched.meaning,
                runbook=watched.runbook,
                metric=watched.metric,
                threshold=watched.threshold,
                periods=_periods_of_a_call(props.timeout),
                topic=props.topic,
                component=props.component,
            ),
        )


def _periods_of_a_call(timeout: int) -> int:
    """Return how many periods back to look: what a call ends with counts for the minute in which it began."""
    return ceil(timeout / PERIOD) + 1


def _errors(props: FunctionAlarmsProps) -> _Watched:
    retried = "Lambda tries again twice, and tells the topic of the error if that fails too: then data is late."
    meaning = f"A call of the {props.title} failed, so far only a try. {retried}"
    return _Watched("errors", meaning, props.runbook, of_function("Errors", props.function.function_name), 1)


def _throttles(props: FunctionAlarmsProps) -> _Watched:
    meaning = f"Lambda had no room for the {props.title}, and tries again for hours: data may be late."
    metric = of_function("Throttles", props.function.function_name)
    return _Watched("throttles", meaning, "A function has no room", metric, 1)


def _waiting(props: FunctionAlarmsProps) -> _Watched:
    meaning = f"An event has waited for the {props.title} for half the time that Lambda keeps it: data is late."
    metric = of_function("AsyncEventAge", props.function.function_name, MAXIMUM)
    return _Watched("waiting", meaning, "A function has no room", metric, props.longest_wait / 2 * _MILLISECONDS)


def _duration(props: FunctionAlarmsProps) -> _Watched:
    share = props.run_time_share
    taken = f"took {share:.0%} of the time after which Lambda stops it, or more"
    meaning = f"A call of the {props.title} {taken}: no data is late yet."
    metric = of_function("Duration", props.function.function_name, MAXIMUM)
    return _Watched("duration", meaning, "A run takes long", metric, round(props.timeout * share * _MILLISECONDS))


def _unreported(props: FunctionAlarmsProps) -> _Watched:
    meaning = f"The {props.title} failed, and Lambda could not tell the topic what the error was: data is late."
    metric = of_function("DestinationDeliveryFailures", props.function.function_name)
    return _Watched("unreported", meaning, "A failure went unreported", metric, 1)
