"""Who may put messages into a test's queue: it lets in nobody that it does not name, on the emulator as on AWS."""

from __future__ import annotations

import json


def from_topic(topic_arn: str) -> str:
    """Return the policy of a queue that takes a topic's messages."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
