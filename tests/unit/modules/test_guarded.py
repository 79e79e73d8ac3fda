"""What a plan says a person has to deploy."""

from __future__ import annotations

from typing import Any

import pytest

from modules.ci.access import ACCESS
from modules.ci.guarded import GUARDED_TYPES, is_guarded

TABLE, VIEW = {"table_type": "EXTERNAL_TABLE"}, {"table_type": "VIRTUAL_VIEW"}


@pytest.mark.parametrize(
    ("kind", "values", "guarded"),
    [
        ("aws_iam_role", {}, True),
        ("aws_s3_bucket_lifecycle_configuration", {}, True),
        ("aws_lambda_function", {}, False),
        ("aws_glue_catalog_table", TABLE, True),
        ("aws_glue_catalog_table", VIEW, False),
        # Not known, or not said: no view.
        ("aws_glue_catalog_table", {}, True),
        ("aws_s3_object", {"key": "artifacts/tables/messages/00000-x.metadata.json"}, True),
        ("aws_s3_object", {"key": "artifacts/0f/job.py"}, False),
    ],
)
def test_what_is_guarded(kind: str, values: dict[str, Any], guarded: bool) -> None:
    assert is_guarded(kind, values) is guarded


def test_guarded_types_are_types_of_the_platform() -> None:
    assert set(ACCESS) >= GUARDED_TYPES


def test_what_only_a_person_may_write_needs_one() -> None:
    """Every type either is a program or is guarded: a new one is a decision, which this list records."""
    programs = {kind for kind, access in ACCESS.items() if access.write} - GUARDED_TYPES
    assert programs == {
        *("aws_athena_named_query", "aws_budgets_budget", "aws_cloudwatch_dashboard", "aws_cloudwatch_event_rule"),
        *("aws_cloudwatch_event_target", "aws_cloudwatch_metric_alarm", "aws_glue_catalog_table", "aws_glue_crawler"),
        *("aws_glue_job", "aws_glue_trigger", "aws_glue_workflow", "aws_lambda_function"),
        *("aws_lambda_function_event_invoke_config", "aws_lambda_layer_version", "aws_s3_object"),
        *("aws_scheduler_schedule", "aws_scheduler_schedule_group"),
    }
