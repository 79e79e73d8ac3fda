"""The topic that every failure of the platform reaches, and who may publish to it."""

from __future__ import annotations

from dataclasses import dataclass

from modules.account import Account
from modules.encryption import OwnKey
from modules.normalize.budget import MonthlyBudget, MonthlyBudgetProps, budget_publishes
from modules.policies import Statement, policy
from modules.tags import NORMALIZE, ResourceType
from modules.terraform import Construct, SnsTopic, SnsTopicPolicy, SnsTopicSubscription

_PUBLISHERS = ("cloudwatch.amazonaws.com", "events.amazonaws.com")


@dataclass(frozen=True, kw_only=True)
class AlertsProps:
    """What the topic needs: its name, the account, the e-mail addresses that subscribe, the key and budget, if any."""

    topic_name: str
    account: Account
    emails: tuple[str, ...]
    key: OwnKey | None
    budget_name: str
    monthly_budget_usd: float | None


class Alerts(Construct):
    """The topic with its policy and subscriptions; ``topic`` is the resource."""

    def __init__(self, scope: Construct, construct_id: str, props: AlertsProps) -> None:
        super().__init__(scope, construct_id)
        self.topic = SnsTopic(
            self,
            "aws_sns_topic.alerts",
            name=props.topic_name,
            kms_master_key_id=props.key.arn if props.key else None,
            tags=NORMALIZE.tags(ResourceType.MONITORING),
        )
        has_budget = props.monthly_budget_usd is not None
        topic_policy = SnsTopicPolicy(
            self,
            "aws_sns_topic_policy.alerts",
            arn=self.topic.arn,
            policy=policy(
                Statement(
                    sid="AlarmsAndRulesPublish",
                    actions=["sns:Publish"],
                    services=_PUBLISHERS,
                    resources=[self.topic.arn],
                    conditions={"StringEquals": {"aws:SourceAccount": props.account.id}},
                ),
                *([budget_publishes(props.account, ["sns:Publish"], self.topic.arn)] if has_budget else []),
            ),
        )
        if props.monthly_budget_usd is not None:
            MonthlyBudget(
                self,
                "budget",
                MonthlyBudgetProps(
                    name=props.budget_name,
                    usd=props.monthly_budget_usd,
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
