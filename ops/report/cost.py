"""What the day's run cost by list prices, as far as its summary and the bucket tell.

What the services themselves have measured, over the last weeks, is ``python -m ops cost``.
"""

from __future__ import annotations

from contract.runs import RunSummary
from envs.schema import GLUE_ENGINE, NormalizeSettings
from ops.prices import Cost, Prices
from ops.runs import seconds_of


def costs(run: RunSummary, settings: NormalizeSettings, written_bytes: int, prices: Prices) -> tuple[Cost, ...]:
    """Return what a run cost, and a month of what it wrote to the bucket; each component is named as in the texts."""
    return (
        prices.reading("reading", run.scan.consumed_capacity_units),
        _computing(seconds_of(run), settings, prices),
        prices.storage("storage", written_bytes),
    )


def _computing(seconds: float, settings: NormalizeSettings, prices: Prices) -> Cost:
    if settings.extract.engine == GLUE_ENGINE:
        job = settings.extract.glue
        return prices.glue("job", prices.job_dpu_seconds(seconds, job.processing_units))
    return prices.function("function", seconds * settings.lambda_.memory_size / 1024)
