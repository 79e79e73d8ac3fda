"""Compares what a run says it wrote with what the deployed tables hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contract.layout import parse_day, run_summary_key
from contract.runs import RunSummary
from contract.source import SourceContract
from envs.schema import Environment
from tools.local.errors import ReconciliationError
from tools.local.trino.client import Connection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def committed_summary(s3: S3Client, environment: Environment, answer: Mapping[str, Any]) -> RunSummary:
    """Return the summary that a run left in the environment's bucket, found by what ETL-1 answered.

    Raises:
        RunSummaryError: the summary is unreadable or contradicts itself.
    """
    key = run_summary_key(environment.etl.clean_prefix, parse_day(answer["dt"]), answer["run_id"])
    stored = s3.get_object(Bucket=environment.normalize.s3_bucket_name, Key=key)
    summary = RunSummary.from_json(stored["Body"].read())
    summary.check(environment.contract)
    return summary


def reconcile(contract: SourceContract, summary: RunSummary, athena: Connection) -> int:
    """Return the rows of all tables, once they are as many as the run wrote and the table of runs says so.

    Raises:
        ReconciliationError: with every difference.
    """
    recorded = _recorded(athena, summary.run_id)
    faults: list[str] = []
    total = 0
    for dataset in contract.datasets:
        rows, wanted = _count(athena, dataset.name), summary.rows_of(dataset.name)
        if rows != wanted:
            faults.append(f"{dataset.name} has {rows} rows, the run wrote {wanted}")
        if recorded.get(dataset.name) != wanted:
            faults.append(f"runs says {recorded.get(dataset.name)} rows of {dataset.name}, the run wrote {wanted}")
        total += rows
    if faults:
        message = f"run {summary.run_id} and the tables disagree: " + "; ".join(faults)
        raise ReconciliationError(message)
    return total


def _count(athena: Connection, table: str) -> int:
    sql = f"SELECT count(*) FROM {table}"  # noqa: S608 the contract's name
    ((count,),) = athena.query(sql)[1]
    return int(count)


def _recorded(athena: Connection, run_id: str) -> dict[str, int]:
    sql = f"SELECT dataset, rows_now FROM runs WHERE run_id = '{run_id}'"  # noqa: S608 a run id has no quotes
    return dict(athena.query(sql)[1])
