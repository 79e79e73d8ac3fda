from __future__ import annotations

from datetime import date

from glue_src.catalog import CatalogSnapshot
from ops.tables import TableState, table_states
from tests import orders

DAY = date(2026, 1, 30)


def test_states_are_those_of_the_contracts_tables() -> None:
    registered = {DAY: {"source_run_id": "a-run", "row_count": "7"}, date(2026, 1, 29): {}}
    partitions = {table.name: registered if table == orders.ORDERS else {} for table in orders.CONTRACT.tables}
    found = table_states(CatalogSnapshot(orders.CONTRACT, partitions), date(2026, 2, 1))
    assert found == (
        TableState("order_lines", 0, None, None, "", None),
        TableState("rejected", 0, None, None, "", None),
        TableState("orders", 2, DAY, 7, "a-run", 2),
    )
