"""One dashboard of the environment: both ETLs' runs, the services that carry them, what they keep and what is asked.

It is ETL-2's, whose stack knows all of ETL-2's resources, and of ETL-1's what the settings name them. How long Glue's
runs take is the runs' own metric: Glue writes its own (``glue.driver.…``) only for scripts that make a GlueContext.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contract.metrics import CurationMetric, RunMetric, rows_metric
from contract.serving import served_datasets
from envs.schema import ARROW_ENGINE, LAMBDA_ENGINE, Environment, FunctionSettings, GlueJobSettings
from modules.etl.arrival import Arrival
from modules.metrics import (
    ETL_NAMESPACE,
    MAXIMUM,
    NORMALIZE_NAMESPACE,
    SAMPLE_COUNT,
    Metric,
    of_bucket,
    of_function,
    of_queries,
    of_queue,
    of_rule,
    of_runs,
    of_schedules,
)
from modules.terraform import AthenaWorkgroup, CloudwatchDashboard, Construct, DataAwsS3Bucket
from modules.widgets import Computed, Graph, Limit, Line, dashboard_body

_DAY = 24 * 3600
_MILLISECONDS = 1000
_STOPPED = ("FAILED", "CANCELED")


@dataclass(frozen=True, kw_only=True)
class DashboardProps:
    """What is to be seen."""

    environment: Environment
    bucket: DataAwsS3Bucket
    arrival: Arrival
    workgroups: Mapping[str, AthenaWorkgroup]


class Dashboard(Construct):
    """The dashboard; ``dashboard`` is the resource."""

    def __init__(self, scope: Construct, construct_id: str, props: DashboardProps) -> None:
        super().__init__(scope, construct_id)
        environment = props.environment
        graphs = [*_etl1(environment), *_etl2(environment), *_events(props), *_storage(props), *_queries(props)]
        self.dashboard = CloudwatchDashboard(
            self,
            "aws_cloudwatch_dashboard.platform",
            dashboard_name=environment.names.dashboard,
            dashboard_body=dashboard_body(graphs, environment.provider.region),
        )


def _etl1(environment: Environment) -> Iterator[Graph]:
    def lines(*names: str, right: bool = False, hidden: bool = False) -> list[Line]:
        metrics = [of_runs(NORMALIZE_NAMESPACE, name, environment.name) for name in names]
        return [_line(metric, right=right, hidden=hidden) for metric in metrics]

    normalize, contract = environment.normalize, environment.contract
    rows = (rows_metric(contract, dataset) for dataset in served_datasets(contract))
    yield Graph(title="ETL-1: items and rows", lines=lines(RunMetric.ITEMS_SCANNED, *rows))
    yield Graph(
        title="ETL-1: rejected items, ratio",
        lines=lines(RunMetric.REJECTED, RunMetric.ITEMS_SCANNED, hidden=True),
        computed=[Computed(expression="m1 / m2", label="rejected / scanned")],
        limits=[Limit(value=environment.etl.transform.max_rejected_ratio, label="quarantined by ETL-2")],
    )
    yield Graph(
        title="ETL-1: load on the source table",
        lines=[
            *lines(RunMetric.CONSUMED_READ_CAPACITY),
            *lines(RunMetric.THROTTLED_REQUESTS, RunMetric.RETRIED_REQUESTS, right=True),
        ],
    )
    yield Graph(
        title="ETL-1: published runs and their seconds",
        lines=[
            *lines(RunMetric.RUN_SUCCEEDED),
            _line(of_runs(NORMALIZE_NAMESPACE, RunMetric.DURATION_SECONDS, environment.name, MAXIMUM), right=True),
        ],
    )
    if normalize.extract.engine == LAMBDA_ENGINE:
        yield from _function("ETL-1", normalize.lambda_.name, normalize.lambda_)
    else:
        duration = of_runs(NORMALIZE_NAMESPACE, RunMetric.DURATION_SECONDS, environment.name)
        yield _processing_units("ETL-1", duration, normalize.extract.glue)


def _etl2(environment: Environment) -> Iterator[Graph]:
    def of_etl(name: str, statistic: str = "Sum") -> Metric:
        return of_runs(ETL_NAMESPACE, name, environment.name, statistic)

    yield Graph(
        title="ETL-2: recorded runs and failed checks",
        lines=[_line(of_etl(CurationMetric.RECORDED_RUNS)), _line(of_etl(CurationMetric.FAILED_DATA_CHECKS))],
    )
    yield Graph(
        title="ETL-2: rewritten partitions and bytes written",
        lines=[
            _line(of_etl(CurationMetric.REWRITTEN_PARTITIONS)),
            _line(of_etl(CurationMetric.BYTES_WRITTEN), right=True),
        ],
    )
    yield Graph(title="ETL-2: seconds of a run", lines=[_line(of_etl(CurationMetric.DURATION_SECONDS, MAXIMUM))])
    etl = environment.etl
    if etl.transform.engine == ARROW_ENGINE:
        yield from _function("ETL-2", environment.names.etl_function, etl.transform.arrow)
    else:
        yield _processing_units("ETL-2", of_etl(CurationMetric.DURATION_SECONDS), etl.glue)


def _function(etl: str, function_name: str, settings: FunctionSettings) -> Iterator[Graph]:
    yield Graph(
        title=f"{etl}: calls of the function",
        lines=[_line(of_function(name, function_name)) for name in ("Invocations", "Errors", "Throttles")],
    )
    yield Graph(
        title=f"{etl}: longest call of the function, ms",
        lines=[_line(of_function("Duration", function_name, MAXIMUM))],
        limits=[Limit(value=settings.timeout * _MILLISECONDS, label="stopped")],
    )


def _processing_units(etl: str, duration: Metric, settings: GlueJobSettings) -> Graph:
    """Return what a job's runs take of Glue, from their seconds: Glue bills the workers' start as well."""
    hours = f"m1 * {settings.processing_units} / 3600"
    return Graph(
        title=f"{etl}: DPU-hours of the job",
        lines=[_line(duration, hidden=True)],
        computed=[Computed(expression=hours, label=f"DPU-hours, {settings.processing_units} DPU")],
    )


def _events(props: DashboardProps) -> Iterator[Graph]:
    environment, names = props.environment, props.environment.names
    rules = [props.arrival.rule.name, *_failure_rules(environment)]
    yield Graph(
        title="Events: what rules have passed on",
        lines=[Line(metric=of_rule("Invocations", rule), label=rule) for rule in rules],
    )
    yield Graph(
        title="Events: what rules could not pass on",
        lines=[Line(metric=of_rule("FailedInvocations", rule), label=rule) for rule in rules],
    )
    queues = [props.arrival.dead_letters.name, names.alerts_dead_letters]
    schedule = []
    if environment.normalize.schedule.enabled:
        queues.append(names.normalize_dead_letters)
        counted = ("InvocationAttemptCount", "TargetErrorCount", "InvocationDroppedCount")
        schedule = [_line(of_schedules(name, names.schedule_group)) for name in counted]
    yield Graph(
        title="Events: dead letters, and the schedule",
        lines=[
            *(Line(metric=of_queue("ApproximateNumberOfMessagesVisible", queue), label=queue) for queue in queues),
            *schedule,
        ],
    )


def _failure_rules(environment: Environment) -> Iterator[str]:
    names = environment.names
    if environment.normalize.extract.engine != LAMBDA_ENGINE:
        yield from (names.normalize_job_failed_rule, names.normalize_slow_job_rule)
    if environment.etl.transform.engine != ARROW_ENGINE:
        yield from (names.job_failed_rule, names.slow_job_rule)
    yield names.crawler_failed_rule


def _storage(props: DashboardProps) -> Iterator[Graph]:
    bucket = props.bucket.bucket
    yield Graph(
        title="Bucket: bytes and objects, with noncurrent versions",
        lines=[
            _line(of_bucket("BucketSizeBytes", bucket, "StandardStorage")),
            _line(of_bucket("NumberOfObjects", bucket, "AllStorageTypes"), right=True),
        ],
        period=_DAY,
    )


def _queries(props: DashboardProps) -> Iterator[Graph]:
    groups = props.workgroups.items()
    yield Graph(
        title="Athena: bytes scanned",
        lines=[
            Line(metric=of_queries("ProcessedBytes", workgroup.name, state), label=f"{group} {state}")
            for group, workgroup in groups
            for state in ("SUCCEEDED", *_STOPPED)
        ],
    )
    yield Graph(
        title="Athena: queries that failed or were stopped",
        lines=[
            Line(metric=of_queries("TotalExecutionTime", workgroup.name, state, SAMPLE_COUNT), label=f"{group} {state}")
            for group, workgroup in groups
            for state in _STOPPED
        ],
    )


def _line(metric: Metric, *, right: bool = False, hidden: bool = False) -> Line:
    return Line(metric=metric, label=metric.name, right=right, hidden=hidden)
