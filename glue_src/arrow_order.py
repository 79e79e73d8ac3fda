"""The order of rows: ascending by several columns, nulls first, texts by their bytes, as Spark sorts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A cell's place in its column: nulls come first.
Rank: TypeAlias = tuple[bool, Any]
#: A row's place in the order, comparable with that of any other row. Python compares texts by code points, which is
#: the order of their bytes in UTF-8.
Place: TypeAlias = tuple[Rank, ...]


@dataclass(frozen=True)
class Order:
    """An order by the columns of these names."""

    columns: tuple[str, ...]

    def sorted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows of a batch in this order; rows of the same place come in any."""
        together = self._sorted_together(batch) if batch.num_rows else None
        return batch.take(_sort_indices(batch, self.columns) if together is None else together)

    def _sorted_together(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return the rows' numbers in this order, if few rows need to be compared for it.

        Rows that are alike in the first column often stand together and in order, as a conversation's messages do: then
        it is enough to sort the first ones of each such stretch. None is returned where that is not so.
        """
        first, *others = self.columns
        same = same_as_next(batch, [first])
        if same.true_count < batch.num_rows / 2 or not _is_in_order(batch, others, same):
            return None
        starts = starts_of(same)
        heads = pa.record_batch([batch.column(first).take(starts)], names=[first])
        order = _sort_indices(heads, (first,))
        if same_as_next(heads.take(order), [first]).true_count:
            return None
        offsets = pa.concat_arrays([starts, pa.array([batch.num_rows])]).cast(pa.int32())
        return pa.ListArray.from_arrays(offsets, pa.arange(0, batch.num_rows)).take(order).flatten()

    def place(self, batch: pa.RecordBatch, row: int) -> Place:
        """Return the place of one row of a batch."""
        return tuple(_rank(batch.column(name)[row]) for name in self.columns)

    def rows_before(self, place: Place, batch: pa.RecordBatch, *, inclusive: bool) -> int:
        """Return how many rows of a sorted batch, not empty, lie before ``place``; ``inclusive`` counts those at it."""
        low, high = 0, int(batch.num_rows)
        for name, sought in zip(self.columns, place, strict=True):
            below, up_to = _rows_at(sought, batch.column(name).slice(low, high - low))
            low, high = low + below, low + up_to
            if low == high:
                break
        return high if inclusive else low


def _rows_at(sought: Rank, column: pa.Array) -> tuple[int, int]:
    """Return how many cells of a sorted column are less than what is sought, and how many are not greater."""
    is_value, value = sought
    nulls = column.null_count
    if not is_value:
        return 0, nulls
    # Without the nulls: of a column with nothing else pyarrow 26 would say 0.
    values, needle = column.slice(nulls), pa.scalar(value, column.type)
    below, up_to = (pc.search_sorted(values, needle, side=side).as_py() for side in ("left", "right"))
    return nulls + below, nulls + up_to


def _rank(cell: pa.Scalar) -> Rank:
    # An instant's microseconds: Python's datetime ends at the year 9999 and is slower to make.
    value = cell.value if isinstance(cell, pa.TimestampScalar) else cell.as_py()
    return value is not None, value


def starts_of(same: pa.BooleanArray) -> pa.Int64Array:
    """Return the numbers of the rows that begin a stretch of rows alike, given what ``same_as_next`` says of all."""
    ends = pc.indices_nonzero(pc.invert(same)).cast(pa.int64())
    return pa.concat_arrays([pa.array([0]), pc.add(ends, 1)])


def same_as_next(batch: pa.RecordBatch, names: Sequence[str]) -> pa.BooleanArray:
    """Return of each row but the last whether the next one has the same cells in the columns of these names.

    A null is the same as a null, as it is for GROUP BY. The batch must not be empty.
    """
    pairs = batch.num_rows - 1
    same = pa.repeat(pa.scalar(value=True), pairs)
    for name in names:
        column = batch.column(name)
        same = pc.and_(same, _same(column.slice(0, pairs), column.slice(1)))
    return same


def _same(one: pa.Array, other: pa.Array) -> pa.BooleanArray:
    equal = pc.equal(one, other)
    if not equal.null_count:
        return equal
    return pc.if_else(pc.is_valid(equal), equal, pc.and_(pc.is_null(one), pc.is_null(other)))


def _is_in_order(batch: pa.RecordBatch, names: Sequence[str], same: pa.BooleanArray) -> bool:
    """Return whether each row of which ``same`` is true comes before the next, or with it, by columns of these names.

    Of nulls it does not know, and returns False.
    """
    pairs = batch.num_rows - 1
    at_most = pa.repeat(pa.scalar(value=True), pairs)
    for name in reversed(names):
        column = batch.column(name)
        if column.null_count:
            return False
        one, other = column.slice(0, pairs), column.slice(1)
        at_most = pc.or_(pc.less(one, other), pc.and_(pc.equal(one, other), at_most))
    return int(pc.and_not(same, at_most).true_count) == 0


def _sort_indices(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Array:
    return pc.sort_indices(batch, sort_keys=[(name, "ascending", "at_start") for name in names])
