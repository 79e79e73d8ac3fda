"""A published run's figures, in CloudWatch's embedded metric format: one line of the log, no call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from modules.contract.datasets import MESSAGES

if TYPE_CHECKING:
    from modules.contract.runs import RunSummary


def emit(summary: RunSummary, namespace: str, environment: str) -> None:
    """Print the metrics of a run, with the environment as their one dimension, to standard output."""
    metrics = EphemeralMetrics(namespace=namespace)
    metrics.add_dimension(name="environment", value=environment)
    metrics.add_metadata(key="run_id", value=summary.run_id)
    for name, count in _counts(summary).items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
    duration = (summary.finished_at - summary.started_at).total_seconds()
    metrics.add_metric(name="DurationSeconds", unit=MetricUnit.Seconds, value=duration)
    metrics.flush_metrics()


def _counts(summary: RunSummary) -> dict[str, float]:
    items = summary.items
    return {
        "RunSucceeded": 1,
        "ItemsScanned": items.scanned,
        "Conversations": items.conversations,
        "Messages": summary.rows_of(MESSAGES.name),
        "Feedback": items.feedback,
        "Registers": items.registers,
        "Excluded": items.excluded_total,
        "Rejected": items.rejected_total,
        "ConsumedReadCapacity": summary.scan.consumed_capacity_units,
    }
