"""What holds between two tables: counted by key, partition by partition where the key names the partition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from contract.datasets import Partition
from contract.source import Relation
from glue_src.arrow.order import runs_of
from glue_src.arrow.types import plain_schema
from glue_src.engine import RelationFacts

_CHILDREN: Final = "children of the key"
_PARENTS: Final = "parents of the key"
_PROMISED: Final = "promised children"


def is_local(relation: Relation) -> bool:
    """Return whether rows that belong together are always in partitions of the same value."""
    child, parent = relation.child.partition, relation.parent.partition
    return isinstance(child, Partition) and child == parent and child.column in relation.columns


def columns_of(relation: Relation, *, of_parent: bool) -> tuple[str, ...]:
    """Return the columns of one side that :func:`relate` needs."""
    promised = [relation.counted_in] if of_parent and relation.counted_in else []
    return (*relation.columns, *(name for name in promised if name not in relation.columns))


def relate(relation: Relation, children: Iterable[pa.Table], parents: Iterable[pa.Table]) -> RelationFacts:
    """Return what is found of a relation, given all rows of both sides whose keys may be equal, table by table.

    Of either side only distinct keys and their numbers are kept, but of parents that promise a number every row.
    """
    names = list(relation.columns)
    all_children = _totals([_runs(table, names, _CHILDREN) for table in children], relation, _CHILDREN)
    all_parents = _parents(parents, relation)
    keyed_children, keyed_parents = all_children.filter(_is_keyed(names)), all_parents.filter(_is_keyed(names))
    known = keyed_parents.group_by(names, use_threads=False).aggregate([])
    orphans = keyed_children.join(known, names, join_type="left anti", use_threads=False)
    unkeyed = all_children.filter(~_is_keyed(names))
    wrong = 0
    if relation.counted_in is not None:
        wrong = _miscounted(keyed_children, keyed_parents, names)
        # A parent without a key has no child.
        wrong += _sum(pc.not_equal(all_parents.filter(~_is_keyed(names))[_PROMISED], 0))
    return RelationFacts(
        children=_sum(all_children[_CHILDREN]),
        parents=_sum(all_parents[_PARENTS]),
        without_parent=_sum(orphans[_CHILDREN]) + _sum(unkeyed[_CHILDREN]),
        miscounted=wrong,
    )


def total(facts: Iterable[RelationFacts]) -> RelationFacts:
    """Return the facts of a relation that was looked at partition by partition."""
    return reduce(_plus, facts, RelationFacts(0, 0, 0, 0))


def _plus(one: RelationFacts, other: RelationFacts) -> RelationFacts:
    return RelationFacts(
        one.children + other.children,
        one.parents + other.parents,
        one.without_parent + other.without_parent,
        one.miscounted + other.miscounted,
    )


def _runs(table: pa.Table, names: Sequence[str], count: str) -> pa.Table:
    return runs_of(table.select(list(names)).combine_chunks(), names, count)


def _totals(tables: Sequence[pa.Table], relation: Relation, count: str) -> pa.Table:
    names = list(relation.columns)
    if not tables:
        return _empty(relation, count)
    totals = pa.concat_tables(tables).group_by(names, use_threads=False).aggregate([(count, "sum")])
    return totals.rename_columns({f"{count}_sum": count})


def _parents(tables: Iterable[pa.Table], relation: Relation) -> pa.Table:
    names = list(relation.columns)
    if relation.counted_in is None:
        return _totals([_runs(table, names, _PARENTS) for table in tables], relation, _PARENTS)
    each = [_with_promise(table, relation) for table in tables]
    return pa.concat_tables(each) if each else _empty(relation, _PARENTS, _PROMISED)


def _with_promise(table: pa.Table, relation: Relation) -> pa.Table:
    keys = table.select(list(relation.columns))
    ones = pa.repeat(pa.scalar(1, pa.int64()), table.num_rows)
    return keys.append_column(_PARENTS, ones).append_column(_PROMISED, table[relation.counted_in])


def _empty(relation: Relation, *counts: str) -> pa.Table:
    keys = plain_schema(relation.child).empty_table().select(list(relation.columns))
    for count in counts:
        keys = keys.append_column(count, pa.array([], pa.int64()))
    return keys


def _is_keyed(names: Sequence[str]) -> pc.Expression:
    return reduce(lambda one, other: one & other, (~pc.field(name).is_null() for name in names))


def _miscounted(children: pa.Table, parents: pa.Table, names: list[str]) -> int:
    """Return how many parents promise another number of children than there are."""
    joined = parents.join(children, names, join_type="left outer", use_threads=False)
    return _sum(pc.not_equal(joined[_PROMISED], pc.fill_null(joined[_CHILDREN], 0)))


def _sum(counts: pa.ChunkedArray) -> int:
    return int(pc.sum(counts).as_py() or 0)
