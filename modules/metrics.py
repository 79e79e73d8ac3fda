"""Metrics as values, for alarms and the dashboard; the platform's own namespaces, and the permission to write to one.

Names and dimensions are those of the services' own pages:

- Lambda: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
- SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
- EventBridge: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
- Scheduler: https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
- S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
- Athena: https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contract.metrics import ENVIRONMENT_DIMENSION
from modules.policies import Statement

#: What runs of ETL-1 and of ETL-2 measure.
NORMALIZE_NAMESPACE = "CAT/Normalize"
ETL_NAMESPACE = "CAT/Etl"
#: What Glue makes of every job, as the job's role.
GLUE_NAMESPACE = "Glue"

SUM: Final = "Sum"
MAXIMUM: Final = "Maximum"
AVERAGE: Final = "Average"
SAMPLE_COUNT: Final = "SampleCount"


@dataclass(frozen=True)
class Metric:
    """One metric, and which statistic of it is looked at."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = SUM


def of_runs(namespace: str, name: str, environment: str, statistic: str = SUM) -> Metric:
    """Return a metric of the platform's own runs (contract.metrics)."""
    return Metric(namespace, name, {ENVIRONMENT_DIMENSION: environment}, statistic)


def of_function(name: str, function_name: str, statistic: str = SUM) -> Metric:
    """Return a metric of a Lambda function. Its times are those at which the calls began, however long they took."""
    return Metric("AWS/Lambda", name, {"FunctionName": function_name}, statistic)


def of_queue(name: str, queue_name: str) -> Metric:
    """Return a metric of a queue, of which SQS tells a sample each minute while the queue is in use."""
    return Metric("AWS/SQS", name, {"QueueName": queue_name}, MAXIMUM)


def of_rule(name: str, rule_name: str) -> Metric:
    """Return a metric of a rule on the default event bus."""
    return Metric("AWS/Events", name, {"RuleName": rule_name})


def of_schedules(name: str, group_name: str) -> Metric:
    """Return a metric of a group of schedules: of a single one, Scheduler tells nothing."""
    return Metric("AWS/Scheduler", name, {"ScheduleGroup": group_name})


def of_bucket(name: str, bucket_name: str, storage_type: str) -> Metric:
    """Return a metric of what a bucket holds, noncurrent versions included; S3 measures once a day."""
    return Metric("AWS/S3", name, {"BucketName": bucket_name, "StorageType": storage_type}, AVERAGE)


def of_queries(name: str, workgroup_name: str, state: str, statistic: str = SUM) -> Metric:
    """Return a metric of a workgroup's SELECTs that ended in ``state``: SUCCEEDED, FAILED or CANCELED."""
    dimensions = {"WorkGroup": workgroup_name, "QueryState": state, "QueryType": "DML"}
    return Metric("AWS/Athena", name, dimensions, statistic)


def write_metrics(sid: str, namespace: str) -> Statement:
    """Return the permission to write metrics of one namespace: CloudWatch has no resources to narrow."""
    return Statement(
        sid=sid,
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
    )
