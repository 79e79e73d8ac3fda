from __future__ import annotations

import json
from binascii import crc32
from typing import Any

import pytest

from tools.bench.items import generate
from tools.bench.pages import PAGE_BYTES, Key, Page, Table, TableWriter, item_bytes

SAMPLES = list(generate(1_500))
SEGMENTS = (1, 4, 7)


@pytest.fixture(scope="module")
def table() -> Table:
    writer = TableWriter("t", SEGMENTS)
    for sample in SAMPLES:
        writer.add(sample.item)
    return writer.finish()


def scanned(table: Table, segments: int, segment: int) -> list[dict[str, Any]]:
    """Follow the pages of one segment as a reader does."""
    items, start = [], None
    while True:
        page = json.loads(body(table.pages[(segments, segment, start)]))
        assert page["Count"] == page["ScannedCount"] == len(page["Items"])
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        start = key_of(page["LastEvaluatedKey"])
        assert start == key_of(items[-1])


def body(page: Page) -> bytes:
    return page.head + page.plain_tail


def key_of(item: dict[str, Any]) -> Key:
    return item["PK"]["S"], item["SK"]["S"]


@pytest.mark.parametrize("segments", SEGMENTS)
def test_every_item_is_in_one_page_of_one_segment(table: Table, segments: int) -> None:
    by_segment = [scanned(table, segments, segment) for segment in range(segments)]
    users = [{item["PK"]["S"] for item in items} for items in by_segment]

    assert sorted(key_of(item) for items in by_segment for item in items) == sorted(
        key_of(sample.item) for sample in SAMPLES
    )
    assert sum(map(len, users)) == len(set.union(*users))


def test_one_segment_keeps_the_items_as_they_are_and_in_their_order(table: Table) -> None:
    assert scanned(table, 1, 0) == [sample.item for sample in SAMPLES]


def test_pages_are_as_full_as_dynamodb_makes_them(table: Table) -> None:
    pages = table.pages_of(1)

    assert len(pages) > 2
    assert all(page.data_bytes <= PAGE_BYTES for page in table.pages.values())
    assert all(page.data_bytes > PAGE_BYTES * 0.5 for page in pages[:-1])
    assert sum(page.data_bytes for page in pages) == table.data_bytes


def test_checksums_are_those_of_the_whole_bodies(table: Table) -> None:
    for page in table.pages.values():
        assert page.plain_crc == crc32(page.head + page.plain_tail)
        assert page.capacity_crc == crc32(page.head + page.capacity_tail)
        assert json.loads(page.head + page.capacity_tail)["ConsumedCapacity"]["CapacityUnits"] >= 0.5


def test_items_are_as_large_as_dynamodb_says() -> None:
    nested = {"M": {"ñ": {"L": [{"S": "ab"}, {"BOOL": True}]}, "n": {"N": "1234"}}}

    assert item_bytes({"PK": {"S": "USER#1"}}) == 2 + 6
    assert item_bytes({"a": nested}) == 1 + (3 + 2 + 2 + (3 + 1 + 2 + 1 + 1) + 1 + 3)
    assert item_bytes({"a": {"NULL": True}}) == 2


def test_an_empty_table_is_one_empty_page_a_segment() -> None:
    table = TableWriter("t", (2,)).finish()

    assert [json.loads(body(page))["Items"] for page in table.pages.values()] == [[], []]
