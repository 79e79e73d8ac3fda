"""The order of rows: ascending by several columns, nulls first, texts by their bytes, as Spark sorts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

#: A row's place in the order, comparable with that of any other row. Python compares texts by code points, which is
#: the order of their bytes in UTF-8.
Place: TypeAlias = tuple[tuple[bool, Any], ...]


@dataclass(frozen=True)
class Order:
    """An order by the columns of these names."""

    columns: tuple[str, ...]

    def sorted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows of a batch in this order; rows of the same place come in any."""
        keys = [(name, "ascending", "at_start") for name in self.columns]
        return batch.take(pc.sort_indices(batch, sort_keys=keys))

    def place(self, batch: pa.RecordBatch, row: int) -> Place:
        """Return the place of one row of a batch."""
        return tuple(_rank(batch.column(name)[row]) for name in self.columns)

    def rows_before(self, place: Place, batch: pa.RecordBatch, *, inclusive: bool) -> int:
        """Return how many rows of a sorted batch, not empty, lie before ``place``; ``inclusive`` counts those at it."""
        low, high = 0, batch.num_rows
        if self._is_before(place, batch, high - 1, inclusive=inclusive):
            return int(high)
        while low < high:
            middle = (low + high) // 2
            if self._is_before(place, batch, middle, inclusive=inclusive):
                low = middle + 1
            else:
                high = middle
        return low

    def _is_before(self, place: Place, batch: pa.RecordBatch, row: int, *, inclusive: bool) -> bool:
        """Return whether a row lies before a place; most often the first column tells."""
        for name, sought in zip(self.columns, place, strict=True):
            found = _rank(batch.column(name)[row])
            if found != sought:
                return found < sought
        return inclusive


def _rank(cell: pa.Scalar) -> tuple[bool, Any]:
    # An instant's microseconds: Python's datetime ends at the year 9999 and is slower to make.
    value = cell.value if isinstance(cell, pa.TimestampScalar) else cell.as_py()
    return value is not None, value
