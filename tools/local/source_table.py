"""The source table, which in AWS belongs to another system: made and filled here for a local environment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from envs.schema import Environment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.literals import KeyTypeType
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef

Item = dict[str, Any]

BATCH: Final = 25
"""The most items that BatchWriteItem takes:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""
KEY_TYPES: Final[tuple[KeyTypeType, ...]] = ("HASH", "RANGE")


@dataclass(frozen=True)
class SourceTable:
    """One table. ``keys`` are its key attributes, the partition key first, and the sort key if any.

    They are texts, but for the ``numbers`` among them.

    Methods raise botocore's ClientError as it comes.
    """

    dynamodb: DynamoDBClient
    name: str
    keys: tuple[str, ...]
    numbers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, environment: Environment, dynamodb: DynamoDBClient) -> SourceTable:
        """Return the table that an environment reads."""
        contract = environment.contract
        columns = [column for dataset in contract.datasets for column in dataset.columns if column.type.is_number]
        numbers = {source for column in columns for source in column.source}.union(contract.number_keys)
        keys = contract.key_attributes
        return cls(dynamodb, environment.normalize.dynamo_table_name, keys, frozenset(numbers.intersection(keys)))

    def ensure(self) -> None:
        """Create the table, billed on demand, unless it exists."""
        if self.name in self.dynamodb.list_tables()["TableNames"]:
            return
        schema: list[KeySchemaElementTypeDef] = [
            {"AttributeName": key, "KeyType": key_type} for key, key_type in zip(self.keys, KEY_TYPES, strict=False)
        ]
        self.dynamodb.create_table(
            TableName=self.name,
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": "N" if key in self.numbers else "S"} for key in self.keys
            ],
            KeySchema=schema,
            BillingMode="PAY_PER_REQUEST",
        )
        self.dynamodb.get_waiter("table_exists").wait(TableName=self.name, WaiterConfig={"Delay": 1})

    def scan(self) -> Iterator[Item]:
        """Yield all items, in DynamoDB's wire format."""
        for page in self.dynamodb.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True):
            yield from page["Items"]

    def load(self, items: Sequence[Item]) -> bool:
        """Make the table hold exactly ``items``; return False where it did already.

        Raises:
            RuntimeError: the emulator leaves items unwritten.
        """
        wanted = {self._key_text(item): item for item in items}
        found = {self._key_text(item): item for item in self.scan()}
        if wanted == found:
            return False
        self.write(item for key, item in wanted.items() if found.get(key) != item)
        self.delete(item for key, item in found.items() if key not in wanted)
        return True

    def write(self, items: Iterable[Item]) -> None:
        """Put items into the table."""
        self._batch_write({"PutRequest": {"Item": item}} for item in items)

    def delete(self, items: Iterable[Item]) -> None:
        """Delete items, of which only the keys matter."""
        self._batch_write({"DeleteRequest": {"Key": self._key(item)}} for item in items)

    def _batch_write(self, requests: Iterable[Any]) -> None:
        remaining = iter(requests)
        while batch := list(islice(remaining, BATCH)):
            unprocessed = self.dynamodb.batch_write_item(RequestItems={self.name: batch})["UnprocessedItems"]
            if unprocessed:
                message = (
                    f"{len(unprocessed[self.name])} items were not written to {self.name}; the emulator never "
                    "throttles: see its log."
                )
                raise RuntimeError(message)

    def _key(self, item: Item) -> Item:
        return {key: item[key] for key in self.keys}

    def _key_text(self, item: Item) -> str:
        return json.dumps(self._key(item), sort_keys=True)
