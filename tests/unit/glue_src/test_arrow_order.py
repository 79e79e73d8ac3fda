"""Rows in order, whether they are sorted one by one or by the stretches in which they already are."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glue_src import arrow_order
from glue_src.arrow_order import Order
from glue_src.arrow_types import INSTANT

COLUMNS = ("conversation_id", "user_id", "position")
SCHEMA = pa.schema([("conversation_id", pa.string()), ("user_id", pa.string()), ("position", pa.int64())])
ORDER = Order(COLUMNS)
Row = tuple[Any, ...]

_TEXTS = st.sampled_from(["", "a", "b", "b\u00e9", "\U0001f600", "\uffff"]) | st.none()
_POSITIONS = st.integers(0, 3) | st.none()
#: A conversation's messages in order, as ETL-1 writes them; or anything.
_CONVERSATIONS = st.tuples(_TEXTS, st.sampled_from("uv"), st.integers(1, 6)).map(
    lambda told: [(told[0], told[1], position) for position in range(told[2])]
)
_STRETCHES = st.lists(_CONVERSATIONS | st.lists(st.tuples(_TEXTS, _TEXTS, _POSITIONS), max_size=3), max_size=8)


def batch_of(rows: list[Row]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([dict(zip(COLUMNS, row, strict=True)) for row in rows], schema=SCHEMA)


def rank(row: Row) -> list[tuple[bool, Any]]:
    return [(cell is not None, cell.encode() if isinstance(cell, str) else cell) for cell in row]


@settings(deadline=None)
@given(_STRETCHES.map(lambda stretches: [row for stretch in stretches for row in stretch]))
@example([("b", "u", 0), ("b", "u", 1), ("a", "u", 0), ("b", "u", 0), ("b", "u", 1)])
@example([("b", "u", 1), ("b", "u", 0), ("b", "u", 2)])
@example([("b", "v", 0), ("b", "u", 1), ("b", "u", 2)])
@example([("b", "u", 0), ("b", "v", 0), ("a", "u", 7), ("a", "v", 1)])
@example([("b", "u", None), ("b", "u", 1), ("b", "u", None)])
def test_rows_are_put_in_order(rows: list[Row]) -> None:
    found = [tuple(row.values()) for row in ORDER.sorted(batch_of(rows)).to_pylist()]
    assert found == sorted(rows, key=rank)


_PLACES = st.lists(st.tuples(_TEXTS, _POSITIONS, st.none() | st.integers(-(2**62), 2**62)), min_size=1, max_size=20)


@settings(deadline=None)
@given(rows=_PLACES, inclusive=st.booleans(), data=st.data())
@example(rows=[(None, None, None), (None, None, 0)], inclusive=True, data=None)
def test_the_rows_before_a_place_are_counted(rows: list[Row], inclusive: bool, data: st.DataObject | None) -> None:  # noqa: FBT001
    schema = pa.schema([("text", pa.string()), ("count", pa.int64()), ("instant", INSTANT)])
    rows.sort(key=rank)
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(schema)]
    batch = pa.record_batch(columns, schema=schema)
    order = Order(tuple(schema.names))
    sought = data.draw(_PLACES)[0] if data else rows[0]
    place = tuple((cell is not None, cell) for cell in sought)
    first = data.draw(st.integers(0, len(rows) - 1)) if data else 0
    found = order.rows_before(place, batch.slice(first), inclusive=inclusive)
    before = [row for row in rows[first:] if rank(row) < rank(sought) or (inclusive and row == sought)]
    assert found == len(before)


def test_of_conversations_only_the_first_messages_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    conversations = [[(f"c{number:02}", "u", position) for position in range(10)] for number in range(20)]
    compared = []
    sort = arrow_order._sort_indices

    def counted(batch: pa.RecordBatch, names: tuple[str, ...]) -> pa.Array:
        compared.append(batch.num_rows)
        return sort(batch, names)

    monkeypatch.setattr(arrow_order, "_sort_indices", counted)
    ORDER.sorted(batch_of([row for conversation in reversed(conversations) for row in conversation]))
    assert compared == [20]
