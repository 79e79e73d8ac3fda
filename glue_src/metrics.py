"""What CloudWatch is told of a run of ETL-2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.contract.metrics import ENVIRONMENT_DIMENSION, CurationMetric

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A run's figures, each sent even if it is 0: an alarm wants to see the end of what it told of."""

    failed_checks: int
    published_days: int
    seconds: float


def put(client: CloudWatchClient, namespace: str, environment: str, figures: Figures) -> None:
    """Send the figures of a run by one call."""
    client.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": name,
                "Value": value,
                "Unit": "Seconds" if name == CurationMetric.DURATION_SECONDS else "Count",
                "Dimensions": [{"Name": ENVIRONMENT_DIMENSION, "Value": environment}],
            }
            for name, value in (
                (CurationMetric.FAILED_DATA_CHECKS, figures.failed_checks),
                (CurationMetric.PUBLISHED_DAYS, figures.published_days),
                (CurationMetric.DURATION_SECONDS, figures.seconds),
            )
        ],
    )
