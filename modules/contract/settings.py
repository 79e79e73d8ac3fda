"""Names of the Lambda's environment variables and of the Glue job's arguments: infrastructure sets, programs read."""

from __future__ import annotations

from typing import Final


class LambdaVariable:
    """Environment variables of the Normalize function; each is required."""

    S3_BUCKET_NAME: Final = "S3_BUCKET_NAME"
    DYNAMODB_TABLE_NAME: Final = "DYNAMODB_TABLE_NAME"
    PROJECT_ID: Final = "PROJECT_ID"
    ENVIRONMENT: Final = "ENVIRONMENT"
    CLIENT: Final = "CLIENT"
    CLEAN_PREFIX: Final = "CLEAN_PREFIX"
    TIME_ZONE: Final = "TIME_ZONE"
    #: JSON list of {"name", "attribute", "operator", "values"}.
    EXCLUSION_RULES: Final = "EXCLUSION_RULES"
    SCAN_SEGMENTS: Final = "SCAN_SEGMENTS"
    METRICS_NAMESPACE: Final = "METRICS_NAMESPACE"


class EventKey:
    """Keys that the Normalize function's event may carry; any other key is an error."""

    DT: Final = "dt"
    DRY_RUN: Final = "dry_run"
    #: The instant for which a scheduled run was due: a late retry still belongs to that day.
    SCHEDULED_TIME: Final = "scheduled_time"


class JobArgument:
    """Arguments of the Glue job, without the leading dashes; each is required."""

    BUCKET: Final = "bucket"
    CLEAN_PREFIX: Final = "clean_prefix"
    CURATED_PREFIX: Final = "curated_prefix"
    DATABASE: Final = "database"


JOB_ARGUMENTS: Final = (JobArgument.BUCKET, JobArgument.CLEAN_PREFIX, JobArgument.CURATED_PREFIX, JobArgument.DATABASE)
