"""Failures that a service announces on EventBridge, told to the topic of all failures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from envs.alert_texts import with_remedy
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

#: Written out: Terraform leaves a state that is not written as it finds it, and a disabled rule would stay disabled.
RULE_IS_ON: Final = "ENABLED"


@dataclass(frozen=True)
class AlertTarget:
    """The topic of all failures, the one for a chat if any, and the ARN of the queue for what could not be told."""

    topic: SnsTopic | DataAwsSnsTopic
    chat: SnsTopic | DataAwsSnsTopic | None
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
        state=RULE_IS_ON,
        tags=props.component.tags(ResourceType.ORCHESTRATION),
    )
    alert = with_remedy(props.alert, props.name, props.runbook)
    _tell(scope, props, rule, props.alerts.topic, _message(alert))
    if props.alerts.chat is not None:
        _tell(scope, props, rule, props.alerts.chat, _chat_message(props.name, alert))


def _tell(
    scope: Construct,
    props: FailureRuleProps,
    rule: CloudwatchEventRule,
    topic: SnsTopic | DataAwsSnsTopic,
    template: str,
) -> None:
    """Add a topic as the rule's target. Without a role: EventBridge publishes as itself, by the topic's policy."""
    is_chat = topic is props.alerts.chat
    paths = {} if is_chat else {"detail": "$.detail"}
    CloudwatchEventTarget(
        scope,
        f"aws_cloudwatch_event_target.{props.address}{'_chat' if is_chat else ''}",
        rule=rule.name,
        target_id="chat" if is_chat else "alerts",
        arn=topic.arn,
        input_transformer=CloudwatchEventTargetInputTransformer(
            input_paths={**paths, "state": "$.detail.state", "time": "$.time"}, input_template=template
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


def _chat_message(name: str, alert: str) -> str:
    """Return the template of a message that Amazon Q Developer shows in a chat; of the event, what ``_message`` allows.

    https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    """
    content = {"textType": "client-markdown", "title": name, "description": alert}
    return json.dumps({"version": "1.0", "source": "custom", "content": content}, ensure_ascii=False)
