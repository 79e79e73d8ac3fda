"""What notebooks do: boto3's resource, the whole table in ``pandas.json_normalize``, ``to_csv``; one row per item."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import boto3
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from tools.bench.contenders.task import BUCKET, Report, Task, Work

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_s3 import S3Client

_KEY: Final = "bench/boto3-resource.csv"


def prepare(task: Task) -> Work:
    """Make the resource and the client."""
    table, s3 = boto3.resource("dynamodb").Table(task.table), boto3.client("s3")
    return lambda: _export(table, s3)


def _export(table: Table, s3: S3Client) -> Report:
    frame = pd.json_normalize(_items(table))
    body = frame.to_csv(index=False).encode()
    s3.upload_fileobj(io.BytesIO(body), BUCKET, _KEY)
    return Report({"scanned": len(frame)}, len(body))


def _items(table: Table) -> list[dict[str, Any]]:
    page = table.scan()
    items = page["Items"]
    while "LastEvaluatedKey" in page:
        page = table.scan(ExclusiveStartKey=page["LastEvaluatedKey"])
        items += page["Items"]
    return items
