"""What CloudWatch is told of a run of ETL-2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.metrics import ENVIRONMENT_DIMENSION, CurationMetric

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.literals import StandardUnitType


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A run's figures, each sent even if it is 0: an alarm wants to see the end of what it told of."""

    failed_checks: int = 0
    recorded_runs: int = 0
    rewritten_partitions: int = 0
    bytes_written: int = 0
    seconds: float = 0.0


def put(client: CloudWatchClient, namespace: str, environment: str, figures: Figures) -> None:
    """Send the figures of a run by one call."""
    values: tuple[tuple[str, float, StandardUnitType], ...] = (
        (CurationMetric.FAILED_DATA_CHECKS, figures.failed_checks, "Count"),
        (CurationMetric.RECORDED_RUNS, figures.recorded_runs, "Count"),
        (CurationMetric.REWRITTEN_PARTITIONS, figures.rewritten_partitions, "Count"),
        (CurationMetric.BYTES_WRITTEN, figures.bytes_written, "Bytes"),
        (CurationMetric.DURATION_SECONDS, figures.seconds, "Seconds"),
    )
    client.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": name,
                "Value": value,
                "Unit": unit,
                "Dimensions": [{"Name": ENVIRONMENT_DIMENSION, "Value": environment}],
            }
            for name, value, unit in values
        ],
    )
