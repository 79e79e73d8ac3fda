"""The chatbot's table, which in AWS belongs to another system: made and filled here for the local environment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]

BATCH: Final = 25
"""The most items that BatchWriteItem takes:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""


def ensure_table(dynamodb: DynamoDBClient, name: str) -> None:
    """Create the table, keyed by PK and SK and billed on demand, unless it exists."""
    if name in dynamodb.list_tables()["TableNames"]:
        return
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("PK", "SK")],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def scan(dynamodb: DynamoDBClient, name: str) -> Iterator[Item]:
    """Yield all items of the table, in DynamoDB's wire format."""
    for page in dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        yield from page["Items"]


def load(dynamodb: DynamoDBClient, name: str, items: Sequence[Item]) -> bool:
    """Make the table hold exactly ``items``; return False where it did already.

    Raises:
        RuntimeError: the emulator leaves items unwritten.
    """
    wanted = {_key_of(item): item for item in items}
    found = {_key_of(item): item for item in scan(dynamodb, name)}
    if wanted == found:
        return False
    write(dynamodb, name, (item for key, item in wanted.items() if found.get(key) != item))
    delete(dynamodb, name, (item for key, item in found.items() if key not in wanted))
    return True


def write(dynamodb: DynamoDBClient, name: str, items: Iterable[Item]) -> None:
    """Put items into the table."""
    _batch_write(dynamodb, name, ({"PutRequest": {"Item": item}} for item in items))


def delete(dynamodb: DynamoDBClient, name: str, items: Iterable[Item]) -> None:
    """Delete items, of which only the keys matter."""
    keys = ({"PK": item["PK"], "SK": item["SK"]} for item in items)
    _batch_write(dynamodb, name, ({"DeleteRequest": {"Key": key}} for key in keys))


def _batch_write(dynamodb: DynamoDBClient, name: str, requests: Iterable[Any]) -> None:
    remaining = iter(requests)
    while batch := list(islice(remaining, BATCH)):
        unprocessed = dynamodb.batch_write_item(RequestItems={name: batch})["UnprocessedItems"]
        if unprocessed:
            message = (
                f"{len(unprocessed[name])} items were not written to {name}; the emulator never throttles: see its log."
            )
            raise RuntimeError(message)


def _key_of(item: Item) -> str:
    return json.dumps((item["PK"], item["SK"]), sort_keys=True)
