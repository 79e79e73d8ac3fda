"""What the day's run cost by list prices, as far as its summary and the bucket tell.

What the services themselves have measured, over the last weeks, is ``python -m ops cost``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envs.schema import GLUE_ENGINE

if TYPE_CHECKING:
    from datetime import timedelta

    from envs.schema import NormalizeSettings
    from modules.contract.runs import RunSummary
    from ops.prices import Cost, Prices


def costs(run: RunSummary, settings: NormalizeSettings, stored_bytes: int, prices: Prices) -> tuple[Cost, ...]:
    """Return what a run cost, and a month of what it left in the bucket."""
    return (
        prices.reading("source table read (DynamoDB)", run.scan.consumed_capacity_units),
        _computing(run.finished_at - run.started_at, settings, prices),
        prices.storage("a month of the day's files (S3)", stored_bytes),
    )


def _computing(took: timedelta, settings: NormalizeSettings, prices: Prices) -> Cost:
    if settings.extract.engine == GLUE_ENGINE:
        job = settings.extract.glue
        return prices.glue("ETL-1 (Glue)", prices.job_dpu_seconds(took.total_seconds(), job.processing_units))
    return prices.function("ETL-1 (Lambda)", took.total_seconds() * settings.lambda_.memory_size / 1024)
