"""AWS's list prices: the only place in code. Their sources are in docs/scaling.md and docs/lake-costs.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GIGABYTE: Final = 2**30
TERABYTE: Final = 2**40


@dataclass(frozen=True)
class Prices:
    """Prices in US dollars, without free tiers."""

    region: str
    looked_up: str
    lambda_gigabyte_second: float
    glue_dpu_hour: float
    #: What Glue bills of a job's run at least.
    glue_job_least_seconds: float
    s3_standard_gigabyte_month: float
    athena_terabyte: float
    athena_least_bytes: int
    dynamodb_million_read_units: float

    def athena(self, scanned_bytes: int) -> float:
        """Return what a query costs that scanned so many bytes."""
        return max(scanned_bytes, self.athena_least_bytes) / TERABYTE * self.athena_terabyte


LIST_PRICES: Final = Prices(
    region="us-east-1",
    looked_up="November 2026",
    lambda_gigabyte_second=0.0000166667,
    glue_dpu_hour=0.44,
    glue_job_least_seconds=60,
    s3_standard_gigabyte_month=0.023,
    athena_terabyte=5.0,
    athena_least_bytes=10 * 2**20,
    dynamodb_million_read_units=0.125,
)
