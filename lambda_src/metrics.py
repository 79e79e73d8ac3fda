"""A published run's figures as CloudWatch metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from contract.metrics import ENVIRONMENT_DIMENSION, RunMetric, count_metrics
from contract.runs import RunSummary
from contract.source import SourceContract
from lambda_src.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


def emit(summary: RunSummary, settings: Settings) -> None:
    """Print the metrics of a run in CloudWatch's embedded format, as one line: of a Lambda's log they are taken."""
    metrics = EphemeralMetrics(namespace=settings.metrics_namespace)
    metrics.add_dimension(name=ENVIRONMENT_DIMENSION, value=settings.environment)
    metrics.add_metadata(key="run_id", value=summary.run_id)
    for name, (value, unit) in _figures(summary, settings.contract).items():
        metrics.add_metric(name=name, unit=unit, value=value)
    metrics.flush_metrics()


def put(client: CloudWatchClient, summary: RunSummary, settings: Settings) -> None:
    """Send the metrics of a run by one call: of a Glue job's log nobody takes any."""
    client.put_metric_data(
        Namespace=settings.metrics_namespace,
        MetricData=[
            {
                "MetricName": name,
                "Value": value,
                "Unit": unit.value,
                "Dimensions": [{"Name": ENVIRONMENT_DIMENSION, "Value": settings.environment}],
            }
            for name, (value, unit) in _figures(summary, settings.contract).items()
        ],
    )


def _figures(summary: RunSummary, contract: SourceContract) -> dict[str, tuple[float, MetricUnit]]:
    items, scan = summary.items, summary.scan
    counts = {
        RunMetric.RUN_SUCCEEDED: 1,
        RunMetric.ITEMS_SCANNED: items.scanned,
        **{
            metric: items.accepted[name] if name in items.accepted else summary.rows_of(name)
            for name, metric in count_metrics(contract).items()
        },
        RunMetric.EXCLUDED: items.excluded_total,
        RunMetric.TOMBSTONED: items.tombstoned,
        RunMetric.REJECTED: items.rejected_total,
        RunMetric.CONSUMED_READ_CAPACITY: scan.consumed_capacity_units,
        RunMetric.THROTTLED_REQUESTS: scan.throttled_requests,
        RunMetric.RETRIED_REQUESTS: scan.retried_requests,
    }
    seconds = (summary.finished_at - summary.started_at).total_seconds()
    return {name: (count, MetricUnit.Count) for name, count in counts.items()} | {
        RunMetric.DURATION_SECONDS: (seconds, MetricUnit.Seconds)
    }
