"""What a verification will cost, by what the last runs took, and what it did cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from ops import cost
from ops.engines import FUNCTION, DeployedEngine, extract_engine, last_runs, transform_engine
from ops.platform import Platform
from ops.prices import LIST_PRICES, Cost
from ops.runs import recent_runs, seconds_of
from ops.tables import table_state
from ops.verify.counting import countings

NIGHTS: Final = 2
#: Seconds of a run where nothing has run yet.
_UNKNOWN_SECONDS: Final = {"ETL-1": 60.0, "ETL-2": 240.0}
#: Seconds that a function takes to refuse an event, with all that Lambda repeats.
_REFUSING_SECONDS: Final = 10.0
#: What a measured bill has, and a verification did not cause.
_OF_A_MONTH: Final = "GB-month"


def expected(platform: Platform, now: datetime) -> tuple[Cost, ...]:
    """Return what a verification will cost, for the runs as they were of late.

    Raises:
        botocore.exceptions.ClientError: the bucket is not there, or the credentials are of no use.
    """
    newest = recent_runs(platform.clean_zone, 1).newest
    extract, transform = extract_engine(platform), transform_engine(platform)
    took = [run.seconds for run in last_runs(platform, transform, now).runs if run.seconds]
    return (
        engine_cost(platform, extract, seconds_of(newest) if newest else _UNKNOWN_SECONDS[extract.etl]),
        engine_cost(platform, transform, max(took, default=_UNKNOWN_SECONDS[transform.etl])),
        LIST_PRICES.reading(
            "source table (DynamoDB)", NIGHTS * newest.scan.consumed_capacity_units if newest else 0, _said(newest)
        ),
        LIST_PRICES.queries("queries (Athena)", _scans(platform), "as if each read its table whole"),
    )


def _said(newest: object) -> str:
    return f"{NIGHTS} scans, as the last one" if newest else f"{NIGHTS} scans; how large the table is nobody knows yet"


def engine_cost(platform: Platform, engine: DeployedEngine, seconds: float) -> Cost:
    """Return what an engine costs that makes the nights, each in so many seconds, and is made to fail."""
    normalize, etl = platform.environment.normalize, platform.environment.etl
    note = f"{NIGHTS} nights of {seconds:.0f} s, and a failure"
    if engine.kind == FUNCTION:
        settings = normalize.lambda_ if engine.etl == "ETL-1" else etl.transform.arrow
        gigabytes = settings.memory_size / 1024
        return LIST_PRICES.function(engine.etl, (NIGHTS * seconds + _REFUSING_SECONDS) * gigabytes, note)
    job = normalize.extract.glue if engine.etl == "ETL-1" else etl.glue
    units = job.processing_units
    failed = LIST_PRICES.job_dpu_seconds(0, units)
    return LIST_PRICES.glue(engine.etl, NIGHTS * LIST_PRICES.job_dpu_seconds(seconds, units) + failed, note)


def _scans(platform: Platform) -> list[int]:
    """Return the bytes of each query at most: a table's own, and of a view those of all tables."""
    sizes = {
        dataset.name: current.data_bytes if (current := table_state(platform, dataset).current) else 0
        for dataset in platform.environment.contract.datasets
    }
    asked = countings(platform.environment.contract)
    return [sizes.get(counting.source, sum(sizes.values())) for counting in asked]


def measured(platform: Platform, began: datetime) -> tuple[Cost, ...]:
    """Return what was used since a verification began, by it and by whatever else went on."""
    bill = cost.gather(platform, datetime.now(UTC), began)
    return tuple(each for each in bill.costs if each.unit != _OF_A_MONTH)
