"""The test environment: run by hand, small, on data of its own."""

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
    ScheduleSettings,
    TransformSettings,
)

_NAMES = Names("test")
_CONTRACT = contract_named("catia")

TEST = Environment(
    name=_NAMES.env,
    contract_name=_CONTRACT.name,
    deletion_guarded=False,
    empty_on_destroy=True,
    normalize=NormalizeSettings(
        s3_bucket_name=_NAMES.reports_bucket,
        dynamo_table_name=_NAMES.source_table(_CONTRACT.table),
        lambda_=LambdaSettings(name=_NAMES.normalize_function, timeout=300, memory_size=1024, log_retention=14),
        schedule=ScheduleSettings(enabled=False),
        extract=ExtractSettings(glue=GlueExtractSettings(log_retention=14)),
    ),
    etl=EtlSettings(
        data_bucket_name=_NAMES.reports_bucket,
        catalog=CatalogSettings(database_name=_NAMES.database),
        athena=AthenaSettings(work_group_name=_NAMES.workgroup, bytes_scanned_cutoff=2**30),
        glue=GlueSettings(number_of_workers=2, worker_type="G.1X", log_retention=14),
        transform=TransformSettings(arrow=ArrowSettings(log_retention=14)),
    ),
)
