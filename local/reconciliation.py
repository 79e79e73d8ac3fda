"""Compares what a run says it wrote with what the deployed tables hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from local.errors import ReconciliationError
from modules.contract.datasets import PARTITION_COLUMN
from modules.contract.layout import parse_day, run_summary_key
from modules.contract.runs import RunSummary

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from envs.schema import Environment
    from local.athena_sql import LocalAthena
    from local.warehouse import Partition
    from modules.contract.source import SourceContract


def committed_summary(s3: S3Client, environment: Environment, answer: dict[str, Any]) -> RunSummary:
    """Return the summary that a run left in the environment's bucket, found by what ETL-1 answered.

    Raises:
        RunSummaryError: the summary is unreadable or contradicts itself.
    """
    key = run_summary_key(environment.etl.clean_prefix, parse_day(answer["dt"]), answer["run_id"])
    stored = s3.get_object(Bucket=environment.normalize.s3_bucket_name, Key=key)
    summary = RunSummary.from_json(stored["Body"].read())
    summary.check(environment.contract)
    return summary


def reconcile(
    contract: SourceContract, summary: RunSummary, athena: LocalAthena, partitions: Iterable[Partition]
) -> int:
    """Return the rows of the run's day in all tables, once they are what the run wrote.

    Raises:
        ReconciliationError: with every difference.
    """
    registered = {(partition.table, partition.day): partition.parameters for partition in partitions}
    faults: list[str] = []
    total = 0
    for dataset in contract.datasets:
        rows = rows_on(athena, dataset.name, summary.dt.isoformat())
        parameters = registered.get((dataset.name, summary.dt.isoformat()), {})
        wanted = {"source_run_id": summary.run_id, "row_count": str(summary.rows_of(dataset.name))}
        if str(rows) != wanted["row_count"]:
            faults.append(f"{dataset.name} has {rows} rows, the run wrote {wanted['row_count']}")
        if {name: parameters.get(name) for name in wanted} != wanted:
            faults.append(f"{dataset.name}'s partition says {dict(parameters)}, expected {wanted}")
        total += rows
    if faults:
        message = f"run {summary.run_id} and the tables disagree: " + "; ".join(faults)
        raise ReconciliationError(message)
    return total


def rows_on(athena: LocalAthena, table: str, day: str) -> int:
    """Return the number of rows that a table has on a day (``YYYY-MM-DD``)."""
    sql = f"SELECT count(*) FROM {table} WHERE {PARTITION_COLUMN} = '{day}'"  # noqa: S608 both are the contract's
    (count,) = athena.query(sql)[1][0]
    return int(count)
