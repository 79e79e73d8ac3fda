"""The monthly budget: off unless an environment names an amount."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envs.prod import PROD
from envs.schema import AlertSettings
from modules.ci.access import ACCESS
from tests.synth.synthesized import ACCOUNT, PARTITION, Stack
from tests.synth.test_platform_stack import normalize

BUDGETS = {
    "Effect": "Allow",
    "Principal": {"Service": ["budgets.amazonaws.com"]},
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:{PARTITION}:budgets::{ACCOUNT}:*"},
    },
}


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    environment = replace(
        PROD,
        alerts=AlertSettings(monthly_budget_usd=25),
        encryption=replace(PROD.encryption, customer_managed_key=True),
    )
    found: dict[str, Any] = normalize(environment, tmp_path_factory.mktemp("budget"))["resource"]
    return found


def by_sid(policy: str) -> dict[str, Any]:
    return {statement.pop("Sid"): statement for statement in json.loads(policy)["Statement"]}


def test_no_stack_has_a_budget_unasked(all_stacks: dict[str, Stack]) -> None:
    for stack in all_stacks.values():
        assert stack.of_type("aws_budgets_budget") == {}
        assert "budgets" not in json.dumps(stack.document)


def test_forecast_and_spending_ring_on_the_topic_of_all_failures(resources: dict[str, Any]) -> None:
    assert resources["aws_budgets_budget"]["monthly"] == {
        "name": "cat-prod-monthly",
        "budget_type": "COST",
        "time_unit": "MONTHLY",
        "limit_amount": "25.00",
        "limit_unit": "USD",
        "notification": [
            {
                "notification_type": kind,
                "comparison_operator": "GREATER_THAN",
                "threshold": share,
                "threshold_type": "PERCENTAGE",
                "subscriber_sns_topic_arns": ["${aws_sns_topic.alerts.arn}"],
            }
            for kind, share in (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
        ],
        "tags": {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM", "ResourceType": "MONITORING"},
        # Budgets tries the topic when a budget is made.
        "depends_on": ["aws_sns_topic_policy.alerts"],
    }


def test_budgets_may_publish_there_and_use_the_key(resources: dict[str, Any]) -> None:
    topic = by_sid(resources["aws_sns_topic_policy"]["alerts"]["policy"])
    assert topic["BudgetPublishes"] == {
        **BUDGETS,
        "Action": ["sns:Publish"],
        "Resource": ["${aws_sns_topic.alerts.arn}"],
    }
    key = by_sid(resources["aws_kms_key"]["data"]["policy"])
    assert key["BudgetPublishes"] == {**BUDGETS, "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": ["*"]}


def test_without_a_key_of_its_own_the_topic_is_all(tmp_path: Path) -> None:
    found = normalize(replace(PROD, alerts=AlertSettings(monthly_budget_usd=0.5)), tmp_path)["resource"]
    assert found["aws_budgets_budget"]["monthly"]["limit_amount"] == "0.50"
    assert "aws_kms_key" not in found


def test_workflows_may_keep_it() -> None:
    access = ACCESS["aws_budgets_budget"]
    assert (access.read, access.write) == (
        ("budgets:ViewBudget", "budgets:ListTagsForResource"),
        ("budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"),
    )
