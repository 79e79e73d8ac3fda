"""What CloudWatch is told of a run of ETL-2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.contract.settings import ENVIRONMENT_DIMENSION, FAILED_CHECKS_METRIC

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


def put(cloudwatch: CloudWatchClient, namespace: str, environment: str, failed_checks: int) -> None:
    """Send how many checks failed, 0 included: an alarm wants to see the end of it."""
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": FAILED_CHECKS_METRIC,
                "Value": failed_checks,
                "Unit": "Count",
                "Dimensions": [{"Name": ENVIRONMENT_DIMENSION, "Value": environment}],
            }
        ],
    )
