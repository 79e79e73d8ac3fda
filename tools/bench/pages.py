"""A table as the Scan pages that DynamoDB would cut it into, encoded before anything is measured.

DynamoDB ends a page before its items' data pass 1 MB. What counts as an item's size is described under
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html; the JSON around it is
larger by the type wrappers.
"""

from __future__ import annotations

import json
from binascii import crc32
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contract.units import MIB

Item = Mapping[str, Any]
Key = tuple[str, str]

PAGE_BYTES: Final = MIB
_CAPACITY_UNIT_BYTES: Final = 8 * 1024
"""An eventually consistent read unit."""
_CONTAINER_BYTES: Final = 3
_ENTRY_BYTES: Final = 1


def item_bytes(item: Item) -> int:
    """Return the size of an item (wire format) as DynamoDB counts it: names and values, no JSON."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return len(content) // 2 + 1
    if kind == "L":
        return _CONTAINER_BYTES + sum(_ENTRY_BYTES + _value_bytes(entry) for entry in content)
    if kind == "M":
        return _CONTAINER_BYTES + _ENTRY_BYTES * len(content) + item_bytes(content)
    return 1  # BOOL and NULL; the benchmark's items have no sets or binaries.


@dataclass(frozen=True)
class Page:
    """An encoded answer: the body up to its last members, and its two endings with the CRC-32 of the whole."""

    head: bytes
    plain_tail: bytes
    capacity_tail: bytes
    plain_crc: int
    capacity_crc: int
    data_bytes: int


@dataclass
class Table:
    """Pages by (total segments, segment, exclusive start key); an absent key is None."""

    name: str
    pages: dict[tuple[int, int, Key | None], Page] = field(default_factory=dict)
    items: int = 0
    data_bytes: int = 0

    def description(self) -> dict[str, Any]:
        """Return what DescribeTable says of the table."""
        key_names = (("PK", "HASH"), ("SK", "RANGE"))
        return {
            "TableName": self.name,
            "TableStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in key_names],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name, _ in key_names],
            "ItemCount": self.items,
            "TableSizeBytes": self.data_bytes,
        }

    def pages_of(self, segments: int) -> list[Page]:
        """Return all pages of a scan with so many segments."""
        return [page for (total, _, _), page in self.pages.items() if total == segments]


class TableWriter:
    """Cuts the items of a table into pages, for each number of segments that a scan may have."""

    def __init__(self, name: str, segment_counts: Iterable[int]) -> None:
        self.table = Table(name)
        self._cutters = [
            [_SegmentCutter(self.table, total, segment) for segment in range(total)] for total in segment_counts
        ]

    def add(self, item: Item) -> None:
        """Add the next item. As in DynamoDB, all items of one partition key are in one segment."""
        encoded, size = _encoded(item), item_bytes(item)
        key = _key(item)
        for cutters in self._cutters:
            cutters[crc32(key[0].encode()) % len(cutters)].add(encoded, size, key)
        self.table.items += 1
        self.table.data_bytes += size

    def finish(self) -> Table:
        """Return the table, its last pages included."""
        for cutter in self._all_cutters():
            cutter.end_page(last=True)
        return self.table

    def _all_cutters(self) -> Iterator[_SegmentCutter]:
        for cutters in self._cutters:
            yield from cutters


class _SegmentCutter:
    """Gathers the items of one segment until a page is full."""

    def __init__(self, table: Table, total_segments: int, segment: int) -> None:
        self._table = table
        self._place = (total_segments, segment)
        self._start: Key | None = None
        self._begin()

    def _begin(self) -> None:
        self._items: list[bytes] = []
        self._bytes = 0
        self._last_key: Key | None = None

    def add(self, encoded: bytes, size: int, key: Key) -> None:
        if self._items and self._bytes + size > PAGE_BYTES:
            self.end_page(last=False)
        self._items.append(encoded)
        self._bytes += size
        self._last_key = key

    def end_page(self, *, last: bool) -> None:
        page = _page(self._table.name, self._items, self._bytes, None if last else self._last_key)
        self._table.pages[(*self._place, self._start)] = page
        self._start = self._last_key
        self._begin()


def _page(table: str, items: list[bytes], data_bytes: int, last_key: Key | None) -> Page:
    head = b'{"Items":[' + b",".join(items) + b"]"
    members: dict[str, Any] = {"Count": len(items), "ScannedCount": len(items)}
    if last_key is not None:
        members["LastEvaluatedKey"] = {name: {"S": text} for name, text in zip(("PK", "SK"), last_key, strict=True)}
    units = max(0.5, -(-data_bytes // _CAPACITY_UNIT_BYTES))
    capacity = {"ConsumedCapacity": {"TableName": table, "CapacityUnits": units}}
    plain_tail, capacity_tail = _tail(members), _tail(members | capacity)
    head_crc = crc32(head)
    return Page(
        head, plain_tail, capacity_tail, crc32(plain_tail, head_crc), crc32(capacity_tail, head_crc), data_bytes
    )


def _tail(members: Mapping[str, Any]) -> bytes:
    return b"," + _encoded(members)[1:]


def _encoded(value: Mapping[str, Any]) -> bytes:
    """Return JSON as DynamoDB writes it: compact, and text in UTF-8 rather than in escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _key(item: Item) -> Key:
    return item["PK"]["S"], item["SK"]["S"]
