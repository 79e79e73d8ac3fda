"""What the day's run cost by list prices, as far as its summary and the bucket tell.

What the services themselves have measured, over the last weeks, is ``python -m ops cost``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envs.schema import GLUE_ENGINE
from ops.prices import GIGABYTE
from reports.facts import Cost

if TYPE_CHECKING:
    from datetime import timedelta

    from envs.schema import NormalizeSettings
    from modules.contract.runs import RunSummary
    from ops.prices import Prices


def costs(run: RunSummary, settings: NormalizeSettings, stored_bytes: int, prices: Prices) -> tuple[Cost, ...]:
    """Return what a run cost, and a month of what it left in the bucket."""
    units = run.scan.consumed_capacity_units
    gigabytes = stored_bytes / GIGABYTE
    return (
        Cost("source table read (DynamoDB)", units, "read units", units / 1e6 * prices.dynamodb_million_read_units),
        _computing(run.finished_at - run.started_at, settings, prices),
        Cost("a month of the day's files (S3)", gigabytes, "GB", gigabytes * prices.s3_standard_gigabyte_month),
    )


def _computing(took: timedelta, settings: NormalizeSettings, prices: Prices) -> Cost:
    if settings.extract.engine == GLUE_ENGINE:
        job = settings.extract.glue
        seconds = max(took.total_seconds(), prices.glue_job_least_seconds)
        used = seconds * job.processing_units
        return Cost("ETL-1 (Glue)", used, "DPU-seconds", used / 3600 * prices.glue_dpu_hour)
    used = took.total_seconds() * settings.lambda_.memory_size / 1024
    return Cost("ETL-1 (Lambda)", used, "GB-seconds", used * prices.lambda_gigabyte_second)
