"""Records and their sums, of items of any contract: those of tests.orders write several partitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from contract import cells
from contract.datasets import Partition
from contract.items.outcomes import AcceptedItem, Rejected, Row
from contract.items.wire_json import wire_json
from contract.partition_sums import PartitionSum
from contract.source import ContractError
from lambda_src.extraction import Extraction
from lambda_src.fast_readers.protocol import ItemRecords, NoFastReader, check_partition_columns
from lambda_src.normalize import Normalizer
from lambda_src.records import Records
from tests.orders import CONTRACT, ORDER_LINES, ORDERS

CELLS = st.text(max_size=4) | st.text('aeñ\U0001f600,"\n', max_size=3)
ROWS = st.lists(st.tuples(CELLS, CELLS), max_size=6)


def hashed(*rows: Row) -> PartitionSum:
    return PartitionSum(len(rows), xxh3_64_intdigest("".join(map(cells.record, rows)).encode()))


def order(*products: str | None) -> bytes:
    lines = [{"NULL": True} if product is None else {"S": product} for product in products]
    return wire_json({"order_id": {"S": "7"}, "lines": {"L": lines}}).encode()


def added(*items: list[tuple[str, str]]) -> Records:
    records = Records(CONTRACT, ())
    for rows in items:
        records.add(AcceptedItem("orders", {ORDER_LINES.name: rows}))
    return records


def sums(*items: list[tuple[str, str]]) -> dict[str, PartitionSum]:
    return added(*items).tally.partitions(ORDER_LINES.name)


def test_an_items_records_are_hashed_by_partition_in_their_order() -> None:
    extraction = Extraction(CONTRACT, ())
    extraction.add([order("pan", "queso", "papa", "", "\U0001f600\U0001f601"), order()])

    assert extraction.tally.partitions(ORDER_LINES.name) == {
        "p": hashed(("7", "pan"), ("7", "papa")),
        "q": hashed(("7", "queso")),
        "": hashed(("7", "")),
        "\U0001f600": hashed(("7", "\U0001f600\U0001f601")),
    }
    # A table that is not divided has one partition; an order without lines is in none of theirs.
    one, other = hashed(("7", "5")), hashed(("7", "0"))
    assert extraction.tally.partitions(ORDERS.name) == {"": one.plus(other)}
    assert (
        extraction.take_rows()[ORDER_LINES.name]
        == b'7,pan\n7,queso\n7,papa\n7,""\n7,\xf0\x9f\x98\x80\xf0\x9f\x98\x81\n'
    )


@given(st.lists(ROWS, max_size=4).flatmap(lambda items: st.tuples(st.just(items), st.permutations(items))))
def test_the_order_of_items_does_not_matter(items: tuple[list[Any], list[Any]]) -> None:
    assert sums(*items[0]) == sums(*items[1])


def of_partition(rows: list[tuple[str, str]], partition: str) -> list[tuple[str, str]]:
    return [row for row in rows if ORDER_LINES.partition_of(row[1]) == partition]


@given(st.lists(ROWS, min_size=1, max_size=4), st.data())
def test_any_change_of_an_items_rows_changes_their_partitions_sums_and_no_others(
    items: list[Any], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(items) - 1))
    old = items[number]
    start, end = sorted(data.draw(st.tuples(*(st.integers(0, len(old)),) * 2)))
    new = [*old[:start], *data.draw(ROWS), *old[end:]]
    before, after = sums(*items), sums(*items[:number], new, *items[number + 1 :])

    for partition in before.keys() | after.keys():
        is_changed = of_partition(old, partition) != of_partition(new, partition)
        assert is_changed == (before.get(partition) != after.get(partition)), partition


@given(st.lists(st.tuples(st.just("7"), CELLS.map("ñ".__add__)), max_size=3))
def test_a_fast_reader_that_reads_the_same_gives_the_same_sums(rows: list[Row]) -> None:
    """All products begin with the same letter: they are of one partition. ``orders`` is not divided."""
    fast, other = Records(CONTRACT, ()), Records(CONTRACT, ())
    lines = "".join(map(cells.record, rows)).encode()
    product = rows[0][1] or "" if rows else "ñandú"
    fast.add_read(
        ItemRecords("orders", ((ORDER_LINES.name, product, lines, len(rows)), (ORDERS.name, "7", b"7,0\n", 1)))
    )
    other.add(AcceptedItem("orders", {ORDER_LINES.name: rows, ORDERS.name: [("7", "0")]}))

    assert fast.tally == other.tally
    assert fast.take() == other.take()


def test_a_fast_reader_that_divides_by_another_column_is_refused() -> None:
    class Reader(NoFastReader):
        partition_columns: ClassVar[Mapping[str, str]] = {ORDERS.name: "product"}

    divided = replace(ORDERS, partition=Partition("order_id", 2))
    with pytest.raises(ContractError, match=r"'orders' is divided by 'order_id'.*tells its partitions by 'product'"):
        check_partition_columns(replace(CONTRACT, datasets=(divided,)), Reader)


def test_an_item_without_what_iceberg_requires_is_rejected() -> None:
    (outcome,) = (Normalizer(CONTRACT).normalize_json(item.decode()) for item in (order("pan", None),))

    assert isinstance(outcome, Rejected)
    assert outcome.row.reason == (
        "missing_value: product: expected a value, found nothing; column product of 'order_lines' may not be null"
    )


@pytest.mark.parametrize("key", ["", "x", "k" * 1024, "\U0001f600" * 40])
def test_keys_of_any_length_have_a_partition(key: str) -> None:
    assert list(sums([("7", key)])) == [key[:1]]


def test_thousands_of_partitions_are_as_good_as_one() -> None:
    wide = replace(ORDER_LINES, partition=Partition("product", 20))
    records = Records(replace(CONTRACT, datasets=(wide,)), ())
    for number in range(10_000):
        records.add(AcceptedItem("orders", {wide.name: [("7", f"product-{number}")]}))

    assert len(records.tally.partitions(wide.name)) == records.tally.rows[wide.name] == 10_000
