"""What a careful script does: boto3's client, TypeDeserializer, ``csv``; one row per item, nested values as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import boto3
from boto3.dynamodb.types import TypeDeserializer

from tools.bench.contenders.task import BUCKET, Report, Task, Work

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_COLUMNS: Final = ("PK", "SK", "CreatedAt", "UserData", "Conversation", "Feedback")
_KEY: Final = "bench/boto3-client.csv"


def prepare(task: Task) -> Work:
    """Make the clients."""
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    return lambda: _export(dynamodb, s3, task.table)


def _export(dynamodb: DynamoDBClient, s3: S3Client, table: str) -> Report:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    rows = 0
    for item in _items(dynamodb, table):
        writer.writerow([_cell(item.get(column)) for column in _COLUMNS])
        rows += 1
    body = text.getvalue().encode()
    s3.upload_fileobj(io.BytesIO(body), BUCKET, _KEY)
    return Report({"scanned": rows}, len(body))


def _items(dynamodb: DynamoDBClient, table: str) -> Iterator[dict[str, Any]]:
    deserialize = TypeDeserializer().deserialize
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            yield {name: deserialize(value) for name, value in item.items()}


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, default=_plain) if isinstance(value, (dict, list)) else value


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    message = f"a {type(value).__name__} is not expected in these items."
    raise TypeError(message)
