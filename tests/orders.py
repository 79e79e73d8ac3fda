"""A second source table, small and unlike CatIA's: no sort key, one kind of item, and the parts that its items have.

An order's lines lie in several partitions: the table is divided by the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from contract.datasets import REJECTED, TECHNICAL, Dataset, Partition, count, text
from contract.items import readers
from contract.items.outcomes import AcceptedItem
from contract.items.rejections import ItemRejectedError, RejectionCode
from contract.source import ItemKind, Relation, SourceContract

ORDER_LINES: Final = Dataset(
    name="order_lines",
    description="One row per line of an order.",
    columns=(
        text(1, "order_id", TECHNICAL, "The order.", "order_id", nullable=False),
        text(2, "product", TECHNICAL, "What was ordered.", "lines[]", nullable=False),
    ),
    key=(),
    sort_by=("product", "order_id"),
    partition=Partition("product", 1),
)
ORDERS: Final = Dataset(
    name="orders",
    description="One row per order.",
    columns=(
        text(1, "order_id", TECHNICAL, "The order.", "order_id", nullable=False),
        count(2, "line_count", TECHNICAL, "Its lines.", "lines"),
    ),
    key=("order_id",),
    sort_by=("order_id",),
)
CONTRACT: Final = SourceContract(
    name="orders",
    description="a shop's orders",
    table="shop-orders",
    key_attributes=("order_id",),
    kinds=(ItemKind("orders", ORDERS),),
    datasets=(ORDER_LINES, REJECTED, ORDERS),
    relations=(Relation("has_order", ORDER_LINES, ORDERS, ("order_id",), counted_in="line_count"),),
    item_reader="tests.orders:read",
)


def read(item: Mapping[str, Any]) -> AcceptedItem:
    """Return an order's rows; one without an id is rejected."""
    order_id = readers.text(readers.attribute(item, "order_id"))
    if not order_id:
        raise ItemRejectedError(RejectionCode.INVALID_KEY, "expected an order's id, found nothing", "order_id")
    products = [readers.text(product) for product in readers.sequence(readers.attribute(item, "lines")) or ()]
    lines = [(order_id, product) for product in products]
    return AcceptedItem("orders", {"order_lines": lines, "orders": [(order_id, str(len(lines)))]})
