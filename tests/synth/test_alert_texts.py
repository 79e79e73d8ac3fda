"""What Glue says of a failure reaches the topic whole, whatever is in it: each rule of the stack, on the emulator.

The emulator puts values into a template as EventBridge does: objects as JSON, texts in quotes as they are.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import boto3
import pytest

from tests.queue_policies import from_topic
from tests.synth.synthesized import Stack
from tools.local.aws_environment import CREDENTIALS, REGION
from tools.local.workspace import Workspace

#: SNS takes messages of 256 KB, EventBridge events of as much: https://docs.aws.amazon.com/general/latest/gr/sns.html
LONGEST_MESSAGE = 256 * 1024
#: Stands for Glue: nobody may put events of AWS's own sources.
SOURCE = "tests.glue"
RULES = {
    "job_failed": ("Glue Job State Change", "jobName", "message", "FAILED"),
    "job_slow": ("Glue Job Run Status", "jobName", "message", "RUNNING"),
    "crawler_failed": ("Glue Crawler State Change", "crawlerName", "errorMessage", "Failed"),
}
REASONS = {
    "quotes": "could not read \"dt\": 'x'",
    "line breaks": "Traceback:\n  File\r\nError\u2028end",
    "backslashes": "C:\\temp\\new \\u0041 \\",
    "a template's own signs": "<detail> <message> {} $.detail",
    "other letters": "ñ \U0001f600 \x00",
    "100 kB": '"\n\\' * 33_333,
    "nothing": "",
}


class Topic:
    """A topic of the emulator, and a queue that is told what it is told."""

    def __init__(self, endpoint_url: str, clients: ExitStack) -> None:
        session: Any = boto3.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        self.events, self.sns, self.sqs = (
            clients.enter_context(closing(session.client(service, endpoint_url=endpoint_url)))
            for service in ("events", "sns", "sqs")
        )
        self.arn = self.sns.create_topic(Name="alert-texts")["TopicArn"]
        policy = {"Policy": from_topic(self.arn)}
        self.url = self.sqs.create_queue(QueueName="alert-texts", Attributes=policy)["QueueUrl"]
        (queue,) = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"].values()
        self.sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})

    def put_rule(self, stack: Stack, name: str) -> dict[str, Any]:
        """Put a rule as the stack has it, this topic as its target, and return its pattern."""
        pattern = json.loads(stack.resolved(stack[f"aws_cloudwatch_event_rule.{name}"]["event_pattern"]))
        transformer = stack[f"aws_cloudwatch_event_target.{name}"]["input_transformer"]
        self.events.put_rule(Name=name, EventPattern=json.dumps({**pattern, "source": [SOURCE]}))
        target = {
            "Id": "alerts",
            "Arn": self.arn,
            "InputTransformer": {
                "InputPathsMap": transformer["input_paths"],
                "InputTemplate": transformer["input_template"],
            },
        }
        self.events.put_targets(Rule=name, Targets=[target])
        return dict(pattern)

    def told(self, kind: str, detail: dict[str, str]) -> str:
        """Have an event happen, and return the one message that came of it."""
        entry = {"Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail)}
        answer = self.events.put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0
        (message,) = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=2)["Messages"]
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return str(message["Body"])


@pytest.fixture(scope="module")
def topic(workspace: Workspace) -> Iterator[Topic]:
    with ExitStack() as clients:
        yield Topic(workspace.emulator.endpoint_url(), clients)


@pytest.mark.parametrize("name", RULES)
def test_reason_arrives_as_it_is(stacks: dict[str, Stack], topic: Topic, name: str) -> None:
    pattern = topic.put_rule(stacks["cat-prod-etl2"], name)
    kind, subject, why, state = RULES[name]
    for case, reason in REASONS.items():
        detail = {subject: pattern["detail"][subject][0], "jobRunId": "jr_1", "state": state, why: reason}
        said = topic.told(kind, detail)
        message = json.loads(said)
        assert message["detail"] == detail, case
        assert said.startswith('{"alert": "'), case
        assert "Type: python -m ops doctor --env prod. See the runbook, " in message["alert"], case
        assert ("data is late" in message["alert"]) is (name in {"job_failed", "crawler_failed"}), case
        assert re.search(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", message["alert"]), case
        assert len(said.encode()) <= LONGEST_MESSAGE, case


def test_alert_adds_no_more_than_the_event_has_around_its_detail(stacks: dict[str, Stack]) -> None:
    """So that what fits into an event fits into a message."""
    # The parts of every event but its detail: https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
    around = json.dumps(
        {
            "version": "0",
            "id": "01234567-0123-0123-0123-0123456789ab",
            "detail-type": "Glue Job Run Status",
            "source": "aws.glue",
            "account": "012345678901",
            "time": "2026-01-31T04:30:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {},
        },
        separators=(",", ":"),
    )
    for target in stacks["cat-prod-etl2"].of_type("aws_cloudwatch_event_target").values():
        if "input_transformer" in target:
            added = target["input_transformer"]["input_template"].replace("<detail>", "{}")
            added = added.replace("<time>", "2026-01-31T04:30:00Z").replace("<state>", "STOPPED")
            assert len(added) <= len(around)
