"""The production environment: every night, sized for the real table, its data guarded."""

from __future__ import annotations

from contract.sources import contract_named
from envs.naming import Names
from envs.schema import (
    ArrowSettings,
    AthenaSettings,
    CatalogSettings,
    Environment,
    EtlSettings,
    ExtractSettings,
    GlueExtractSettings,
    GlueSettings,
    LambdaSettings,
    NormalizeSettings,
    PrivacySettings,
    ScheduleSettings,
    TransformSettings,
)

_NAMES = Names("prod")
_CONTRACT = contract_named("catia")

PROD = Environment(
    name=_NAMES.env,
    contract_name=_CONTRACT.name,
    deletion_guarded=True,
    normalize=NormalizeSettings(
        s3_bucket_name=_NAMES.reports_bucket,
        dynamo_table_name=_NAMES.source_table(_CONTRACT.table),
        lambda_=LambdaSettings(name=_NAMES.normalize_function, timeout=900, memory_size=2048, log_retention=90),
        # 23:30 in Bogota: the run belongs to the day that ends there half an hour later.
        schedule=ScheduleSettings(enabled=True, cron_expression="cron(30 4 * * ? *)"),
        extract=ExtractSettings(glue=GlueExtractSettings(log_retention=90)),
    ),
    etl=EtlSettings(
        data_bucket_name=_NAMES.reports_bucket,
        catalog=CatalogSettings(database_name=_NAMES.database),
        athena=AthenaSettings(work_group_name=_NAMES.workgroup, bytes_scanned_cutoff=100 * 2**30),
        glue=GlueSettings(number_of_workers=4, worker_type="G.2X", timeout=120, log_retention=90),
        transform=TransformSettings(arrow=ArrowSettings(log_retention=90)),
    ),
    privacy=PrivacySettings(pseudonymous_tables=True),
)
