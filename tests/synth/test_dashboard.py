"""The one dashboard of an environment: its metrics exist, and are those of the environment's resources."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract.metrics import CurationMetric, RunMetric, count_metrics
from contract.sources.catia import CONTRACT
from tests.synth.synthesized import ARROW_VARIANT, ENVIRONMENTS, GLUE_VARIANT, Stack

#: What each service publishes, by namespace; the pages are in modules/metrics.py.
PUBLISHED = {
    "AWS/Lambda": {"Invocations", "Errors", "Throttles", "Duration"},
    "AWS/Events": {"Invocations", "FailedInvocations"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
    "AWS/Scheduler": {"InvocationAttemptCount", "TargetErrorCount", "InvocationDroppedCount"},
    "AWS/S3": {"BucketSizeBytes", "NumberOfObjects"},
    "AWS/Athena": {"ProcessedBytes", "TotalExecutionTime"},
    "CAT/Normalize": {
        *(value for name, value in vars(RunMetric).items() if name.isupper()),
        *count_metrics(CONTRACT).values(),
    },
    "CAT/Etl": {value for name, value in vars(CurationMetric).items() if name.isupper()},
}
#: The resource that a dimension names, and its argument.
NAMED = {
    "FunctionName": ("aws_lambda_function", "function_name"),
    "RuleName": ("aws_cloudwatch_event_rule", "name"),
    "QueueName": ("aws_sqs_queue", "name"),
    "ScheduleGroup": ("aws_scheduler_schedule_group", "name"),
    "BucketName": ("aws_s3_bucket", "bucket"),
    "WorkGroup": ("aws_athena_workgroup", "name"),
}
FIXED = {"StorageType", "QueryState", "QueryType"}
#: The stacks of each environment, and of prod with the other engines.
PAIRS = {
    **{env: (f"cat-{env}-normalize", f"cat-{env}-etl2") for env in ENVIRONMENTS},
    "other engines": (GLUE_VARIANT, ARROW_VARIANT),
}


def widgets(stack: Stack) -> list[dict[str, Any]]:
    body = json.loads(stack.resolved(stack["aws_cloudwatch_dashboard.platform"]["dashboard_body"]))
    found: list[dict[str, Any]] = body["widgets"]
    return found


def metrics(stack: Stack) -> list[tuple[str, str, dict[str, str], dict[str, Any]]]:
    """Namespace, name, dimensions and options of each metric that is drawn."""
    found = []
    for widget in widgets(stack):
        for namespace, *rest in (line for line in widget["properties"]["metrics"] if isinstance(line[0], str)):
            name, *pairs, options = rest
            found.append((namespace, name, dict(zip(pairs[::2], pairs[1::2], strict=True)), options))
    return found


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest, all_stacks: dict[str, Stack]) -> tuple[Stack, Stack]:
    normalize, etl = PAIRS[request.param]
    return all_stacks[normalize], all_stacks[etl]


def test_one_dashboard_for_both_stacks(pair: tuple[Stack, Stack]) -> None:
    normalize, etl = pair
    assert normalize.of_type("aws_cloudwatch_dashboard") == {}
    (dashboard,) = etl.of_type("aws_cloudwatch_dashboard").values()
    assert dashboard["dashboard_name"] == f"cat-{etl.env}-platform"
    output = etl.document["output"]["dashboard_name"]["value"]
    assert etl.resolved(output) == dashboard["dashboard_name"]


def test_dimensions_name_resources_of_the_environment(pair: tuple[Stack, Stack]) -> None:
    for namespace, name, dimensions, _ in metrics(pair[1]):
        assert name in PUBLISHED[namespace]
        for dimension, value in dimensions.items():
            if dimension == "environment":
                assert value == pair[1].env
            elif dimension not in FIXED:
                type_name, argument = NAMED[dimension]
                resources = [each for stack in pair for each in stack.of_type(type_name).values()]
                assert value in {resource[argument] for resource in resources}, (namespace, name, dimension)


def test_every_function_rule_queue_and_group_is_on_it(pair: tuple[Stack, Stack]) -> None:
    drawn = {(dimension, value) for _, _, dimensions, _ in metrics(pair[1]) for dimension, value in dimensions.items()}
    for dimension, (type_name, argument) in NAMED.items():
        for stack in pair:
            for resource in stack.of_type(type_name).values():
                assert (dimension, resource[argument]) in drawn


def test_what_the_platform_measures_itself_is_on_it(pair: tuple[Stack, Stack]) -> None:
    drawn = {name for namespace, name, _, _ in metrics(pair[1]) if namespace.startswith("CAT/")}
    left_out = {"Registers", RunMetric.EXCLUDED, RunMetric.TOMBSTONED}
    assert drawn == (PUBLISHED["CAT/Normalize"] | PUBLISHED["CAT/Etl"]) - left_out


def test_workgroup_publishes_its_metrics(etl: Stack) -> None:
    assert etl["aws_athena_workgroup.analytics"]["configuration"]["publish_cloudwatch_metrics_enabled"] is True


def test_widgets_do_not_overlap(pair: tuple[Stack, Stack]) -> None:
    places = [(widget["x"], widget["y"]) for widget in widgets(pair[1])]
    assert len(set(places)) == len(places)
    assert {(widget["width"], widget["height"]) for widget in widgets(pair[1])} == {(12, 6)}
    assert {x for x, _ in places} == {0, 12}
    assert all(y % 6 == 0 for _, y in places)


def test_expressions_name_metrics_of_their_widget(pair: tuple[Stack, Stack]) -> None:
    expressions = 0
    for widget in widgets(pair[1]):
        lines = widget["properties"]["metrics"]
        ids = {line[-1]["id"] for line in lines if "expression" not in line[-1]}
        for line in lines:
            words = line[-1].get("expression", "").split()
            assert {word for word in words if word.startswith("m")} <= ids
            expressions += bool(words)
    assert expressions


def test_units_that_jobs_pay_are_those_of_their_workers(prod_etl: Stack) -> None:
    job = prod_etl["aws_glue_job.parquet"]
    assert (job["worker_type"], job["number_of_workers"]) == ("G.2X", 4)
    (drawn,) = (
        widget for widget in widgets(prod_etl) if widget["properties"]["title"].endswith("DPU-hours of the job")
    )
    assert drawn["properties"]["metrics"][-1][0]["expression"] == "m1 * 8 / 3600"


def test_ratio_of_rejected_items_is_drawn_with_its_limit(etl: Stack) -> None:
    (drawn,) = (widget["properties"] for widget in widgets(etl) if "rejected" in widget["properties"]["title"])
    limit = etl["aws_glue_job.parquet"]["default_arguments"]["--max_rejected_ratio"]
    assert [line["value"] for line in drawn["annotations"]["horizontal"]] == [float(limit)]
    assert [line[1] for line in drawn["metrics"][:-1]] == [RunMetric.REJECTED, RunMetric.ITEMS_SCANNED]
    assert drawn["metrics"][-1][0]["expression"] == "m1 / m2"
