"""The topic that every failure of the platform reaches, who may publish to it, and the queue of what did not arrive."""

from __future__ import annotations

from dataclasses import dataclass

from envs.naming import Names
from modules.account import Account
from modules.dead_letters import DeadLetters, DeadLettersProps, kept_for_rules
from modules.encryption import OwnKey
from modules.failures import AlertTarget
from modules.normalize.budget import MonthlyBudget, MonthlyBudgetProps, budget_publishes
from modules.policies import Statement, policy, this_account
from modules.tags import NORMALIZE, ResourceType
from modules.terraform import Construct, SnsTopic, SnsTopicPolicy, SnsTopicSubscription, SqsQueue


@dataclass(frozen=True, kw_only=True)
class AlertsProps:
    """What the topics need: names, the account, the e-mail addresses that subscribe, the key and budget, if any.

    ``chat`` is whether there is a topic for a chat.
    """

    names: Names
    account: Account
    emails: tuple[str, ...]
    key: OwnKey | None
    monthly_budget_usd: float | None
    chat: bool


class Alerts(Construct):
    """The topic with its policy and subscriptions, the chat's if any, and the queue; ``target`` is what rules tell."""

    def __init__(self, scope: Construct, construct_id: str, props: AlertsProps) -> None:
        super().__init__(scope, construct_id)
        self.topic = SnsTopic(
            self,
            "aws_sns_topic.alerts",
            name=props.names.alerts_topic,
            kms_master_key_id=props.key.arn if props.key else None,
            tags=NORMALIZE.tags(ResourceType.MONITORING),
        )
        usd = props.monthly_budget_usd
        topic_policy = SnsTopicPolicy(
            self,
            "aws_sns_topic_policy.alerts",
            arn=self.topic.arn,
            policy=policy(
                *self._publishers(props.account),
                *([budget_publishes(props.account, ["sns:Publish"], self.topic.arn)] if usd is not None else []),
            ),
        )
        chat = self._make_chat(props) if props.chat else None
        self.target = AlertTarget(self.topic, chat, self._keep_undelivered(props).arn)
        if usd is not None:
            MonthlyBudget(
                self,
                "budget",
                MonthlyBudgetProps(
                    name=props.names.monthly_budget,
                    usd=usd,
                    topic=self.topic,
                    topic_policy=topic_policy,
                ),
            )
        for number, email in enumerate(props.emails, start=1):
            SnsTopicSubscription(
                self,
                f"aws_sns_topic_subscription.email_{number}",
                topic_arn=self.topic.arn,
                protocol="email",
                endpoint=email,
            )

    def _make_chat(self, props: AlertsProps) -> SnsTopic:
        """Add the topic of failures as messages for a chat: subscribers by mail would get JSON."""
        topic = SnsTopic(
            self,
            "aws_sns_topic.chat",
            name=props.names.chat_topic,
            kms_master_key_id=props.key.arn if props.key else None,
            tags=NORMALIZE.tags(ResourceType.MONITORING),
        )
        SnsTopicPolicy(self, "aws_sns_topic_policy.chat", arn=topic.arn, policy=policy(_rules_publish(topic)))
        return topic

    def _publishers(self, account: Account) -> list[Statement]:
        return [
            Statement(
                sid="AlarmsPublish",
                actions=["sns:Publish"],
                services=["cloudwatch.amazonaws.com"],
                resources=[self.topic.arn],
                conditions=this_account(account.id),
            ),
            _rules_publish(self.topic),
        ]

    def _keep_undelivered(self, props: AlertsProps) -> SqsQueue:
        names, account = props.names, props.account
        return DeadLetters(
            self,
            "undelivered",
            DeadLettersProps(
                address="undelivered_alerts",
                queue_name=names.alerts_dead_letters,
                alarm_name=names.normalize_alarm("undelivered-alerts"),
                runbook="A failure went unreported",
                component=NORMALIZE,
                topic=self.topic,
                key=props.key,
                # ETL-2's stack has rules that feed the topic too.
                policy=kept_for_rules(
                    account, names.alerts_dead_letters, account.arn("events", f"rule/{names.any_name()}")
                ),
            ),
        ).queue


def _rules_publish(topic: SnsTopic) -> Statement:
    """Let rules tell a topic. No condition: in a topic's policy EventBridge supports none, and would publish nothing.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    """
    return Statement(
        sid="RulesPublish", actions=["sns:Publish"], services=["events.amazonaws.com"], resources=[topic.arn]
    )
