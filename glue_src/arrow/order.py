"""The order of rows within a partition, and what is seen of it: equal keys stand side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from contract.datasets import Dataset


def comparable(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return columns that sort and compare as these do; numbers stand for the texts of dictionaries.

    The table must have one chunk, and its dictionaries no value twice.
    """
    return pa.table({name: _comparable(table[name].combine_chunks()) for name in names})


def _comparable(column: pa.Array) -> pa.Array:
    if not pa.types.is_dictionary(column.type):
        return column
    # The place of each value among the sorted ones: sorting twice inverts the permutation.
    ranks = pc.array_sort_indices(pc.array_sort_indices(column.dictionary))
    return ranks.take(column.indices)


def sorted_by(keys: pa.Table, names: Sequence[str]) -> pa.Array:
    """Return the rows' numbers in ascending order: nulls first, texts by their bytes, as Spark sorts them."""
    return pc.sort_indices(keys, sort_keys=[(name, "ascending", "at_start") for name in names])


def duplicates(keys: pa.Table, dataset: Dataset, order: pa.Array) -> int:
    """Return how many rows repeat the key of another one. A null is the same as a null, as it is for GROUP BY.

    ``keys`` has the columns that the dataset is sorted by and those of its key, ``order`` its rows' order.
    """
    if not dataset.key or not keys.num_rows:
        return 0
    if set(dataset.key) == set(dataset.sort_by):
        ordered = keys.select(dataset.key).take(order).combine_chunks()
        return int(pc.sum(same_as_next(ordered, dataset.key)).as_py() or 0)
    groups = keys.group_by(list(dataset.key), use_threads=False).aggregate([])
    return int(keys.num_rows - groups.num_rows)


def same_as_next(table: pa.Table, names: Sequence[str]) -> pa.BooleanArray:
    """Return of each row but the last whether the next one has the same cells in the columns of these names.

    The table must have one chunk, and not be empty.
    """
    pairs = table.num_rows - 1
    same = pa.repeat(pa.scalar(value=True), pairs)
    for name in names:
        column = table[name].combine_chunks()
        same = pc.and_(same, _same(column.slice(0, pairs), column.slice(1)))
    return same


def _same(one: pa.Array, other: pa.Array) -> pa.BooleanArray:
    equal = pc.equal(one, other)
    if not equal.null_count:
        return equal
    return pc.if_else(pc.is_valid(equal), equal, pc.and_(pc.is_null(one), pc.is_null(other)))


def runs_of(table: pa.Table, names: Sequence[str], count: str) -> pa.Table:
    """Return each stretch of rows alike in these columns once, with their number in column ``count``.

    Sorted by them, or nearly so, most rows go into few stretches. It is no grouping, but a tenth of the work of one.
    """
    keys = table.select(list(names)).combine_chunks()
    if not keys.num_rows:
        return keys.append_column(count, pa.array([], pa.int64()))
    ends = pc.indices_nonzero(pc.invert(same_as_next(keys, names))).cast(pa.int64())
    starts = pa.concat_arrays([pa.array([0], pa.int64()), pc.add(ends, 1)])
    following = pa.concat_arrays([starts.slice(1), pa.array([keys.num_rows], pa.int64())])
    return keys.take(starts).append_column(count, pc.subtract(following, starts))
