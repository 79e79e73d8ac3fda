"""Names of the Lambda's environment variables and of the Glue jobs' arguments: infrastructure sets, programs read."""

from __future__ import annotations

from typing import Final

#: The value of SCAN_SEGMENTS that leaves it to the program, and that of MAX_READ_CAPACITY_UNITS that sets no limit.
AUTO: Final = "auto"
UNLIMITED: Final = "unlimited"

#: Each task of ETL-1's Spark job leaves up to 10 MiB of each dataset to the driver, compressed: so many of them fit
#: the memory of the smallest worker.
MOST_SPARK_TASKS: Final = 256


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
    #: A whole number, or AUTO.
    SCAN_SEGMENTS: Final = "SCAN_SEGMENTS"
    #: Read units per second, or UNLIMITED.
    MAX_READ_CAPACITY_UNITS: Final = "MAX_READ_CAPACITY_UNITS"
    METRICS_NAMESPACE: Final = "METRICS_NAMESPACE"
    #: The name of the source table's contract: a module in ``contract/sources/``.
    CONTRACT: Final = "CONTRACT"
    #: The name of the parameter with the key of tombstones.
    TOMBSTONE_KEY: Final = "TOMBSTONE_KEY"


class EventKey:
    """Keys that the Normalize function's event may carry; any other key is an error."""

    DT: Final = "dt"
    DRY_RUN: Final = "dry_run"
    #: The instant for which a scheduled run was due: a late retry still belongs to that day.
    SCHEDULED_TIME: Final = "scheduled_time"
    #: true: publish the run even if it removes a greater ratio of a table's rows than is allowed.
    ACCEPT_REMOVAL: Final = "accept_removal"


EVENT_KEYS: Final = (EventKey.DT, EventKey.DRY_RUN, EventKey.SCHEDULED_TIME, EventKey.ACCEPT_REMOVAL)
#: Those that are true or false.
FLAG_KEYS: Final = (EventKey.DRY_RUN, EventKey.ACCEPT_REMOVAL)


class NormalizeArgument:
    """Arguments of ETL-1's Spark job, without the leading dashes; each is required.

    A single run may also have those of EVENT_KEYS, each as text; those of FLAG_KEYS are ``true`` or ``false``.
    """

    BUCKET: Final = "bucket"
    TABLE: Final = "table"
    PROJECT_ID: Final = "project_id"
    ENVIRONMENT: Final = "environment"
    CLIENT: Final = "client"
    CLEAN_PREFIX: Final = "clean_prefix"
    TIME_ZONE: Final = "time_zone"
    EXCLUSION_RULES: Final = "exclusion_rules"
    SCAN_SEGMENTS: Final = "scan_segments"
    MAX_READ_CAPACITY_UNITS: Final = "max_read_capacity_units"
    METRICS_NAMESPACE: Final = "metrics_namespace"
    CONTRACT: Final = "contract"
    TOMBSTONE_KEY: Final = "tombstone_key"
    #: After so many minutes the run has to have ended.
    TIME_LIMIT_MINUTES: Final = "time_limit_minutes"
    #: How many tasks the job's workers run side by side.
    TASKS_AT_ONCE: Final = "tasks_at_once"


#: The function's variable that says the same as an argument of the job. Its time and size Lambda tells it itself.
VARIABLES: Final = {
    NormalizeArgument.BUCKET: LambdaVariable.S3_BUCKET_NAME,
    NormalizeArgument.TABLE: LambdaVariable.DYNAMODB_TABLE_NAME,
    NormalizeArgument.PROJECT_ID: LambdaVariable.PROJECT_ID,
    NormalizeArgument.ENVIRONMENT: LambdaVariable.ENVIRONMENT,
    NormalizeArgument.CLIENT: LambdaVariable.CLIENT,
    NormalizeArgument.CLEAN_PREFIX: LambdaVariable.CLEAN_PREFIX,
    NormalizeArgument.TIME_ZONE: LambdaVariable.TIME_ZONE,
    NormalizeArgument.EXCLUSION_RULES: LambdaVariable.EXCLUSION_RULES,
    NormalizeArgument.SCAN_SEGMENTS: LambdaVariable.SCAN_SEGMENTS,
    NormalizeArgument.MAX_READ_CAPACITY_UNITS: LambdaVariable.MAX_READ_CAPACITY_UNITS,
    NormalizeArgument.METRICS_NAMESPACE: LambdaVariable.METRICS_NAMESPACE,
    NormalizeArgument.CONTRACT: LambdaVariable.CONTRACT,
    NormalizeArgument.TOMBSTONE_KEY: LambdaVariable.TOMBSTONE_KEY,
}


class TransformArgument:
    """Arguments of ETL-2's Spark job, without the leading dashes; each is required."""

    BUCKET: Final = "bucket"
    CLEAN_PREFIX: Final = "clean_prefix"
    CURATED_PREFIX: Final = "curated_prefix"
    #: Where what only operators may read lies.
    RESTRICTED_PREFIX: Final = "restricted_prefix"
    DATABASE: Final = "database"
    ENVIRONMENT: Final = "environment"
    #: From 0 to 1: a run that rejects a greater ratio of its items is quarantined.
    MAX_REJECTED_RATIO: Final = "max_rejected_ratio"
    #: From 0 to 1: a run that would remove a greater ratio of a table's rows is held.
    MAX_REMOVED_RATIO: Final = "max_removed_ratio"
    #: For how many days earlier states of the tables can be asked for.
    HISTORY_DAYS: Final = "history_days"
    #: The same of what only operators may read, if it is fewer.
    REJECTED_DAYS: Final = "rejected_days"
    METRICS_NAMESPACE: Final = "metrics_namespace"
    CONTRACT: Final = "contract"
    #: Names of tables, with commas between them, that one run writes anew whatever they hold; NO_TABLES for none.
    REBUILD: Final = "rebuild"
    #: The database of the pseudonymous tables, or NO_TABLES where the environment has none.
    PSEUDONYMOUS_DATABASE: Final = "pseudonymous_database"
    #: The name of SSM's parameter with the key of pseudonyms; never its value. NO_TABLES where there are none.
    PSEUDONYM_KEY: Final = "pseudonym_key"
    #: An instant: one run keeps nothing of the tables but what they hold then; NEVER for none.
    FORGET_BEFORE: Final = "forget_before"


NO_TABLES: Final = "none"
NEVER: Final = "never"

TRANSFORM_ARGUMENTS: Final = tuple(value for name, value in vars(TransformArgument).items() if name.isupper())

#: Where a function takes the Spark job's place, its environment variable for each of these arguments.
TRANSFORM_VARIABLES: Final = {argument: argument.upper() for argument in TRANSFORM_ARGUMENTS}
#: The crawler that such a function starts when it has published, where the environment says so; for the job, Glue's
#: workflow does so. Absent where the crawler runs on demand.
CRAWLER_VARIABLE: Final = "CRAWLER"
#: How such a function keeps memory: what Arrow's allocator, mimalloc, has once taken of the system stays its own, and
#: it is taken as it is needed, not in pages of 2 MiB. Otherwise an eighth of all the work would be the system's, which
#: clears each page that it gives; the peak stays the same. mimalloc reads this when pyarrow is imported. Python's own
#: memory, with the chunks of CSV in it, comes from glibc: from one heap for all threads, which takes some 60 MB less.
ARROW_MEMORY_VARIABLES: Final = {"MIMALLOC_PURGE_DELAY": "-1", "MIMALLOC_ALLOW_THP": "0", "MALLOC_ARENA_MAX": "1"}
