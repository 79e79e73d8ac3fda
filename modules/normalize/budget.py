"""The budget of a month, which rings on the topic of all failures (docs/adr/0043)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from modules.account import Account
from modules.policies import Statement, this_account
from modules.tags import NORMALIZE, ResourceType
from modules.terraform import BudgetsBudget, BudgetsBudgetNotification, Construct, SnsTopic, SnsTopicPolicy

#: Percent of the amount. A forecast needs some weeks of spending; until then only what was spent rings.
_RINGS: Final = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))


@dataclass(frozen=True, kw_only=True)
class MonthlyBudgetProps:
    """The budget's name and amount, and the topic, which has to let Budgets publish before a budget can be made."""

    name: str
    usd: float
    topic: SnsTopic
    topic_policy: SnsTopicPolicy


class MonthlyBudget(Construct):
    """The budget of the account's costs."""

    def __init__(self, scope: Construct, construct_id: str, props: MonthlyBudgetProps) -> None:
        super().__init__(scope, construct_id)
        BudgetsBudget(
            self,
            "aws_budgets_budget.monthly",
            name=props.name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{props.usd:.2f}",
            limit_unit="USD",
            notification=[
                BudgetsBudgetNotification(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=share,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[props.topic.arn],
                )
                for kind, share in _RINGS
            ],
            depends_on=[props.topic_policy],
            tags=NORMALIZE.tags(ResourceType.MONITORING),
        )


def budget_publishes(account: Account, actions: Sequence[str], resource: str) -> Statement:
    """Return what a topic's or key's policy allows Budgets, for this account's budgets only."""
    return Statement(
        sid="BudgetPublishes",
        actions=actions,
        services=["budgets.amazonaws.com"],
        resources=[resource],
        conditions={
            **this_account(account.id),
            # Budgets are in no region.
            "ArnLike": {"aws:SourceArn": f"arn:{account.partition}:budgets::{account.id}:*"},
        },
    )
