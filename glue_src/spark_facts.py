"""What the checks want to know of a run, counted in what was staged: in the very files that readers would get.

Only narrow columns are read back, and those of a dataset whose rows have places below a parent, such as the messages of
a conversation, once: grouped by parent they tell of nulls, of keys and of what belongs to what. These are most rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark program gives it

from glue_src.engine import RelationFacts, TableFacts
from modules.contract.datasets import ColumnType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from modules.contract.datasets import Dataset
    from modules.contract.source import Relation

_CHILDREN: Final = "children"
_PLACES: Final = "places"


def table_facts(staged: DataFrame, dataset: Dataset) -> TableFacts:
    """Return a staged dataset's facts: one query, over its not-null and key columns only, which are the narrow ones."""
    required = _required(dataset)
    counts = [F.count(F.lit(1)), *(F.count(F.col(name)) for name in required)]
    # A struct is never null, so that keys with nulls in them are told apart too.
    keys = F.count_distinct(F.struct(*dataset.key)) if dataset.key else F.count(F.lit(1))
    rows, distinct, *present = staged.agg(counts[0], keys, *counts[1:]).collect()[0]
    nulls = {name: rows - count for name, count in zip(required, present, strict=True) if count != rows}
    return TableFacts(rows=rows, nulls=nulls, duplicate_keys=rows - distinct)


def placing_relation(dataset: Dataset, relations: Iterable[Relation]) -> Relation | None:
    """Return the first relation by which a dataset's rows have places below a parent, or None.

    That is, one whose columns are the dataset's key but for one count.
    """
    return next((each for each in relations if each.child == dataset and _position(each) is not None), None)


def _position(relation: Relation) -> str | None:
    """Return the name of the count that tells the rows below a parent apart, or None if it takes more or others."""
    key, columns = set(relation.child.key), set(relation.columns)
    own = [column for column in relation.child.columns if column.name in key - columns]
    is_position = columns < key and [column.type for column in own] == [ColumnType.COUNT]
    return own[0].name if is_position else None


def groups(staged: DataFrame, relation: Relation) -> DataFrame:
    """Return a row for each parent that the staged rows of a relation's child name, with how many they are.

    The parent's columns are ``key_0`` and so on, lest one of the contract's has a name of ours.
    """
    return staged.groupBy(*_keys(relation)).agg(F.count(F.lit(1)).alias(_CHILDREN))


def groups_with_places(staged: DataFrame, relation: Relation) -> DataFrame:
    """Return :func:`groups` of a placing relation, from which :func:`facts_of_groups` are counted too.

    They say how many different places a group's rows have, null being one of them, and how many nulls the child's
    required columns hold, the parent's aside. Of 64 places each, the seen ones are bits of a number: so a group takes
    the place of its rows.
    """
    position = f"`{_position(relation)}`"
    block = F.expr(f"shiftright({position}, 6)").alias("block")
    seen = F.expr(f"bit_or(shiftleft(CAST(1 AS BIGINT), CAST({position} & 63 AS INT)))").alias("seen")
    names = _required_beside_keys(relation)
    nulls = [F.count(F.when(F.col(name).isNull(), 1)).alias(_nulls(place)) for place, name in enumerate(names)]
    blocks = staged.groupBy(*_keys(relation), block).agg(F.count(F.lit(1)).alias(_CHILDREN), seen, *nulls)
    return blocks.groupBy(*_key_names(relation)).agg(
        F.sum(_CHILDREN).alias(_CHILDREN),
        F.sum(F.expr("coalesce(bit_count(seen), 1)")).alias(_PLACES),
        *(F.sum(_nulls(place)).alias(_nulls(place)) for place in range(len(names))),
    )


def facts_of_groups(groups: DataFrame, relation: Relation) -> TableFacts:
    """Return what :func:`table_facts` would of the rows of which these are :func:`groups_with_places`."""
    required = _required(relation.child)
    in_keys = {
        name: F.when(F.col(key).isNull(), F.col(_CHILDREN))
        for key, name in zip(_key_names(relation), relation.columns, strict=True)
        if name in required
    }
    beside = {name: F.col(_nulls(place)) for place, name in enumerate(_required_beside_keys(relation))}
    nulls = {**in_keys, **beside}
    totals = groups.agg(*map(_total, (F.col(_CHILDREN), F.col(_PLACES), *nulls.values())))
    rows, places, *counts = totals.collect()[0]
    found = zip(nulls, counts, strict=True)
    return TableFacts(rows, {name: count for name, count in found if count}, rows - places)


def relation_facts(relation: Relation, groups: DataFrame, parents: DataFrame) -> RelationFacts:
    """Return what is found between a relation's staged parents and its children's groups: one query, over keys."""
    names = _key_names(relation)
    if relation.counted_in is None:
        alone = groups.join(parents.select(*_keys(relation)).distinct(), names, "left_anti")
        return RelationFacts(alone.agg(_total(F.col(_CHILDREN))).collect()[0][0])
    promises = parents.select(*_keys(relation), F.col(relation.counted_in).alias("promised"))
    promised = promises.withColumn("is_there", F.lit(True))  # noqa: FBT003
    both = promised.join(groups.select(*names, _CHILDREN), names, "full_outer")
    number = F.coalesce(F.col(_CHILDREN), F.lit(0))
    orphans = F.when(F.col("is_there").isNull(), number)
    miscounted = F.when(F.col("is_there") & (number != F.col("promised")), 1)
    return RelationFacts(*both.agg(_total(orphans), _total(miscounted)).collect()[0])


def _keys(relation: Relation) -> list[Expression]:
    return [F.col(name).alias(key) for name, key in zip(relation.columns, _key_names(relation), strict=True)]


def _key_names(relation: Relation) -> list[str]:
    return [f"key_{place}" for place in range(len(relation.columns))]


def _required_beside_keys(relation: Relation) -> Sequence[str]:
    return [name for name in _required(relation.child) if name not in relation.columns]


def _required(dataset: Dataset) -> list[str]:
    return [column.name for column in dataset.columns if not column.nullable]


def _nulls(place: int) -> str:
    return f"nulls_{place}"


def _total(counts: Expression) -> Expression:
    return F.coalesce(F.sum(counts), F.lit(0))
