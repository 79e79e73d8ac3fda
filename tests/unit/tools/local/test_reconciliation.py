"""A run's summary against tables, for a contract that is not the demo's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from tests import orders
from tests.unit.ops.runs import run_of
from tools.local.errors import ReconciliationError
from tools.local.reconciliation import reconcile

ROWS: Final = {"order_lines": 7, "rejected": 1, "orders": 3}
RUN: Final = run_of(orders.CONTRACT, {"orders": 3}, ROWS, 1)


@dataclass(frozen=True)
class Tables:
    """What Trino would answer; that it does is tested where it runs."""

    rows: dict[str, int] = field(default_factory=lambda: dict(ROWS))
    recorded: dict[str, int] = field(default_factory=lambda: dict(ROWS))

    def query(self, sql: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        counted = re.fullmatch(r"SELECT count\(\*\) FROM (\w+)", sql)
        if counted:
            return ("_col0",), [(self.rows[counted[1]],)]
        assert sql == f"SELECT dataset, rows_now FROM runs WHERE run_id = '{RUN.run_id}'"
        return ("dataset", "rows_now"), list(self.recorded.items())


def reconciled(tables: Tables) -> int:
    athena: Any = tables
    return reconcile(orders.CONTRACT, RUN, athena)


def test_all_tables_of_the_contract_are_counted() -> None:
    assert reconciled(Tables()) == sum(ROWS.values())


def test_every_difference_is_told() -> None:
    with pytest.raises(ReconciliationError) as raised:
        reconciled(Tables({**ROWS, "order_lines": 6}, {"rejected": 1, "order_lines": 7}))
    assert str(raised.value) == (
        f"run {RUN.run_id} and the tables disagree: order_lines has 6 rows, the run wrote 7; "
        "runs says None rows of orders, the run wrote 3"
    )
