"""A topic for a chat: off unless asked for, and then told of each failure that a rule hears of, as a chat shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from envs.prod import PROD
from envs.schema import AlertSettings
from tests.synth.synthesized import Stack, arn
from tests.synth.test_platform_stack import etl, normalize_on_glue

CHAT = replace(PROD, alerts=AlertSettings(chat=True), encryption=replace(PROD.encryption, customer_managed_key=True))
Document = Mapping[str, Any]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    return [make(CHAT, tmp_path_factory.mktemp("chat")) for make in (normalize_on_glue, etl)]


def test_no_stack_has_it_unasked(all_stacks: dict[str, Stack]) -> None:
    assert [name for name, stack in all_stacks.items() if "alerts-chat" in json.dumps(stack.document)] == []


def test_rules_alone_may_tell_it_and_the_key_lets_them(documents: list[Document]) -> None:
    made = documents[0]["resource"]
    assert made["aws_sns_topic"]["chat"]["name"] == "cat-prod-alerts-chat"
    assert made["aws_sns_topic"]["chat"]["kms_master_key_id"] == "${aws_kms_key.data.arn}"
    (statement,) = json.loads(made["aws_sns_topic_policy"]["chat"]["policy"])["Statement"]
    assert statement == {
        "Sid": "RulesPublish",
        "Effect": "Allow",
        "Action": ["sns:Publish"],
        "Principal": {"Service": ["events.amazonaws.com"]},
        "Resource": ["${aws_sns_topic.chat.arn}"],
    }
    statements = json.loads(made["aws_kms_key"]["data"]["policy"])["Statement"]
    (rules,) = (each for each in statements if each["Sid"] == "RulesPublish")
    assert rules["Condition"]["StringEquals"]["kms:EncryptionContext:aws:sns:topicArn"] == [
        arn("sns", f"cat-prod-{topic}") for topic in ("alerts", "alerts-chat")
    ]
    assert documents[0]["output"]["chat_topic_arn"]["value"] == "${aws_sns_topic.chat.arn}"


def test_each_failure_that_a_rule_hears_of_becomes_a_message_that_a_chat_shows(documents: list[Document]) -> None:
    told = 0
    for document, topic in zip(documents, ("aws_sns_topic.chat.arn", "data.aws_sns_topic.chat.arn"), strict=True):
        targets = document["resource"]["aws_cloudwatch_event_target"]
        failures = {name for name, each in targets.items() if each["target_id"] == "alerts"}
        chats = {name: each for name, each in targets.items() if topic in each["arn"]}
        assert set(chats) == {f"{name}_chat" for name in failures}
        for name, target in chats.items():
            first = targets[name.removesuffix("_chat")]
            assert (target["rule"], target["dead_letter_config"]) == (first["rule"], first["dead_letter_config"])
            template = target["input_transformer"]["input_template"]
            # Of the event only what cannot break the message: texts go into a template as they are.
            assert target["input_transformer"]["input_paths"] == {"state": "$.detail.state", "time": "$.time"}
            message = json.loads(re.sub("<(state|time)>", "FAILED", template))
            assert (message["version"], message["source"]) == ("1.0", "custom")
            assert "Type: python -m ops doctor --env prod" in message["content"]["description"]
            assert message["content"]["title"].startswith("cat-prod-")
            told += 1
    assert told == 5
