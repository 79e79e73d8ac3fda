"""The contract of a source that is nothing like CatIA: names with digits, keys of other types, relations of each kind.

Its tables are divided by the key, by another column (an order's lines lie in several partitions) and not at all. One
with a dataset only, beside it: nothing belongs to anything there.
"""

from __future__ import annotations

from contract.datasets import PERSONAL, REJECTED, TECHNICAL, Dataset, Partition, count, instant, text
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
