"""CloudWatch alarms: all of them tell the topic of all failures, and name the runbook's heading."""

from __future__ import annotations

from dataclasses import dataclass

from envs.alert_texts import with_remedy
from modules.metrics import Metric
from modules.tags import Component, ResourceType
from modules.terraform import CloudwatchMetricAlarm, Construct, DataAwsSnsTopic, SnsTopic

#: The usual period, in seconds.
PERIOD = 300
_HOUR = 3600

AT_LEAST = "GreaterThanOrEqualToThreshold"
MORE_THAN = "GreaterThanThreshold"
LESS_THAN = "LessThanThreshold"


@dataclass(frozen=True, kw_only=True)
class AlarmProps:
    """What an alarm needs.

    ``address`` is the last part of its Terraform address. ``meaning`` is what has happened, in a sentence, and
    ``runbook`` the heading that says what to do. One breach within ``periods`` periods of ``period`` seconds is enough
    for an alarm, unless it ``lasts``: then all of them have to be. A period without data is none, unless ``silence`` is
    a breach. ``ends`` is whether the topic is told of the end as well.
    """

    address: str
    name: str
    meaning: str
    runbook: str
    metric: Metric
    threshold: float
    comparison: str = AT_LEAST
    period: int = PERIOD
    periods: int = 1
    lasts: bool = False
    silence: bool = False
    ends: bool = True
    topic: SnsTopic | DataAwsSnsTopic
    component: Component


def add_alarm(scope: Construct, props: AlarmProps) -> None:
    """Add an alarm to ``scope``."""
    metric, topic = props.metric, [props.topic.arn]
    CloudwatchMetricAlarm(
        scope,
        f"aws_cloudwatch_metric_alarm.{props.address}",
        alarm_name=props.name,
        alarm_description=with_remedy(props.meaning, props.name, props.runbook),
        namespace=metric.namespace,
        metric_name=metric.name,
        dimensions=dict(metric.dimensions),
        statistic=metric.statistic,
        period=props.period,
        evaluation_periods=props.periods,
        datapoints_to_alarm=None if props.lasts or props.periods == 1 else 1,
        threshold=props.threshold,
        comparison_operator=props.comparison,
        treat_missing_data="breaching" if props.silence else "notBreaching",
        alarm_actions=topic,
        ok_actions=topic if props.ends else None,
        tags=props.component.tags(ResourceType.MONITORING),
    )


@dataclass(frozen=True, kw_only=True)
class FreshnessProps:
    """What has to happen at least once in ``hours`` hours, and what it means if it has not."""

    name: str
    meaning: str
    metric: Metric
    hours: int
    topic: SnsTopic | DataAwsSnsTopic
    component: Component


def add_freshness_alarm(scope: Construct, props: FreshnessProps) -> None:
    """Add the alarm on what no longer happens to ``scope``.

    Hours, for a period may have no more than a day; and CloudWatch looks back for a day only where periods are shorter
    than an hour, and for seven days otherwise (PutMetricAlarm, ``Period``). It then looks once an hour.
    """
    add_alarm(
        scope,
        AlarmProps(
            address="freshness",
            name=props.name,
            meaning=props.meaning,
            runbook="No fresh data",
            metric=props.metric,
            threshold=1,
            comparison=LESS_THAN,
            period=_HOUR,
            periods=props.hours,
            lasts=True,
            silence=True,
            topic=props.topic,
            component=props.component,
        ),
    )
