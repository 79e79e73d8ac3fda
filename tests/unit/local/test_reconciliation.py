"""A run's summary against tables, for a contract that is not the demo's."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.athena_sql import LocalAthena
from local.errors import ReconciliationError
from local.reconciliation import reconcile
from local.warehouse import Partition
from tests import orders
from tests.unit.ops.runs import run_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS: Final = {"order_lines": 7, "rejected": 1, "orders": 3}
RUN: Final = run_of(orders.CONTRACT, {"orders": 3}, ROWS, 1)
DAY: Final = RUN.dt.isoformat()
PARTITIONS: Final = [
    Partition(table, DAY, "", {"source_run_id": RUN.run_id, "row_count": str(rows)}) for table, rows in ROWS.items()
]


@pytest.fixture
def athena(tmp_path: Path) -> Iterator[LocalAthena]:
    """The tables of the run's day."""
    tables = {}
    for dataset in orders.CONTRACT.datasets:
        file = tmp_path / f"{dataset.name}.parquet"
        pq.write_table(pa.table({name: ["a"] * ROWS[dataset.name] for name in dataset.column_names}), file)
        tables[dataset.name] = [(DAY, file)]
    with closing(LocalAthena(tables, {})) as opened:
        yield opened


def test_all_tables_of_the_contract_are_counted(athena: LocalAthena) -> None:
    assert reconcile(orders.CONTRACT, RUN, athena, PARTITIONS) == sum(ROWS.values())


def test_a_table_with_other_rows_is_told(athena: LocalAthena) -> None:
    wrote_more = run_of(orders.CONTRACT, {"orders": 3}, {**ROWS, "order_lines": 8}, 1)
    with pytest.raises(ReconciliationError, match="order_lines has 7 rows, the run wrote 8"):
        reconcile(orders.CONTRACT, wrote_more, athena, PARTITIONS)


def test_a_partition_of_another_run_is_told(athena: LocalAthena) -> None:
    (*others, last) = PARTITIONS
    earlier = replace(last, parameters={**last.parameters, "source_run_id": "earlier"})
    with pytest.raises(ReconciliationError, match=r"orders's partition says .*'earlier'"):
        reconcile(orders.CONTRACT, RUN, athena, [*others, earlier])
