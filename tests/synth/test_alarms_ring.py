"""Each alarm, as the stack has it, is rung and ended on the emulator, and the topic is told.

The emulator evaluates an alarm whenever it is sent a metric: one statistic of the whole window, of all dimensions
together. So each alarm gets a region to itself. Missing data it does not see: test_alarms_recorded.py has those.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from tests.queue_policies import from_topic
from tests.synth.alarms import EACH, alarm_of
from tests.synth.synthesized import Stack
from tools.local.aws_environment import CREDENTIALS
from tools.local.workspace import Workspace

#: In seconds: a breach is sent when it will leave the window so soon, and waited for a little longer.
WITHIN_THE_WINDOW = 4
OVER = 0.5


@dataclass
class Rung:
    """An alarm in a region of the emulator, the states it went through, and what the topic was told of it."""

    alarm: dict[str, Any]
    cloudwatch: Any
    sns: Any
    sqs: Any
    queue_url: str = ""
    states: list[str] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def put_alarm(self) -> None:
        topic = self.sns.create_topic(Name="alerts")["TopicArn"]
        self.queue_url = self.sqs.create_queue(QueueName="told", Attributes={"Policy": from_topic(topic)})["QueueUrl"]
        (arn,) = self.sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["QueueArn"])[
            "Attributes"
        ].values()
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        alarm, told = self.alarm, [topic]
        optional = {"DatapointsToAlarm": alarm["datapoints_to_alarm"]} if "datapoints_to_alarm" in alarm else {}
        self.cloudwatch.put_metric_alarm(
            AlarmName=alarm["alarm_name"],
            AlarmDescription=alarm["alarm_description"],
            Namespace=alarm["namespace"],
            MetricName=alarm["metric_name"],
            Dimensions=self.dimensions(),
            Statistic=alarm["statistic"],
            Period=alarm["period"],
            EvaluationPeriods=alarm["evaluation_periods"],
            Threshold=alarm["threshold"],
            ComparisonOperator=alarm["comparison_operator"],
            TreatMissingData=alarm["treat_missing_data"],
            AlarmActions=told if alarm["alarm_actions"] else [],
            OKActions=told if alarm.get("ok_actions") else [],
            **optional,
        )
        self.look()

    def dimensions(self) -> list[dict[str, str]]:
        return [{"Name": name, "Value": value} for name, value in self.alarm["dimensions"].items()]

    @property
    def wants_more(self) -> bool:
        return bool(self.alarm["comparison_operator"] == "LessThanThreshold")

    @property
    def breach(self) -> float:
        more = {"LessThanThreshold": -1, "GreaterThanThreshold": 1, "GreaterThanOrEqualToThreshold": 0}
        return float(self.alarm["threshold"] + more[self.alarm["comparison_operator"]])

    def send(self, value: float, age: float = 0) -> None:
        sample = {
            "MetricName": self.alarm["metric_name"],
            "Dimensions": self.dimensions(),
            "Value": value,
            "Timestamp": datetime.fromtimestamp(time.time() - age, tz=UTC),
        }
        self.cloudwatch.put_metric_data(Namespace=self.alarm["namespace"], MetricData=[sample])
        self.look()

    def look(self) -> None:
        (found,) = self.cloudwatch.describe_alarms(AlarmNames=[self.alarm["alarm_name"]])["MetricAlarms"]
        self.states.append(found["StateValue"])

    def receive(self) -> None:
        answer = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        self.messages = [json.loads(body["Message"]) for body in bodies]


@pytest.fixture(scope="module")
def rung(all_stacks: dict[str, Stack], workspace: Workspace) -> Iterator[dict[tuple[str, str], Rung]]:
    """All alarms, each healthy, rung, and healthy again: those that want more of a metric begin with the lack."""
    with ExitStack() as clients:
        made = _alarms(all_stacks, workspace, clients)
        for each in made.values():
            each.put_alarm()
            if each.wants_more:
                each.send(each.breach)
            else:
                each.send(0)
                window = each.alarm["period"] * each.alarm["evaluation_periods"]
                each.send(each.breach, age=window - WITHIN_THE_WINDOW)
        time.sleep(WITHIN_THE_WINDOW + OVER)
        for each in made.values():
            each.send(each.alarm["threshold"] if each.wants_more else 0)
            each.receive()
        yield made


def _alarms(stacks: dict[str, Stack], workspace: Workspace, clients: ExitStack) -> dict[tuple[str, str], Rung]:
    key, secret = CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
    session: Any = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret)
    made = {}
    for (name, address), region in zip(EACH, session.get_available_regions("cloudwatch"), strict=False):
        services = [
            clients.enter_context(
                closing(session.client(service, region_name=region, endpoint_url=workspace.emulator.endpoint_url()))
            )
            for service in ("cloudwatch", "sns", "sqs")
        ]
        made[name, address] = Rung(alarm_of(stacks[name], address), *services)
    assert len(made) == len(EACH), "boto3 knows fewer regions than there are alarms"
    return made


@pytest.mark.parametrize(("name", "address"), EACH, ids=[f"{name}: {address}" for name, address in EACH])
def test_alarm_rings_and_ends(rung: dict[tuple[str, str], Rung], name: str, address: str) -> None:
    each = rung[name, address]
    before = ["INSUFFICIENT_DATA"] if each.wants_more else ["INSUFFICIENT_DATA", "OK"]
    assert each.states == [*before, "ALARM", "OK"]
    told = [(message["AlarmName"], message["NewStateValue"]) for message in each.messages]
    ends = [] if address == "data_checks" else ["OK"]
    begins = [] if each.wants_more or not ends else ["OK"]
    assert told == [(each.alarm["alarm_name"], value) for value in [*begins, "ALARM", *ends]]
    assert {message["AlarmDescription"] for message in each.messages} == {each.alarm["alarm_description"]}
