"""A published run's figures as CloudWatch metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from modules.contract.datasets import MESSAGES

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

    from modules.contract.runs import RunSummary

_DIMENSION: Final = "environment"


def emit(summary: RunSummary, namespace: str, environment: str) -> None:
    """Print the metrics of a run in CloudWatch's embedded format, as one line: of a Lambda's log they are taken."""
    metrics = EphemeralMetrics(namespace=namespace)
    metrics.add_dimension(name=_DIMENSION, value=environment)
    metrics.add_metadata(key="run_id", value=summary.run_id)
    for name, (value, unit) in _figures(summary).items():
        metrics.add_metric(name=name, unit=unit, value=value)
    metrics.flush_metrics()


def put(client: CloudWatchClient, summary: RunSummary, namespace: str, environment: str) -> None:
    """Send the metrics of a run by one call: of a Glue job's log nobody takes any."""
    client.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": name,
                "Value": value,
                "Unit": unit.value,
                "Dimensions": [{"Name": _DIMENSION, "Value": environment}],
            }
            for name, (value, unit) in _figures(summary).items()
        ],
    )


def _figures(summary: RunSummary) -> dict[str, tuple[float, MetricUnit]]:
    items, scan = summary.items, summary.scan
    counts = {
        "RunSucceeded": 1,
        "ItemsScanned": items.scanned,
        "Conversations": items.conversations,
        "Messages": summary.rows_of(MESSAGES.name),
        "Feedback": items.feedback,
        "Registers": items.registers,
        "Excluded": items.excluded_total,
        "Rejected": items.rejected_total,
        "ConsumedReadCapacity": scan.consumed_capacity_units,
        "ThrottledRequests": scan.throttled_requests,
        "RetriedRequests": scan.retried_requests,
    }
    seconds = (summary.finished_at - summary.started_at).total_seconds()
    return {name: (count, MetricUnit.Count) for name, count in counts.items()} | {
        "DurationSeconds": (seconds, MetricUnit.Seconds)
    }
