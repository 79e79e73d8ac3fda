"""AWS's list prices and what follows from them: the only place in code.

Their sources are in docs/scaling.md and docs/lake-costs.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from contract.units import MIB

GIGABYTE: Final = 2**30
TERABYTE: Final = 2**40


@dataclass(frozen=True)
class Cost:
    """One component: what was measured, in which unit, and what it costs; ``note`` says what it rests on."""

    component: str
    usage: float
    unit: str
    dollars: float
    note: str = ""


def total(costs: Iterable[Cost]) -> float:
    """Return the sum of costs, in dollars."""
    return sum(cost.dollars for cost in costs)


@dataclass(frozen=True)
class Prices:
    """Prices in US dollars, without free tiers; and what a component costs by them."""

    region: str
    looked_up: str
    lambda_gigabyte_second: float
    glue_dpu_hour: float
    #: What Glue bills of a job's run at least.
    glue_job_least_seconds: float
    s3_standard_gigabyte_month: float
    s3_thousand_writes: float
    athena_terabyte: float
    athena_least_bytes: int
    dynamodb_million_read_units: float

    def athena(self, scanned_bytes: int) -> float:
        """Return what a query costs that scanned so many bytes."""
        return max(scanned_bytes, self.athena_least_bytes) / TERABYTE * self.athena_terabyte

    def queries(self, component: str, scanned_bytes: Collection[int], note: str = "") -> Cost:
        """Return what queries cost that scanned so many bytes each."""
        return Cost(component, sum(scanned_bytes) / GIGABYTE, "GB scanned", sum(map(self.athena, scanned_bytes)), note)

    def function(self, component: str, gigabyte_seconds: float, note: str = "") -> Cost:
        """Return what a function costs that had so much memory for so long."""
        return Cost(component, gigabyte_seconds, "GB-seconds", gigabyte_seconds * self.lambda_gigabyte_second, note)

    def glue(self, component: str, dpu_seconds: float, note: str = "") -> Cost:
        """Return what jobs or crawls cost that are billed for so much."""
        return Cost(component, dpu_seconds, "DPU-seconds", dpu_seconds / 3600 * self.glue_dpu_hour, note)

    def job_dpu_seconds(self, seconds: float, processing_units: float) -> float:
        """Return what is billed of a job's run that took so long with so many DPU."""
        return max(seconds, self.glue_job_least_seconds) * processing_units

    def reading(self, component: str, read_units: float, note: str = "") -> Cost:
        """Return what reading a table costs on demand."""
        return Cost(component, read_units, "read units", read_units / 1e6 * self.dynamodb_million_read_units, note)

    def writes(self, component: str, requests: int, note: str = "") -> Cost:
        """Return what so many requests cost that write to S3 or list it."""
        return Cost(component, requests, "requests", requests / 1000 * self.s3_thousand_writes, note)

    def storage(self, component: str, stored_bytes: int, note: str = "") -> Cost:
        """Return what so many bytes cost in a month."""
        gigabytes = stored_bytes / GIGABYTE
        return Cost(component, gigabytes, "GB-month", gigabytes * self.s3_standard_gigabyte_month, note)


LIST_PRICES: Final = Prices(
    region="us-east-1",
    looked_up="November 2026",
    lambda_gigabyte_second=0.0000166667,
    glue_dpu_hour=0.44,
    glue_job_least_seconds=60,
    s3_standard_gigabyte_month=0.023,
    s3_thousand_writes=0.005,
    athena_terabyte=5.0,
    athena_least_bytes=10 * MIB,
    dynamodb_million_read_units=0.125,
)
