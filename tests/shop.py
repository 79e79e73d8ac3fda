"""The contract of a source that is nothing like CatIA: names with digits, keys of other types, relations of each kind.

Its tables are divided by the key, by another column (an order's lines lie in several partitions) and not at all. One
with a dataset only, beside it: nothing belongs to anything there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from contract.datasets import (
    PERSONAL,
    REJECTED,
    TECHNICAL,
    Dataset,
    Partition,
    boolean,
    count,
    day,
    decimal,
    double,
    instant,
    integer,
    json,
    text,
)
from contract.items import typed
from contract.items.outcomes import AcceptedItem
from contract.source import ItemKind, Relation, SourceContract

_SHOP = count(1, "shop_id", TECHNICAL, "The shop.", "shop")
_ORDER_ID = text(2, "order_id", TECHNICAL, "The order's number in its shop.", "order", nullable=False)

ORDERS = Dataset(
    name="orders",
    description="One row per order.",
    columns=(
        _SHOP,
        _ORDER_ID,
        instant(3, "placed_at", TECHNICAL, "When it was placed; UTC.", "placed", nullable=False),
        text(4, "customer", PERSONAL, "Who placed it.", "customer"),
        count(5, "children", TECHNICAL, "Lines of the order.", "lines"),
        count(6, "payment_count", TECHNICAL, "Payments of the order.", "payments"),
    ),
    key=("shop_id", "order_id"),
    sort_by=("placed_at", "order_id", "shop_id"),
    partition=Partition("order_id", 2),
)

LINES = Dataset(
    name="lines2",
    description="One row per line of an order.",
    columns=(
        _SHOP,
        _ORDER_ID,
        count(3, "line_no", TECHNICAL, "Place of the line in its order.", "lines"),
        text(4, "sku13", TECHNICAL, "What was ordered.", "lines[].sku", nullable=False),
        text(5, "note", PERSONAL, "What the customer wrote beside it.", "lines[].note"),
    ),
    key=("shop_id", "order_id", "line_no"),
    sort_by=("sku13", "order_id", "shop_id", "line_no"),
    partition=Partition("sku13", 1),
)

PAYMENTS = Dataset(
    name="payments",
    description="One row per payment.",
    columns=(text(3, "payment_id", TECHNICAL, "The payment.", "payment", nullable=False), _SHOP, _ORDER_ID),
    key=("payment_id",),
    sort_by=("payment_id", "shop_id", "order_id"),
)

VISITS = Dataset(
    name="visits",
    description="One row per visit.",
    columns=(
        instant(1, "visited_at", TECHNICAL, "When; UTC.", "visited", nullable=False),
        text(2, "customer", PERSONAL, "Who.", "customer"),
    ),
    key=("visited_at",),
    sort_by=("visited_at",),
)

#: Its children are placed in an order by a count; each order counts them.
HAS_ORDER = Relation("has_order", LINES, ORDERS, ("shop_id", "order_id"), counted_in="children")
#: Its children are told apart by a key that has nothing to do with the order's; each order counts them.
PAYS_AN_ORDER = Relation("pays_an_order", PAYMENTS, ORDERS, ("shop_id", "order_id"), counted_in="payment_count")
#: A column that neither key has, and that may be null on both sides; nobody counts, nobody minds.
IS_A_CUSTOMERS = Relation("is_a_customers", VISITS, ORDERS, ("customer",), is_required=False)

MEASURES = Dataset(
    name="measures",
    description="One row per measure: a column of each type.",
    columns=(
        text(1, "place", TECHNICAL, "Where.", "place", nullable=False),
        decimal(38, 0)(2, "number", TECHNICAL, "Which.", "number", nullable=False),
        day(3, "taken_on", TECHNICAL, "When.", "taken_on", nullable=False),
        integer(4, "whole", TECHNICAL, "A whole number.", "whole"),
        decimal(5, 2)(5, "small", TECHNICAL, "A number of few digits.", "small"),
        decimal(18, 4)(6, "middle", TECHNICAL, "A number of more.", "middle"),
        decimal(38, 38)(7, "large", TECHNICAL, "A number of all digits.", "large"),
        double(8, "about", TECHNICAL, "A number, rounded.", "about"),
        boolean(9, "is_right", TECHNICAL, "Whether it is right.", "is_right"),
        instant(10, "taken_at", TECHNICAL, "When, to the microsecond; UTC.", "taken_at"),
        json(11, "tags", TECHNICAL, "A list.", "tags"),
        json(12, "words", PERSONAL, "What somebody said of it.", "words"),
        day(13, "born_on", PERSONAL, "When somebody was born.", "born_on"),
    ),
    key=("place", "number"),
    sort_by=("taken_on", "number", "place"),
    partition=Partition("place", 2),
)

#: What of each type is easily lost: the greatest, the least, nothing, a leap day.
NINES: Final = "9" * 38
MEASURED: Final = (
    ("aa1", NINES, "9999-12-31", "9223372036854775807", "999.99", "99999999999999.9999", f"0.{NINES}",
     "1.7976931348623157e+308", "true", "9999-12-31T23:59:59.999999Z", '["a","ñ\\n"]', '{"a":1.50}', "2024-02-29"),
    ("aa1", f"-{NINES}", "0001-01-01", "-9223372036854775808", "-999.99", "-99999999999999.9999", f"-0.{NINES}",
     "-5e-324", "false", "0001-01-01T00:00:00.000000Z", "[]", None, None),
    ("aa2", "0", "2024-02-29", "0", "0.00", "0.0001", f"0.{'0' * 37}1", "0.0", None, None, "{}", None, "1969-12-31"),
    ("bb1", "1", "1582-10-10", None, None, None, None, None, None, None, None, None, None),
)  # fmt: skip

STATION = SourceContract(
    name="station",
    description="Measures",
    table="measures",
    key_attributes=("place", "number"),
    kinds=(ItemKind("measures", MEASURES),),
    datasets=(REJECTED, MEASURES),
    item_reader=f"{__name__}:read_measure",
)


def read_measure(item: Mapping[str, Any]) -> AcceptedItem:
    """Return a measure's row, which its columns say all of."""
    return AcceptedItem("measures", {MEASURES.name: [typed.row(item, MEASURES)]})


SHOP = SourceContract(
    name="shop",
    description="Orders of some shops",
    table="orders",
    key_attributes=("order",),
    kinds=(ItemKind("orders", ORDERS), ItemKind("payments", PAYMENTS), ItemKind("visits", VISITS), ItemKind("carts")),
    datasets=(LINES, REJECTED, VISITS, PAYMENTS, ORDERS),
    relations=(HAS_ORDER, PAYS_AN_ORDER, IS_A_CUSTOMERS),
    item_reader="none:none",
)

NOTES = Dataset(
    name="notes",
    description="One row per note.",
    columns=(
        text(1, "note_id", TECHNICAL, "The note.", "note", nullable=False),
        text(2, "text", PERSONAL, "What it says.", "text"),
    ),
    key=("note_id",),
    sort_by=("note_id",),
)

NOTEBOOK = SourceContract(
    name="notebook",
    description="Notes",
    table="notes",
    key_attributes=("note",),
    kinds=(ItemKind("notes", NOTES),),
    datasets=(REJECTED, NOTES),
    item_reader="none:none",
)
