from __future__ import annotations

from typing import Any

import pytest

from contract.version import VERSION
from tests.synth.synthesized import Stack

COMPONENTS = {
    "normalize": {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM"},
    "etl2": {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD"},
}
RESOURCE_TYPES = {
    "aws_athena_workgroup": "ANALYTICS",
    "aws_cloudwatch_event_rule": "ORCHESTRATION",
    "aws_cloudwatch_log_group": "MONITORING",
    "aws_cloudwatch_metric_alarm": "MONITORING",
    "aws_glue_catalog_database": "CATALOG",
    "aws_glue_crawler": "CATALOG",
    "aws_glue_job": "COMPUTE",
    "aws_glue_trigger": "ORCHESTRATION",
    "aws_glue_workflow": "ORCHESTRATION",
    "aws_iam_policy": "SECURITY",
    "aws_iam_role": "SECURITY",
    "aws_kms_key": "SECURITY",
    "aws_lambda_function": "COMPUTE",
    "aws_s3_bucket": "STORAGE",
    "aws_s3_object": "STORAGE",
    "aws_scheduler_schedule_group": "ORCHESTRATION",
    "aws_sns_topic": "MONITORING",
    "aws_sqs_queue": "ORCHESTRATION",
}
#: AWS itself has no tags for these; test_provider_types.py checks that against the provider's bindings.
UNTAGGABLE = {
    "aws_athena_named_query",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_target",
    "aws_glue_catalog_table",
    "aws_glue_security_configuration",
    "aws_iam_role_policy",
    "aws_kms_alias",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_layer_version",
    "aws_lambda_permission",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_scheduler_schedule",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
}


def test_every_taggable_resource_has_its_components_tags(stack: Stack) -> None:
    component = COMPONENTS[stack.name.rpartition("-")[2]]
    resources: dict[str, dict[str, Any]] = stack.document["resource"]
    unknown = set(resources) - set(RESOURCE_TYPES) - UNTAGGABLE
    assert unknown == set(), f"new resource types: say in this file what their tags are: {unknown}"
    for type_name, named in resources.items():
        for name, settings in named.items():
            kind = RESOURCE_TYPES.get(type_name)
            # A person alone may change a role, a bucket or a key: a release must not need one.
            version = {"Version": VERSION} if kind == "COMPUTE" else {}
            expected = {**component, "ResourceType": kind, **version} if kind else None
            assert settings.get("tags") == expected, f"{type_name}.{name}"


@pytest.mark.parametrize("key", ["Environment", "Project", "ProjectId", "ManagedBy"])
def test_component_tags_repeat_no_common_tag(stack: Stack, key: str) -> None:
    # The provider shows an endless difference for a tag that is both a default and a resource's own.
    tagged = [named for resources in stack.document["resource"].values() for named in resources.values()]
    assert [settings for settings in tagged if key in settings.get("tags", {})] == []
