"""Who reads what: the analysts' policies, tried call by call. The evaluation is ministack's, as in docs/adr/0019."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from contract.serving import views_of
from contract.sources.catia import CONTRACT
from tests.synth.attacks import ID, KEY
from tests.synth.reading import EVERYDAY_MAY, EVERYDAY_MAY_NOT, FULL_MAY, FULL_MAY_NOT, WITH_KEY
from tests.synth.synthesized import KEY_ETL, KEY_NORMALIZE, Stack
from tests.synth.test_attacks import decision
from tests.synth.test_pipeline_stack import POLICY_LIMIT
from tools.scan.privilege.roles import ACCOUNT, KEY_ARN, resolved

GROUPS = ("everyday", "full")
MAY = {"everyday": EVERYDAY_MAY, "full": FULL_MAY}
MAY_NOT = {"everyday": EVERYDAY_MAY_NOT, "full": FULL_MAY_NOT}


def policy(stack: Stack, group: str) -> Any:
    text = resolved(stack[f"aws_iam_policy.{group}"]["policy"], stack.document)
    return json.loads(text.replace(KEY_ARN, KEY).replace(ACCOUNT, ID))


@pytest.mark.parametrize("group", GROUPS)
def test_what_a_query_takes_is_allowed(prod_etl: Stack, group: str) -> None:
    document = policy(prod_etl, group)
    assert [str(call) for call in MAY[group] if decision(call, document) != "Allow"] == []


@pytest.mark.parametrize(("group", "what"), [(group, what) for group, refused in MAY_NOT.items() for what in refused])
def test_the_rest_is_refused(prod_etl: Stack, group: str, what: str) -> None:
    document = policy(prod_etl, group)
    assert [str(call) for call in MAY_NOT[group][what] if decision(call, document) == "Allow"] == []


@pytest.mark.parametrize("group", GROUPS)
def test_policy_allows_nothing_that_no_case_needs(prod_etl: Stack, group: str) -> None:
    """Each action on each resource is one of the calls that are tried above."""
    for statement in policy(prod_etl, group)["Statement"]:
        for action in statement["Action"]:
            for resource in statement["Resource"]:
                alone = {"Statement": [{**statement, "Action": [action], "Resource": [resource]}]}
                # The console lists databases; what Glue asks for that it does not document.
                if action == "glue:GetDatabases":
                    continue
                if statement["Sid"] == "ReadFiles" and not resource.endswith(
                    ("messages/*", "pseudonymous/*", "tables/*")
                ):
                    continue
                assert any(decision(call, alone) == "Allow" for call in MAY[group]), f"{action} on {resource}"


@pytest.mark.parametrize("group", GROUPS)
def test_own_key_is_used_through_s3_only(all_stacks: dict[str, Stack], prod_etl: Stack, group: str) -> None:
    document = policy(all_stacks[KEY_ETL], group)
    assert [str(call) for call in (*MAY[group], *WITH_KEY) if decision(call, document) != "Allow"] == []
    refused = [call for calls in MAY_NOT[group].values() for call in calls]
    assert [str(call) for call in refused if decision(call, document) == "Allow"] == []
    assert [str(call) for call in WITH_KEY if decision(call, policy(prod_etl, group)) == "Allow"] == []


def test_key_leaves_it_to_iam_who_uses_it(all_stacks: dict[str, Stack]) -> None:
    statements = all_stacks[KEY_NORMALIZE].statements("aws_kms_key.data")
    (administers,) = (each for each in statements if "AWS" in each.get("Principal", {}))
    assert administers["Action"] == ["kms:*"]
    assert [arn.rpartition(":")[2] for arn in administers["Principal"]["AWS"]] == ["root"]


@pytest.mark.parametrize("group", GROUPS)
def test_policy_fits_into_iams_limit(all_stacks: dict[str, Stack], group: str) -> None:
    for name, stack in all_stacks.items():
        if f"aws_iam_policy.{group}" in stack.addresses:
            length = len(re.sub(r"\s", "", json.dumps(policy(stack, group))))
            assert length < POLICY_LIMIT * 0.8, f"{group} in {name}: {length}"


def test_without_pseudonymous_tables_there_are_no_everyday_analysts(stacks: dict[str, Stack]) -> None:
    etl = stacks["cat-test-etl2"]
    assert set(etl.of_type("aws_iam_policy")) == {"full"}
    assert set(etl.of_type("aws_athena_workgroup")) == {"analytics", "operators"}
    document = json.dumps(policy(etl, "full"))
    assert "pseudonymous" not in document


def test_no_policy_is_given_to_anybody(all_stacks: dict[str, Stack]) -> None:
    """Who is an analyst is for the account to say: a stack that attached them could let anybody in."""
    for stack in all_stacks.values():
        assert not [address for address in stack.addresses if "attachment" in address]


def test_policies_are_published(prod_etl: Stack) -> None:
    outputs = {name: output["value"] for name, output in prod_etl.document["output"].items()}
    for group in GROUPS:
        assert prod_etl[f"aws_iam_policy.{group}"]["name"] == f"cat-prod-analysts-{group}"
        assert outputs[f"{group}_policy_name"] == f"${{aws_iam_policy.{group}.name}}"
        assert outputs[f"{group}_policy_arn"] == f"${{aws_iam_policy.{group}.arn}}"


@pytest.mark.parametrize(
    ("group", "workgroup"), [("full", "analytics"), ("everyday", "everyday"), ("operators", "operators")]
)
def test_each_group_has_its_own_results(prod_etl: Stack, group: str, workgroup: str) -> None:
    configuration = prod_etl[f"aws_athena_workgroup.{workgroup}"]["configuration"]
    assert configuration["enforce_workgroup_configuration"] is True
    location = configuration["result_configuration"]["output_location"]
    assert location == f"s3://${{data.aws_s3_bucket.reports.bucket}}/athena/results/{group}/"


def test_every_groups_results_expire(prod_normalize: Stack) -> None:
    rules = prod_normalize["aws_s3_bucket_lifecycle_configuration.reports"]["rule"]
    (results,) = (rule for rule in rules if rule["id"] == "athena-results")
    assert results["filter"] == [{"prefix": "athena/results/"}]
    assert results["expiration"] == [{"days": 7}]


def test_everyday_analysts_have_the_same_views_and_queries(prod_etl: Stack) -> None:
    tables, queries = prod_etl.of_type("aws_glue_catalog_table"), prod_etl.of_type("aws_athena_named_query")
    for view in views_of(CONTRACT):
        assert tables[f"pseudonymous_{view.name}"]["name"] == view.name
        assert tables[f"pseudonymous_{view.name}"]["database_name"] == "${aws_glue_catalog_database.pseudonymous.name}"
    everyday = {name: query for name, query in queries.items() if name.startswith("everyday_")}
    assert {query["name"] for query in everyday.values()} == {
        *("daily_activity", "disliked_answers", "feedback_rate_by_gerencia", "unanswered_questions")
    }
    for query in everyday.values():
        assert query["query"] == queries[query["name"]]["query"]
        assert query["workgroup"] == "${aws_athena_workgroup.everyday.name}"
        assert query["database"] == "${aws_glue_catalog_database.pseudonymous.name}"
    assert queries["operators_rejected_by_reason"]["workgroup"] == "${aws_athena_workgroup.operators.name}"
