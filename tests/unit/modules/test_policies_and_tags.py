from __future__ import annotations

import json
from dataclasses import replace

from contract.version import VERSION
from envs.local import LOCAL
from envs.prod import PROD
from envs.test import TEST
from modules.policies import Statement, policy, tls_only, trust
from modules.tags import ETL, NORMALIZE, ResourceType, common_tags


def test_statement_with_everything() -> None:
    statement = Statement(
        sid="All",
        effect="Deny",
        actions=["s3:PutObject", "s3:GetObject"],
        resources=["arn:b", "arn:a"],
        services=["sns.amazonaws.com", "events.amazonaws.com"],
        conditions={"StringEquals": {"aws:SourceAccount": "1"}, "ArnLike": {"aws:SourceArn": ["x", "y"]}},
    )
    assert json.loads(policy(statement)) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "All",
                "Effect": "Deny",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]},
                "Resource": ["arn:b", "arn:a"],
                "Condition": {"StringEquals": {"aws:SourceAccount": "1"}, "ArnLike": {"aws:SourceArn": ["x", "y"]}},
            }
        ],
    }


def test_statement_leaves_out_what_it_has_not() -> None:
    assert Statement(sid="A", actions=["a:B"]).document() == {"Sid": "A", "Effect": "Allow", "Action": ["a:B"]}


def test_statement_on_all_other_resources() -> None:
    document = Statement(sid="A", effect="Deny", actions=["a:B"], other_resources_than=["arn:b", "arn:a"]).document()
    assert document == {"Sid": "A", "Effect": "Deny", "Action": ["a:B"], "NotResource": ["arn:b", "arn:a"]}


def test_policy_keeps_the_statements_order_and_its_own_text() -> None:
    statements = [Statement(sid=sid, actions=["a:B"]) for sid in "ZAM"]
    assert [statement["Sid"] for statement in json.loads(policy(*statements))["Statement"]] == ["Z", "A", "M"]
    assert policy(*statements) == policy(*statements)


def test_trust_is_bound_to_the_account() -> None:
    assert json.loads(trust("glue.amazonaws.com", "42"))["Statement"] == [
        {
            "Sid": "AssumedByService",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole"],
            "Principal": {"Service": ["glue.amazonaws.com"]},
            "Condition": {"StringEquals": {"aws:SourceAccount": "42"}},
        }
    ]


def test_trust_is_bound_to_a_source_where_one_is_given() -> None:
    (statement,) = json.loads(trust("events.amazonaws.com", "42", "arn:rule"))["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "42"},
        "ArnLike": {"aws:SourceArn": "arn:rule"},
    }


def test_tls_only_refuses_everyone_without_it() -> None:
    assert tls_only("arn:bucket").document() == {
        "Sid": "RefusePlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": ["arn:bucket", "arn:bucket/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_common_tags() -> None:
    for environment, name in ((TEST, "TEST"), (PROD, "PROD"), (LOCAL, "LOCAL")):
        assert common_tags(environment) == {
            "Environment": name,
            "Project": "CAT-NORMALIZE",
            "ProjectId": "P2124",
            "ManagedBy": "CDKTF",
        }


def test_configured_tags_are_added_and_replace_none() -> None:
    environment = replace(TEST, tags={"CostCenter": "42", "Environment": "OTHER", "ManagedBy": "hand"})
    assert common_tags(environment) == {**common_tags(TEST), "CostCenter": "42"}


def test_component_tags() -> None:
    assert NORMALIZE.tags(ResourceType.COMPUTE) == {
        "ETLComponent": "ETL-1",
        "ETLStage": "EXTRACT-TRANSFORM",
        "ResourceType": "COMPUTE",
        "Version": VERSION,
    }
    assert ETL.tags(ResourceType.STORAGE) == {
        "ETLComponent": "ETL-2",
        "ETLStage": "TRANSFORM-LOAD",
        "ResourceType": "STORAGE",
    }
