"""Tables of a source unlike CatIA: divided in any way, with all kinds of relations, and columns of all types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from contract.column_types import ColumnType, Kind
from contract.datasets import Dataset
from glue_src.exceptions import QuarantinedError, TableSchemaError
from tests.curation.lake import Cells, Lake, run_id
from tests.curation.test_evolution import with_columns, with_dataset
from tests.shop import LINES, MEASURED, MEASURES, NINES, ORDERS, PAYMENTS, SHOP, STATION, VISITS

AT = "2026-02-01T00:00:00.000000Z"
ROWS: dict[Dataset, list[Cells]] = {
    ORDERS: [("1", "aa1", AT, "Ana", "2", "1"), ("1", "bb1", AT, None, "1", "0"), ("2", "aa1", AT, "Ana", "0", "0")],
    LINES: [("1", "aa1", "1", "x1", None), ("1", "aa1", "2", "y1", "azul"), ("1", "bb1", "1", "x2", "")],
    PAYMENTS: [("p1", "1", "aa1")],
    VISITS: [(AT, "Ana"), ("2026-02-02T00:00:00.000000Z", None)],
}


@pytest.fixture
def shop(make_lake: Callable[..., Lake], engine_name: str) -> Lake:
    return make_lake(SHOP, engine_name)


def test_every_kind_of_table_and_relation(shop: Lake) -> None:
    shop.publish(run_id(1), ROWS)
    assert shop.night().recorded_run == run_id(1)
    assert shop.files(LINES) == {"x": [2], "y": [1]}
    assert shop.files(ORDERS) == {"aa": [2], "bb": [1]}
    assert shop.files(PAYMENTS) == {"": [1]}
    checks = shop.checks(run_id(1))
    assert {row["outcome"] for row in checks.values()} == {"passed"}
    # Nobody minds a visit of nobody; a null is equal to nothing.
    assert checks["visits.is_a_customers"]["rows_failed"] == 1

    # One line moves to another partition: only the lines are written, and their orders are still counted.
    lines: list[Cells] = [("1", "aa1", "1", "y9", None), *ROWS[LINES][1:]]
    shop.publish(run_id(2), {**ROWS, LINES: lines})
    assert shop.night().rewritten_partitions == 2
    assert shop.files(LINES) == {"x": [1], "y": [2]}
    assert set(shop.checks(run_id(2))) >= {"lines2.has_order", "orders.children", "lines2.unique_key"}
    assert "orders.unique_key" not in shop.checks(run_id(2))

    # A key that is there twice, in a partition that is written and in one that is not.
    shop.publish(run_id(3), {**ROWS, LINES: [*lines, ("1", "bb1", "1", "y3", None)]})
    with pytest.raises(QuarantinedError) as caught:
        shop.night()
    assert {text.partition(":")[0] for text in caught.value.failed} == {"lines2.unique_key", "orders.children"}

    # An order goes, its line and payment stay: of tables that the night does not write, too.
    shop.publish(run_id(4), {**ROWS, LINES: lines, ORDERS: ROWS[ORDERS][1:]})
    with pytest.raises(QuarantinedError) as caught:
        shop.night()
    assert {text.partition(":")[0] for text in caught.value.failed} == {"lines2.has_order", "payments.pays_an_order"}
    checks = shop.checks(run_id(4))
    assert (checks["lines2.has_order"]["rows_failed"], checks["payments.pays_an_order"]["rows_failed"]) == (2, 1)
    assert len(shop.rows(ORDERS)) == 3


#: How Python has what a cell says.
VALUES: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.JSON: str,
    Kind.INTEGER: int,
    Kind.DECIMAL: Decimal,
    Kind.DOUBLE: float,
    Kind.BOOLEAN: {"true": True, "false": False}.__getitem__,
    Kind.DATE: date.fromisoformat,
    Kind.INSTANT: lambda cell: datetime.fromisoformat(cell[:-1]),
}


@pytest.fixture
def station(make_lake: Callable[..., Lake], engine_name: str) -> Lake:
    return make_lake(STATION, engine_name)


def values_of(cells: Cells) -> tuple[Any, ...]:
    pairs = zip(MEASURES.columns, cells, strict=True)
    return tuple(None if cell is None else VALUES[column.type.kind](cell) for column, cell in pairs)


def test_values_of_all_types_stay_as_they_are(station: Lake) -> None:
    station.publish(run_id(1), {MEASURES: MEASURED})
    assert station.night().recorded_run == run_id(1)
    assert station.rows(MEASURES) == sorted(map(values_of, MEASURED), key=repr)
    assert station.files(MEASURES) == {"aa": [3], "bb": [1]}
    # Their bounds let readers leave files out.
    found = station.table(MEASURES).scan(row_filter="small < 0 and taken_on < '1582-01-01'").to_arrow()
    assert found.column("number").to_pylist() == [Decimal(f"-{NINES}")]
    assert station.night().recorded_run is None

    # More digits before the point: the files that are there are read as if they had room for them.
    wider = with_columns(
        MEASURES, *(replace(c, type=ColumnType.decimal(12, 2)) if c.name == "small" else c for c in MEASURES.columns)
    )
    station.contract = with_dataset(STATION, wider)
    assert station.night(contract=station.contract).recorded_run is None
    assert station.rows(MEASURES) == sorted(map(values_of, MEASURED), key=repr)
    grown: list[Cells] = [*MEASURED[:3], (*MEASURED[3][:4], "1234567890.12", *MEASURED[3][5:])]
    station.publish(run_id(2), {wider: grown})
    assert station.night(contract=station.contract).recorded_run == run_id(2)
    assert station.rows(MEASURES) == sorted(map(values_of, grown), key=repr)
    with pytest.raises(TableSchemaError, match=r"'small' is decimal\(12, 2\) in the table and decimal\(5, 2\)"):
        station.night(contract=STATION)
