"""A valid environment to change one setting of, and a view of the faults that this gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from envs.schema import (
    AthenaSettings,
    CatalogSettings,
    Environment,
    EtlSettings,
    ExclusionRule,
    GlueSettings,
    LambdaSettings,
    NormalizeSettings,
    ScheduleSettings,
)
from envs.validation import ConfigurationError, validated

BUCKET = "a-bucket"

VALID = Environment(
    name="sample",
    normalize=NormalizeSettings(
        s3_bucket_name=BUCKET,
        dynamo_table_name="a-table",
        lambda_=LambdaSettings(name="a-function", timeout=60, memory_size=512),
        schedule=ScheduleSettings(enabled=True, cron_expression="cron(0 10 * * ? *)"),
    ),
    etl=EtlSettings(
        data_bucket_name=BUCKET,
        catalog=CatalogSettings(database_name="a_database"),
        athena=AthenaSettings(work_group_name="a-workgroup"),
        glue=GlueSettings(number_of_workers=2, worker_type="G.1X"),
    ),
)


def exclusion_rule(**changes: Any) -> ExclusionRule:
    settings: dict[str, Any] = {"name": "monitors", "attribute": "user_id", "operator": "equals", "values": ("1",)}
    return ExclusionRule(**{**settings, **changes})


def changed(path: str, value: object, settings: Any = VALID) -> Any:
    """Return ``settings`` with the one at the dotted ``path`` replaced."""
    name, _, rest = path.partition(".")
    return replace(settings, **{name: changed(rest, value, getattr(settings, name)) if rest else value})


def faults(environment: Environment) -> list[str]:
    """Return each fault's line of the configuration's error, without its bullet."""
    try:
        validated(environment)
    except ConfigurationError as error:
        return [line.removeprefix("  - ") for line in str(error).splitlines()[1:]]
    return []
