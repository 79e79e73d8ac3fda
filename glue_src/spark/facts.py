"""What the checks want to know of a run, counted in what was staged: in the very files that readers would get."""

from __future__ import annotations

from typing import Final

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from contract.datasets import WHOLE_TABLE, Dataset
from contract.source import Relation
from glue_src.engine import RelationFacts, TableFacts

_PARTITION: Final = "partition_"
_ROWS: Final = "rows_"
_DUPLICATES: Final = "duplicates_"
_CHILDREN: Final = "children_"


def partition_of(dataset: Dataset) -> Expression:
    """Return each row's partition, as the contract has it; Spark counts code points, as Iceberg's truncate does."""
    if dataset.partition is None:
        return F.lit(WHOLE_TABLE)
    return F.substring(dataset.partition.column, 1, dataset.partition.width)


def table_facts(staged: DataFrame, dataset: Dataset) -> TableFacts:
    """Return the facts of staged rows: one query, over the narrow columns only, grouped by key where there is one."""
    required = [column.name for column in dataset.columns if not column.nullable]
    nulls = [F.count(F.when(F.col(name).isNull(), 1)).alias(_null(index)) for index, name in enumerate(required)]
    partition = partition_of(dataset).alias(_PARTITION)
    if dataset.key:
        # Grouping takes nulls for equal: keys with nulls in them are told apart, too.
        keys = [F.col(name).alias(f"key_{index}") for index, name in enumerate(dataset.key)]
        counted = staged.groupBy(partition, *keys).agg(F.count(F.lit(1)).alias(_ROWS), *nulls)
        totals = [F.sum(_null(index)).alias(_null(index)) for index in range(len(required))]
        duplicates = F.sum(F.col(_ROWS) - 1).alias(_DUPLICATES)
        found = counted.groupBy(_PARTITION).agg(F.sum(_ROWS).alias(_ROWS), duplicates, *totals).collect()
    else:
        zero = F.lit(0).alias(_DUPLICATES)
        found = staged.groupBy(partition).agg(F.count(F.lit(1)).alias(_ROWS), zero, *nulls).collect()
    counts = {name: sum(row[_null(index)] for row in found) for index, name in enumerate(required)}
    return TableFacts(
        rows={row[_PARTITION]: row[_ROWS] for row in found},
        nulls={name: count for name, count in counts.items() if count},
        duplicate_keys=sum(row[_DUPLICATES] for row in found),
    )


def duplicates_across(rows: DataFrame, dataset: Dataset) -> int:
    """Return how many rows are beyond the first of their key, in all partitions together."""
    counted = rows.groupBy(*dataset.key).agg(F.count(F.lit(1)).alias(_ROWS))
    return int(counted.agg(F.coalesce(F.sum(F.col(_ROWS) - 1), F.lit(0))).collect()[0][0])


def _null(index: int) -> str:
    return f"nulls_{index}"


def relation_facts(relation: Relation, children: DataFrame, parents: DataFrame) -> RelationFacts:
    """Return what is found between a relation's rows: one query, over keys.

    The parent's columns are ``key_0`` and so on, lest one of the contract's has a name of ours.
    """
    names = [f"key_{index}" for index in range(len(relation.columns))]
    keys = [F.col(column).alias(name) for column, name in zip(relation.columns, names, strict=True)]
    counted = F.lit(None).cast("bigint") if relation.counted_in is None else F.col(relation.counted_in)
    groups = children.groupBy(*keys).agg(F.count(F.lit(1)).alias(_CHILDREN))
    promises = (
        parents.select(*keys, counted.alias("promised_"))
        .groupBy(*names)
        .agg(F.count(F.lit(1)).alias("parents_"), F.max("promised_").alias("promised_"))
    )
    both = promises.join(groups, names, "full_outer")
    number = F.coalesce(F.col(_CHILDREN), F.lit(0))
    is_there = F.col("parents_").isNotNull()
    totals = {
        "children": number,
        "parents": F.coalesce(F.col("parents_"), F.lit(0)),
        "without_parent": F.when(~is_there, number),
        "miscounted": F.when(is_there & (number != F.col("promised_")), F.col("parents_")),
    }
    sums = [F.coalesce(F.sum(value), F.lit(0)).alias(name) for name, value in totals.items()]
    return RelationFacts(**both.agg(*sums).collect()[0].asDict())
