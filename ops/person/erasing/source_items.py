"""The source table's own items of people who are to be erased: counted, and deleted one by one where that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pkgutil import resolve_name
from typing import Any

from ops.person.identity import Source, identity_of
from ops.platform import Platform


def covered_items(platform: Platform, users: Iterable[str], until: datetime) -> Iterator[Mapping[str, Any]]:
    """Yield the items that a tombstone up to ``until`` covers, in DynamoDB's wire format."""
    contract = platform.environment.contract
    source = Source(platform, identity_of(contract))
    date: Callable[[Mapping[str, Any]], datetime | None] = resolve_name(contract.item_date or "")
    for user in users:
        for item in source.items(user):
            dated = date(item)
            if dated is None or dated <= until:
                yield item


def delete(platform: Platform, items: Iterable[Mapping[str, Any]]) -> int:
    """Delete items, each by a request of its own, and return how many; one that is gone already is no error."""
    keys, deleted = platform.environment.contract.key_attributes, 0
    for item in items:
        platform.dynamodb.delete_item(
            TableName=platform.environment.normalize.dynamo_table_name, Key={name: item[name] for name in keys}
        )
        deleted += 1
    return deleted
