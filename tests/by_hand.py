"""Facts of a run counted row by row, as SQL has it: what both engines of ETL-2 must find too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from contract.datasets import Dataset
from contract.source import Relation, SourceContract
from glue_src.engine import RelationFacts, TableFacts

#: Cells by dataset and column, as CSV has them or typed.
Named: TypeAlias = "Mapping[Dataset, Sequence[Mapping[str, Any]]]"


def relations_by_hand(contract: SourceContract, rows: Named) -> dict[Relation, RelationFacts]:
    return {relation: _relation(relation, rows) for relation in contract.relations}


def _relation(relation: Relation, rows: Named) -> RelationFacts:
    """Null is equal to nothing here."""
    children = [tuple(row[name] for name in relation.columns) for row in rows[relation.child]]
    parents = [tuple(row[name] for name in relation.columns) for row in rows[relation.parent]]
    known = {key for key in parents if None not in key}
    without = sum(key not in known for key in children)
    if relation.counted_in is None:
        return RelationFacts(len(children), len(parents), without)
    counts = Counter(key for key in children if None not in key)
    promises = [row[relation.counted_in] for row in rows[relation.parent]]
    return RelationFacts(
        len(children),
        len(parents),
        without,
        sum(
            promised is not None and int(promised) != counts[key]
            for key, promised in zip(parents, promises, strict=True)
        ),
    )


def table_by_hand(dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> TableFacts:
    """Null is equal to null here."""
    required = [column.name for column in dataset.columns if not column.nullable]
    nulls = {name: sum(row[name] is None for row in rows) for name in required}
    keys = [tuple(row[name] for name in dataset.key) for row in rows]
    duplicates = len(keys) - len(set(keys)) if dataset.key else 0
    partitions = Counter(_partition(dataset, row) for row in rows)
    return TableFacts(dict(partitions), {name: count for name, count in nulls.items() if count}, duplicates)


def _partition(dataset: Dataset, row: Mapping[str, Any]) -> str:
    return dataset.partition_of(row[dataset.partition.column] or "" if dataset.partition else "")
