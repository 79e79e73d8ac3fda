"""The local environment: the same two stacks on one machine, against whatever AWS_ENDPOINT_URL points to."""

from __future__ import annotations

from contract.sources import contract_named
from envs.naming import Names
from envs.schema import (
    ArrowSettings,
    AthenaSettings,
    CatalogSettings,
    Environment,
    EtlSettings,
    ExclusionRule,
    ExtractSettings,
    GlueExtractSettings,
    GlueSettings,
    LambdaSettings,
    NormalizeSettings,
    PrivacySettings,
    ScheduleSettings,
    TransformSettings,
)

_NAMES = Names("local")
_CONTRACT = contract_named("catia")

LOCAL = Environment(
    name=_NAMES.env,
    contract_name=_CONTRACT.name,
    is_local=True,
    deletion_guarded=False,
    empty_on_destroy=True,
    normalize=NormalizeSettings(
        s3_bucket_name=_NAMES.reports_bucket,
        dynamo_table_name=_NAMES.source_table(_CONTRACT.table),
        # The layers are built for the interpreter at hand, which runs the functions here.
        lambda_=LambdaSettings(
            name=_NAMES.normalize_function, timeout=300, memory_size=1024, log_retention=1, platform=None
        ),
        schedule=ScheduleSettings(enabled=False),
        extract=ExtractSettings(
            glue=GlueExtractSettings(log_retention=1),
            exclusion_rules=(
                ExclusionRule(
                    name="automated-checks", attribute="user_id", operator="starts_with", values=("monitor-",)
                ),
            ),
        ),
    ),
    etl=EtlSettings(
        data_bucket_name=_NAMES.reports_bucket,
        catalog=CatalogSettings(database_name=_NAMES.database),
        athena=AthenaSettings(work_group_name=_NAMES.workgroup, bytes_scanned_cutoff=2**30),
        glue=GlueSettings(number_of_workers=2, worker_type="G.1X", log_retention=1),
        transform=TransformSettings(
            # The made-up items are faulty on purpose, one of twenty and more where there are few.
            max_rejected_ratio=0.25,
            arrow=ArrowSettings(timeout=300, memory_size=1024, ephemeral_storage=512, log_retention=1, platform=None),
        ),
    ),
    privacy=PrivacySettings(pseudonymous_tables=True),
)
