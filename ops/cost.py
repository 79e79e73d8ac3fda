"""What the platform used, and what that costs by list prices: measured usage only, from each service's own records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from contract.runs import RunSummary
from envs.schema import WORKER_DPU
from ops import invocations
from ops.aws_errors import is_local
from ops.engines import FUNCTION, DeployedEngine, extract_engine, function_log, transform_engine
from ops.invocations import Invocation
from ops.platform import Platform
from ops.prices import LIST_PRICES, Cost, Prices, total
from ops.runs import recent_runs
from ops.stored import Stored, stored

if TYPE_CHECKING:
    from mypy_boto3_glue.type_defs import JobRunTypeDef

DAYS: Final = 30
#: More runs than that in so many days would be one every hour.
_MOST_RUNS: Final = 24 * DAYS
_QUERIES_AT_ONCE: Final = 50
#: What a bill has and this has not.
_NOT_COUNTED: Final = (
    "requests that read from S3, and all of DynamoDB, KMS and Glue's catalog; data transfer",
    "storage and backups of the source table, which is {writer}'s own",
    "CloudWatch's logs, metrics and alarms; EventBridge, SNS, SQS",
    "free tiers, discounts, taxes, and other regions' prices",
    "what happened before the logs' retention began, or in other accounts",
)


@dataclass(frozen=True)
class Bill:
    """All components of the last days. ``storage`` is for a month of what lies there now, all else is for the days."""

    since: datetime
    until: datetime
    costs: tuple[Cost, ...]
    unmeasured: tuple[str, ...]
    prices: Prices
    not_counted: tuple[str, ...]

    @property
    def total(self) -> float:
        """The sum, in dollars."""
        return total(self.costs)


def gather(platform: Platform, now: datetime, since: datetime | None = None) -> Bill:
    """Measure what was used since then, or in the last DAYS days."""
    since = since or now - timedelta(days=DAYS)
    costs: list[Cost] = []
    unmeasured = []
    parts: tuple[tuple[str, Callable[[], Iterable[Cost]]], ...] = (
        ("ETL-1", lambda: [_engine(platform, extract_engine(platform), since)]),
        ("ETL-2", lambda: [_engine(platform, transform_engine(platform), since)]),
        ("crawler", lambda: [crawler_cost(_crawls(platform, since), LIST_PRICES)]),
        ("source table", lambda: [reading_cost(_runs(platform), since, LIST_PRICES)]),
        ("storage", lambda: storage_costs(stored(platform, since), LIST_PRICES)),
        ("Athena", lambda: [athena_cost(_scans(platform, since), LIST_PRICES)]),
    )
    for name, measure in parts:
        try:
            costs.extend(measure())
        except ClientError as error:
            if not is_local(error):
                raise
            unmeasured.append(f"{name}: {error}")
    not_counted = tuple(text.format(writer=platform.environment.contract.writer) for text in _NOT_COUNTED)
    return Bill(since, now, tuple(costs), tuple(unmeasured), LIST_PRICES, not_counted)


def _engine(platform: Platform, engine: DeployedEngine, since: datetime) -> Cost:
    if engine.kind == FUNCTION:
        found = invocations.invocations(function_log(platform, engine, since))
        return function_cost(engine.etl, found, LIST_PRICES)
    return job_cost(engine.etl, list(_job_runs(platform, engine.name, since)), LIST_PRICES)


def function_cost(etl: str, runs: Iterable[Invocation], prices: Prices) -> Cost:
    """Return what invocations cost by what Lambda's own REPORT lines say."""
    billed = [(run.billed_seconds, run.memory_mb) for run in runs if run.billed_seconds and run.memory_mb]
    gigabyte_seconds = sum(seconds * memory / 1024 for seconds, memory in billed)
    return prices.function(f"{etl} (Lambda)", gigabyte_seconds, f"invocations in the log: {len(billed)}")


def job_cost(etl: str, runs: Iterable[JobRunTypeDef], prices: Prices) -> Cost:
    """Return what runs of a Glue job cost: seconds, a minute at least, by the DPU of their workers."""
    seconds, count = 0.0, 0
    for run in runs:
        dpu = WORKER_DPU.get(str(run.get("WorkerType", "")), 1) * run.get("NumberOfWorkers", 0) or run.get(
            "MaxCapacity", 0
        )
        time = run.get("ExecutionTime", 0)
        seconds += prices.job_dpu_seconds(time, dpu) if time else 0
        count += 1
    return prices.glue(f"{etl} (Glue)", seconds, f"runs: {count}")


def crawler_cost(dpu_hours: Iterable[float], prices: Prices) -> Cost:
    """Return what crawls cost by the DPU-hours that Glue tells of each."""
    crawls = list(dpu_hours)
    return prices.glue("crawler (Glue)", sum(crawls) * 3600, f"crawls, all by hand unless envs/ says: {len(crawls)}")


def reading_cost(runs: Iterable[RunSummary], since: datetime, prices: Prices) -> Cost:
    """Return what reading the source cost on demand, by the runs' own summaries."""
    read = [run.scan.consumed_capacity_units for run in runs if run.started_at >= since]
    return prices.reading("source table (DynamoDB)", sum(read), f"runs: {len(read)}; as if on demand")


def storage_costs(found: Stored, prices: Prices) -> tuple[Cost, ...]:
    """Return what a month of what lies there costs, and what writing it did."""
    kept = (prices.storage(f"S3: {stock.value}", count, "now") for stock, count in found.bytes.items())
    note = "objects written that still exist, as one request each"
    return (*kept, prices.writes("S3: requests that write", found.written, note))


def athena_cost(scans: Iterable[int], prices: Prices) -> Cost:
    """Return what queries cost by the bytes that each has scanned."""
    scanned = list(scans)
    return prices.queries("queries (Athena)", scanned, f"queries: {len(scanned)}")


def _runs(platform: Platform) -> tuple[RunSummary, ...]:
    return recent_runs(platform.clean_zone, _MOST_RUNS).complete


def _job_runs(platform: Platform, name: str, since: datetime) -> Iterator[JobRunTypeDef]:
    for page in platform.glue.get_paginator("get_job_runs").paginate(JobName=name):
        for run in page["JobRuns"]:
            if run["StartedOn"] >= since:
                yield run


def _crawls(platform: Platform, since: datetime) -> list[float]:
    milliseconds = str(int(since.timestamp() * 1000))
    answer = platform.glue.list_crawls(
        CrawlerName=platform.names.crawler,
        MaxResults=1000,
        Filters=[{"FieldName": "START_TIME", "FilterOperator": "GE", "FieldValue": milliseconds}],
    )
    return [crawl.get("DPUHour", 0.0) for crawl in answer["Crawls"]]


def _scans(platform: Platform, since: datetime) -> Iterator[int]:
    """Yield the bytes of each query that is billed: those that ended well, and those that somebody stopped."""
    for workgroup in platform.environment.workgroups.values():
        yield from _scans_in(platform, workgroup, since)


def _scans_in(platform: Platform, workgroup: str, since: datetime) -> Iterator[int]:
    pages = platform.athena.get_paginator("list_query_executions").paginate(WorkGroup=workgroup)
    for page in pages:
        ids = page["QueryExecutionIds"]
        executions = [
            execution
            for start in range(0, len(ids), _QUERIES_AT_ONCE)
            for execution in platform.athena.batch_get_query_execution(
                QueryExecutionIds=ids[start : start + _QUERIES_AT_ONCE]
            )["QueryExecutions"]
        ]
        recent = [each for each in executions if each["Status"]["SubmissionDateTime"] >= since]
        for each in recent:
            if each["Status"]["State"] in {"SUCCEEDED", "CANCELLED"} and each.get("StatementType") == "DML":
                yield each.get("Statistics", {}).get("DataScannedInBytes", 0)
        if len(recent) < len(executions):
            return
