"""A temporary queue that hears what the topic of all failures says."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ops.execution import Watch
from ops.platform import Platform
from ops.verify.outcomes import NotSeenError

_LONGEST_POLL: Final = 10
_MOST_MESSAGES: Final = 10


def queue_policy(queue_arn: str, topic: str) -> str:
    """Return the policy that lets this topic, and nothing else, send to the queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def text_of(body: str) -> str:
    """Return what was published: the message within SNS's envelope."""
    envelope = json.loads(body)
    return str(envelope["Message"])


@dataclass
class AlertQueue:
    """The queue, once it is open; ``heard`` are the messages in the order in which they came."""

    platform: Platform
    url: str
    heard: list[str] = field(default_factory=list)

    @classmethod
    def opened(cls, platform: Platform, name: str, topic: str) -> AlertQueue:
        """Make the queue with its policy, and subscribe it.

        All at once, for what a queue's policy is changed to later can take a minute to count.
        """
        _, partition, _, region, account, _ = topic.split(":")
        arn = f"arn:{partition}:sqs:{region}:{account}:{name}"
        url = platform.sqs.create_queue(QueueName=name, Attributes={"Policy": queue_policy(arn, topic)})["QueueUrl"]
        platform.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        return cls(platform, url)

    def wait(self, what: str, fits: Callable[[str], bool], seconds: float, watch: Watch) -> str:
        """Return the first message that fits, of those that have come and those that still come.

        Raises:
            NotSeenError: none comes in time.
        """
        deadline = time.monotonic() + seconds
        while True:
            found = next((text for text in self.heard if fits(text)), None)
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                message = f"no alert came of {what} within {seconds:.0f} s ({len(self.heard)} others did)"
                raise NotSeenError(message)
            watch.beat(f"the alert of {what} is waited for")
            self.heard += self._received(int(min(_LONGEST_POLL, left + 1)))

    def _received(self, wait_seconds: int) -> list[str]:
        answer = self.platform.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=_MOST_MESSAGES, WaitTimeSeconds=wait_seconds
        )
        messages = answer.get("Messages", [])
        for message in messages:
            self.platform.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [text_of(message["Body"]) for message in messages]
