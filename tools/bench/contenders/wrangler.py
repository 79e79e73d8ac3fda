"""AWS's own pandas library: ``awswrangler.dynamodb.read_items`` and ``s3.to_csv``; one row per item."""

from __future__ import annotations

from typing import Final

import awswrangler  # type: ignore[import-not-found,unused-ignore]
import boto3

from tools.bench.contenders.task import BUCKET, Report, Task, Work

_PATH: Final = f"s3://{BUCKET}/bench/awswrangler.csv"


def prepare(task: Task) -> Work:
    """Make the session, and once the clients that the library makes again: their service models are then loaded."""
    session = boto3.Session()
    session.client("s3")
    session.resource("dynamodb")
    session.client("dynamodb")
    return lambda: _export(session, task.table)


def _export(session: boto3.Session, table: str) -> Report:
    # One scan segment, as all others have: reading pages at once is measured apart (scenario "latency").
    frame = awswrangler.dynamodb.read_items(
        table_name=table, allow_full_scan=True, use_threads=False, boto3_session=session
    )
    awswrangler.s3.to_csv(frame, _PATH, index=False, boto3_session=session)
    return Report({"scanned": len(frame)})
