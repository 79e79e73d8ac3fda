"""Relations are counted as SQL would count them: a null is equal to nothing."""

from __future__ import annotations

import dataclasses
from collections import Counter
from itertools import chain

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.datasets import TECHNICAL, Dataset, Partition, count, text
from contract.source import Relation
from glue_src.arrow.relations import is_local, relate, total
from glue_src.arrow.types import plain_schema
from glue_src.engine import RelationFacts

CHILD = Dataset(
    "c",
    "",
    (text(1, "k", TECHNICAL, ""), text(2, "u", TECHNICAL, "")),
    key=(),
    sort_by=("k",),
    partition=Partition("k", 2),
)
PARENT = dataclasses.replace(CHILD, name="p", columns=(*CHILD.columns, count(3, "n", TECHNICAL, "", nullable=True)))
COUNTED = Relation("r", CHILD, PARENT, ("k", "u"), counted_in="n")
KEY = st.none() | st.sampled_from(["", "a", "b", "😀"])
CHILDREN = st.lists(st.lists(st.tuples(KEY, KEY), max_size=12), max_size=3)
PARENTS = st.lists(st.lists(st.tuples(KEY, KEY, st.integers(0, 3)), max_size=6), max_size=3)


def tables(dataset: Dataset, files: list[list[tuple[object, ...]]]) -> list[pa.Table]:
    schema = plain_schema(dataset)
    names = dataset.column_names
    return [pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema) for rows in files]


def expected(children: list[tuple[object, ...]], parents: list[tuple[object, ...]], *, counted: bool) -> RelationFacts:
    known = {row[:2] for row in parents if None not in row[:2]}
    found = Counter(row for row in children if None not in row)
    wrong = sum(row[2] != (found[row[:2]] if None not in row[:2] else 0) for row in parents) if counted else 0
    return RelationFacts(len(children), len(parents), sum(row not in known for row in children), wrong)


@given(CHILDREN, PARENTS, st.booleans())
def test_facts_are_those_of_sql(
    children: list[list[tuple[object, ...]]],
    parents: list[list[tuple[object, ...]]],
    counted: bool,
) -> None:
    relation = COUNTED if counted else dataclasses.replace(COUNTED, counted_in=None)
    facts = relate(relation, tables(CHILD, children), tables(PARENT, parents))
    assert facts == expected([*chain(*children)], [*chain(*parents)], counted=counted)


@pytest.mark.parametrize(
    ("relation", "local"),
    [
        (COUNTED, True),
        (dataclasses.replace(COUNTED, columns=("u",)), False),
        (dataclasses.replace(COUNTED, parent=dataclasses.replace(PARENT, partition=Partition("k", 3))), False),
        (dataclasses.replace(COUNTED, child=dataclasses.replace(CHILD, partition=None)), False),
    ],
)
def test_a_relation_is_local_only_if_both_sides_are_divided_alike_by_one_of_its_columns(
    relation: Relation,
    local: bool,
) -> None:
    assert is_local(relation) is local


def test_facts_of_partitions_add_up() -> None:
    assert total([]) == RelationFacts(0, 0, 0, 0)
    assert total([RelationFacts(1, 2, 3, 4), RelationFacts(10, 20, 30, 40)]) == RelationFacts(11, 22, 33, 44)
