"""A queue for what a service could not deliver, with an alarm as soon as it holds anything."""

from __future__ import annotations

from dataclasses import dataclass

from modules.account import Account
from modules.alarms import MORE_THAN, AlarmProps, add_alarm
from modules.encryption import OwnKey
from modules.metrics import of_queue
from modules.policies import Statement, policy
from modules.tags import Component, ResourceType
from modules.terraform import Construct, DataAwsSnsTopic, SnsTopic, SqsQueue

#: The longest that SQS keeps a message: 14 days, in seconds.
_LONGEST_RETENTION = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class DeadLettersProps:
    """What the queue needs: names, its alarm's heading in the runbook and topic, its component, and the key, if any.

    ``address`` is the last part of both Terraform addresses. ``policy`` is for a service that puts messages there
    in its own name, not as a role.
    """

    address: str = "dead_letters"
    queue_name: str
    alarm_name: str
    runbook: str
    component: Component
    topic: SnsTopic | DataAwsSnsTopic
    key: OwnKey | None
    policy: str | None = None


def kept_for_rules(account: Account, queue_name: str, rules: str) -> str:
    """Return the policy of a queue for what EventBridge's rules could not deliver; ``rules`` is the ARN of some."""
    return policy(
        Statement(
            sid="EventBridgeKeepsUndelivered",
            actions=["sqs:SendMessage"],
            services=["events.amazonaws.com"],
            # By name: a queue cannot refer to itself.
            resources=[account.arn("sqs", queue_name)],
            conditions={"ArnLike": {"aws:SourceArn": rules}},
        )
    )


class DeadLetters(Construct):
    """The queue and its alarm; ``queue`` is the resource."""

    def __init__(self, scope: Construct, construct_id: str, props: DeadLettersProps) -> None:
        super().__init__(scope, construct_id)
        self.queue = SqsQueue(
            self,
            f"aws_sqs_queue.{props.address}",
            name=props.queue_name,
            message_retention_seconds=_LONGEST_RETENTION,
            # One excludes the other.
            sqs_managed_sse_enabled=None if props.key else True,
            kms_master_key_id=props.key.arn if props.key else None,
            # Not a resource of its own: the provider waits 25 s until a queue has its attributes, and 25 s more there.
            policy=props.policy,
            tags=props.component.tags(ResourceType.ORCHESTRATION),
        )
        add_alarm(
            self,
            AlarmProps(
                address=props.address,
                name=props.alarm_name,
                meaning=f"{props.queue_name} holds what could not be delivered: a run or an alert waits.",
                runbook=props.runbook,
                metric=of_queue("ApproximateNumberOfMessagesVisible", self.queue.name),
                threshold=0,
                comparison=MORE_THAN,
                topic=props.topic,
                component=props.component,
            ),
        )
