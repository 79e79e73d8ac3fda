"""That EventBridge can deliver what it knows of failures, as AWS's documents have it, and what becomes of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synth.synthesized import ACCOUNT, ENVIRONMENTS, KEY_GLUE_VARIANT, KEY_NORMALIZE, Stack, arn

EVENTS, ALARMS = "events.amazonaws.com", "cloudwatch.amazonaws.com"
OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
TOPIC = "${aws_sns_topic.alerts.arn}"


def told(stack: Stack) -> dict[str, dict[str, Any]]:
    """The targets by which rules tell the topic."""
    targets = stack.of_type("aws_cloudwatch_event_target").items()
    return {name: target for name, target in targets if "aws_sns_topic.alerts.arn" in target["arn"]}


def for_service(stack: Stack, address: str, argument: str, service: str) -> list[dict[str, Any]]:
    statements = stack.statements(address, argument)
    return [each for each in statements if service in each["Principal"].get("Service", ())]


def test_rules_may_publish_without_a_condition_and_to_this_topic_only(normalize: Stack) -> None:
    (rules,) = for_service(normalize, "aws_sns_topic_policy.alerts", "policy", EVENTS)
    assert "Condition" not in rules
    assert (rules["Action"], rules["Resource"]) == (["sns:Publish"], [TOPIC])


def test_alarms_may_publish_for_this_account_only(normalize: Stack) -> None:
    (alarms,) = for_service(normalize, "aws_sns_topic_policy.alerts", "policy", ALARMS)
    assert alarms["Condition"] == OWN_ACCOUNT


@pytest.mark.parametrize("name", [KEY_NORMALIZE, KEY_GLUE_VARIANT])
def test_key_knows_rules_by_what_they_encrypt(all_stacks: dict[str, Stack], name: str) -> None:
    found = for_service(all_stacks[name], "aws_kms_key.data", "policy", EVENTS)
    assert [each["Condition"] for each in found] == [
        {"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": [arn("sns", "cat-prod-alerts")]}},
        {
            "StringEquals": {
                "kms:EncryptionContext:aws:sqs:arn": [
                    arn("sqs", queue) for queue in ("cat-prod-alerts-dead-letters", "cat-prod-etl2-dead-letters")
                ]
            }
        },
    ]
    (alarms,) = for_service(all_stacks[name], "aws_kms_key.data", "policy", ALARMS)
    assert alarms["Condition"] == OWN_ACCOUNT


def test_every_rule_that_feeds_the_topic_has_the_queue(all_stacks: dict[str, Stack]) -> None:
    without = set()
    for name, stack in all_stacks.items():
        kept = {target["dead_letter_config"]["arn"] for target in told(stack).values()}
        found = arn("sqs", f"cat-{stack.env}-alerts-dead-letters")
        assert kept <= {"${aws_sqs_queue.undelivered_alerts.arn}" if stack.of_type("aws_sns_topic") else found}, name
        rules = [stack[f"aws_cloudwatch_event_rule.{rule}"]["name"] for rule in told(stack)]
        assert all(rule.startswith(f"cat-{stack.env}-") for rule in rules), name
        if not kept:
            without.add(name)
    # There the engine is a function, which tells the topic itself.
    assert without == {KEY_NORMALIZE, *(f"cat-{env}-normalize" for env in ENVIRONMENTS)}


def test_a_deployment_switches_a_disabled_rule_on_again(all_stacks: dict[str, Stack]) -> None:
    """Where the state is left unsaid, the provider takes any for right."""
    rules = [rule for stack in all_stacks.values() for rule in stack.of_type("aws_cloudwatch_event_rule").values()]
    assert {rule.get("state") for rule in rules} == {"ENABLED"}


def test_queue_of_undelivered_alerts(normalize: Stack) -> None:
    queue = f"cat-{normalize.env}-alerts-dead-letters"
    assert normalize["aws_sqs_queue.undelivered_alerts"]["name"] == queue
    assert normalize.statements("aws_sqs_queue.undelivered_alerts") == [
        {
            "Sid": "EventBridgeKeepsUndelivered",
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Principal": {"Service": [EVENTS]},
            "Resource": [arn("sqs", queue)],
            "Condition": {"ArnLike": {"aws:SourceArn": arn("events", f"rule/cat-{normalize.env}-*")}},
        }
    ]
    alarm = normalize["aws_cloudwatch_metric_alarm.undelivered_alerts"]
    assert (alarm["metric_name"], alarm["threshold"]) == ("ApproximateNumberOfMessagesVisible", 0)
    assert alarm["dimensions"] == {"QueueName": "${aws_sqs_queue.undelivered_alerts.name}"}
    assert alarm["alarm_actions"] == [TOPIC]


def test_no_rule_publishes_as_a_role(all_stacks: dict[str, Stack]) -> None:
    assert [name for stack in all_stacks.values() for name, target in told(stack).items() if "role_arn" in target] == []
