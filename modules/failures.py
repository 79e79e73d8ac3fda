"""Failures that a service announces on EventBridge, told to the topic of all failures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modules.tags import Component, ResourceType
from modules.terraform import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
    Construct,
)


@dataclass(frozen=True, kw_only=True)
class FailureRuleProps:
    """What is a failure and what is said of it.

    ``address`` is the last part of both Terraform addresses. ``detail`` maps keys of the event's detail to the values
    that make it a failure; ``template`` is the message, with the names of ``paths`` between angle brackets.
    """

    address: str
    name: str
    description: str
    detail_type: str
    detail: Mapping[str, Sequence[str]]
    paths: Mapping[str, str]
    template: str
    topic_arn: str
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
    CloudwatchEventTarget(
        scope,
        f"aws_cloudwatch_event_target.{props.address}",
        rule=rule.name,
        target_id="alerts",
        arn=props.topic_arn,
        input_transformer=CloudwatchEventTargetInputTransformer(
            input_paths=dict(props.paths),
            # EventBridge takes a text message as a JSON string.
            input_template=json.dumps(props.template),
        ),
    )
