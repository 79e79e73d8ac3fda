"""Hears what the deployed EventBridge rule says: the events that start ETL-2.

They tell of objects that arrived in S3: the last of a run, or the marker by which a deployment says that the tables'
columns are others now. The emulator matches S3's events against the rule as AWS does, and delivers them to a function,
but not to a Glue workflow. So a queue is added to the rule's targets, beside the one that Terraform put there.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from contract.layout import schema_marker_prefix
from tools.local.errors import ArrivalError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

#: The rule's name comes behind it.
QUEUE: Final = "local-glue-stand-in"
TARGET_ID: Final = "local-glue-stand-in"
LONGEST_POLL: Final = 5
MOST_MESSAGES: Final = 10


@dataclass(frozen=True)
class Arrival:
    """One object whose arrival the rule reported, and when, to the second."""

    bucket: str
    key: str
    at: datetime

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> Arrival:
        """Read an S3 "Object Created" event.

        Its form: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
        """
        detail = event["detail"]
        at = datetime.fromisoformat(event["time"])
        return cls(bucket=detail["bucket"]["name"], key=detail["object"]["key"], at=at)

    @property
    def is_schema_marker(self) -> bool:
        """Whether it tells of new columns, and of no run."""
        return self.key.startswith(schema_marker_prefix())


class Arrivals:
    """The queue behind one rule."""

    def __init__(self, sqs: SQSClient, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def wait(self, seconds: float) -> list[Arrival]:
        """Return what has arrived, waiting until something has.

        Raises:
            ArrivalError: nothing arrives in time.
        """
        deadline = time.monotonic() + seconds
        while True:
            arrivals = self._receive(max(0, min(LONGEST_POLL, round(deadline - time.monotonic()))))
            if arrivals:
                return arrivals
            if time.monotonic() >= deadline:
                message = (
                    f"The deployed rule reported no arrival within {seconds:.0f} s. Did the run commit its "
                    "last dataset, and does the rule's pattern fit its key? Deploy again, or see the emulator's log."
                )
                raise ArrivalError(message)

    def drain(self) -> list[Arrival]:
        """Return all that has arrived up to now, perhaps nothing."""
        return self._receive(0)

    def _receive(self, wait_seconds: int) -> list[Arrival]:
        arrivals: list[Arrival] = []
        while True:
            answer = self._sqs.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=MOST_MESSAGES,
                WaitTimeSeconds=0 if arrivals else wait_seconds,
            )
            messages = answer.get("Messages", [])
            for message in messages:
                arrivals.append(Arrival.from_event(json.loads(message["Body"])))
                self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
            if not messages:
                return arrivals


def listen(events: EventBridgeClient, sqs: SQSClient, rule: str, target: str) -> Arrivals:
    """Add the queue to the targets of ``rule``, unless it is there.

    Raises:
        ArrivalError: the rule does not exist, or has no target whose ARN ends in ``target``.
    """
    try:
        targets = events.list_targets_by_rule(Rule=rule)["Targets"]
    except events.exceptions.ResourceNotFoundException:
        targets = []
    if not any(deployed["Arn"].endswith(f":{target}") for deployed in targets):
        found = ", ".join(deployed["Arn"] for deployed in targets) or "none"
        message = f"The rule {rule} should start {target}; its targets: {found}. Deploy both stacks."
        raise ArrivalError(message)
    queue_url = sqs.create_queue(QueueName=f"{QUEUE}-{rule}")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]
    events.put_targets(Rule=rule, Targets=[{"Id": TARGET_ID, "Arn": attributes["QueueArn"]}])
    return Arrivals(sqs, queue_url)
