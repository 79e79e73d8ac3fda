"""A help desk's tickets, on one machine as ``local`` is: a second source table (contract/sources/tickets.py)."""

from __future__ import annotations

from dataclasses import replace

from contract.sources import contract_named
from envs.local import LOCAL
from envs.naming import Names
from envs.schema import ARROW_ENGINE, AthenaSettings, CatalogSettings, ExclusionRule

_NAMES = Names("tickets")
_CONTRACT = contract_named("tickets")

TICKETS = replace(
    LOCAL,
    name=_NAMES.env,
    contract_name=_CONTRACT.name,
    normalize=replace(
        LOCAL.normalize,
        s3_bucket_name=_NAMES.reports_bucket,
        dynamo_table_name=_NAMES.source_table(_CONTRACT.table),
        lambda_=replace(LOCAL.normalize.lambda_, name=_NAMES.normalize_function),
        extract=replace(
            LOCAL.normalize.extract,
            exclusion_rules=(
                ExclusionRule(name="drills", attribute="ticket_id", operator="starts_with", values=("drill-",)),
            ),
        ),
    ),
    etl=replace(
        LOCAL.etl,
        data_bucket_name=_NAMES.reports_bucket,
        catalog=CatalogSettings(database_name=_NAMES.database),
        athena=AthenaSettings(work_group_name=_NAMES.workgroup, bytes_scanned_cutoff=2**30),
        # A help desk's day fits one function.
        transform=replace(LOCAL.etl.transform, engine=ARROW_ENGINE),
    ),
)
