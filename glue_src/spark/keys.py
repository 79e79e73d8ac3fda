"""Ranges of keys as Spark's conditions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from contract.datasets import Dataset
from glue_src.engine import TablePlan
from glue_src.key_ranges import KeyRange, ranges_of

#: More ranges than this are no condition that Spark and Iceberg evaluate in a short time.
MOST_RANGES: Final = 200


def condition_of(dataset: Dataset, partitions: Collection[str], kept: Collection[str] | None) -> Expression | None:
    """Return the condition that holds for the rows of ``partitions`` and for those of none of ``kept``.

    None if it takes too many ranges: then whole tables have to do.
    """
    if dataset.partition is None:
        return F.lit(bool(partitions))
    ranges = ranges_of(partitions, kept, dataset.partition.width)
    if len(ranges) > MOST_RANGES:
        return None
    return _any_of([_condition(dataset.partition.column, each) for each in ranges])


def replaced_by(plan: TablePlan) -> Expression | None:
    """Return the condition that holds for the rows that a plan replaces; None for those of the whole table."""
    return None if plan.replaces_all else condition_of(plan.dataset, {*plan.changed, *plan.gone}, plan.kept)


def _condition(name: str, keys: KeyRange) -> Expression:
    key = F.col(name)
    if keys.first == keys.last:
        return key == F.lit(keys.first)
    condition = key >= F.lit(keys.first)
    if keys.last is not None:
        condition &= key <= F.lit(keys.last)
    if keys.end is not None:
        condition &= key < F.lit(keys.end)
    return condition


def _any_of(conditions: Sequence[Expression]) -> Expression:
    """Join by OR, in halves: a chain of hundreds would be as deep a tree."""
    if not conditions:
        return F.lit(False)
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    return _any_of(conditions[:middle]) | _any_of(conditions[middle:])
