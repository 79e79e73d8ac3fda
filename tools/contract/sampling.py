"""Items of a table, read as whoever asks: to make a contract of them, or to try one on them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from contract.source import SourceContract
from ops.aws_errors import in_a_line

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DEFAULT_LIMIT: Final = 1000


class UnusableSampleError(Exception):
    """A table's items cannot be had, or are of no use; the message says why."""


def sample(table: str, limit: int) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Return a table's key attributes, the partition key first, and up to so many of its items.

    Raises:
        UnusableSampleError: AWS refuses, or cannot be asked.
    """
    try:
        return _scanned(boto3.client("dynamodb"), table, limit)
    except NoRegionError as error:
        message = f"{error} Set AWS_DEFAULT_REGION to the table's, and repeat."
        raise UnusableSampleError(message) from error
    except (BotoCoreError, ClientError) as error:
        raise UnusableSampleError(in_a_line(error, "the table", "")) from error


def _scanned(dynamodb: DynamoDBClient, table: str, limit: int) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    schema = dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
    keys = sorted(schema, key=lambda key: key["KeyType"])
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table, PaginationConfig={"PageSize": min(limit, DEFAULT_LIMIT)}
    )
    items = (item for page in pages for item in page["Items"])
    return tuple(key["AttributeName"] for key in keys), list(islice(items, limit))


def sample_for(contract: SourceContract, table: str, limit: int) -> list[dict[str, Any]]:
    """Return up to so many items of a table to try a contract on.

    Raises:
        UnusableSampleError: there are none, or the table has other keys than the contract.
    """
    keys, items = sample(table, limit)
    if keys != contract.key_attributes:
        has = ", ".join(contract.key_attributes)
        message = f"{table}: its keys are {', '.join(keys)}; the contract's key_attributes are {has}: correct them."
        raise UnusableSampleError(message)
    if not items:
        message = f"{table} has no items: nothing was tried."
        raise UnusableSampleError(message)
    return items
