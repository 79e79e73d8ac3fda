"""A queue for what a service could not deliver, with an alarm as soon as it holds anything."""

from __future__ import annotations

from dataclasses import dataclass

from modules.alarms import MORE_THAN, AlarmProps, add_alarm
from modules.encryption import OwnKey
from modules.metrics import of_queue
from modules.tags import Component, ResourceType
from modules.terraform import Construct, DataAwsSnsTopic, SnsTopic, SqsQueue

#: The longest that SQS keeps a message: 14 days, in seconds.
_LONGEST_RETENTION = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class DeadLettersProps:
    """What the queue needs: names, its alarm's heading in the runbook and topic, its component, and the key, if any.

    ``policy`` is for a service that puts letters there in its own name, not as a role.
    """

    queue_name: str
    alarm_name: str
    runbook: str
    component: Component
    topic: SnsTopic | DataAwsSnsTopic
    key: OwnKey | None
    policy: str | None = None


class DeadLetters(Construct):
    """The queue and its alarm; ``queue`` is the resource."""

    def __init__(self, scope: Construct, construct_id: str, props: DeadLettersProps) -> None:
        super().__init__(scope, construct_id)
        self.queue = SqsQueue(
            self,
            "aws_sqs_queue.dead_letters",
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
                address="dead_letters",
                name=props.alarm_name,
                meaning=f"{props.queue_name} holds what could not be delivered.",
                runbook=props.runbook,
                metric=of_queue("ApproximateNumberOfMessagesVisible", self.queue.name),
                threshold=0,
                comparison=MORE_THAN,
                topic=props.topic,
                component=props.component,
            ),
        )
