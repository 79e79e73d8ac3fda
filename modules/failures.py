"""Failures that a service announces on EventBridge, told to the topic of all failures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modules.alarms import with_remedy
from modules.tags import Component, ResourceType
from modules.terraform import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetInputTransformer,
    Construct,
    DataAwsSnsTopic,
    SnsTopic,
)


@dataclass(frozen=True)
class AlertTarget:
    """The topic of all failures, and the ARN of the queue for what could not be told to it."""

    topic: SnsTopic | DataAwsSnsTopic
    undelivered: str


@dataclass(frozen=True, kw_only=True)
class FailureRuleProps:
    """What is a failure and what is said of it.

    ``address`` is the last part of both Terraform addresses. ``detail`` maps keys of the event's detail to the values
    that make it a failure. ``alert`` says in a sentence what that means for the data, ``<state>`` and ``<time>`` in it
    are the event's, and ``runbook`` is the heading that says what to do.
    """

    address: str
    name: str
    description: str
    detail_type: str
    detail: Mapping[str, Sequence[str]]
    alert: str
    runbook: str
    alerts: AlertTarget
    component: Component


def add_failure_rule(scope: Construct, props: FailureRuleProps) -> None:
    """Add to ``scope`` the rule for a failure that Glue announces, and the topic as its target."""
    pattern = {"source": ["aws.glue"], "detail-type": [props.detail_type], "detail": dict(props.detail)}
    rule = CloudwatchEventRule(
        scope,
        f"aws_cloudwatch_event_rule.{props.address}",
        name=props.name,
        description=props.description,
        event_pattern=json.dumps(pattern),
        tags=props.component.tags(ResourceType.ORCHESTRATION),
    )
    # Without a role: EventBridge publishes as itself, by the topic's policy.
    CloudwatchEventTarget(
        scope,
        f"aws_cloudwatch_event_target.{props.address}",
        rule=rule.name,
        target_id="alerts",
        arn=props.alerts.topic.arn,
        input_transformer=CloudwatchEventTargetInputTransformer(
            input_paths={"detail": "$.detail", "state": "$.detail.state", "time": "$.time"},
            input_template=_message(with_remedy(props.alert, props.name, props.runbook)),
        ),
        dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=props.alerts.undelivered),
    )


def _message(alert: str) -> str:
    """Return the template of a message: our text first, and the event's detail as a whole.

    EventBridge puts an object in as JSON, but single texts unescaped: an error message with a quote or a line break in
    it would make the message invalid, and EventBridge would drop it. So our text has no value of the event in it but
    its time and state, which are of EventBridge's and Glue's own making.
    """
    return f'{{"alert": {json.dumps(alert)}, "detail": <detail>}}'
