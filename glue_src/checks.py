"""What a run must be like before readers see it: pure rules over what was counted in the staged tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contract.datasets import REJECTED, Dataset
from contract.runs import ItemCounts
from contract.source import ROWS_AS_PROMISED, UNIQUE_KEY, Relation, SourceContract, not_null_check
from glue_src.engine import RelationFacts, TableFacts
from glue_src.plan import Change

#: The check of how many of the run's items were rejected.
REJECTED_RATIO = "rejected_ratio"
_NONE = 0.0
_ANY = 1.0


@dataclass(frozen=True)
class Check:
    """One rule, and how many of the rows or items that it looks at do not keep it."""

    dataset: str
    name: str
    rows_checked: int
    rows_failed: int
    allowed_ratio: float

    @property
    def passed(self) -> bool:
        """Whether no more rows fail than are allowed to."""
        return self.rows_failed <= self.allowed_ratio * self.rows_checked

    def __str__(self) -> str:
        """Return the check as errors show it."""
        allowed = f", {self.allowed_ratio:.4g} of them may" if self.allowed_ratio else ""
        return f"{self.dataset}.{self.name}: {self.rows_failed} of {self.rows_checked} fail{allowed}"

    def row(self, run_id: str, business_day: str, checked_at: datetime) -> tuple[object, ...]:
        """Return the check as a row of the data_quality table."""
        outcome = "passed" if self.passed else "failed"
        found = (self.rows_checked, self.rows_failed, self.allowed_ratio)
        return (run_id, business_day, self.dataset, self.name, outcome, *found, checked_at)


def checks_of(
    contract: SourceContract,
    changes: Sequence[Change],
    facts: Mapping[str, TableFacts],
    relations: Mapping[Relation, RelationFacts],
) -> tuple[Check, ...]:
    """Return the checks of what a run writes: ``changes`` and ``facts``, by the dataset's name, of the same tables.

    ``relations`` are those that were looked at.
    """
    by_name = {change.dataset.name: change for change in changes}
    per_table = [
        check
        for dataset in contract.datasets
        if dataset.name in by_name
        for check in _table_checks(by_name[dataset.name], facts[dataset.name])
    ]
    per_relation = [
        check
        for relation in contract.relations
        if relation in relations
        for check in _relation_checks(relation, relations[relation])
    ]
    return (*per_table, *per_relation)


def _table_checks(change: Change, facts: TableFacts) -> Iterator[Check]:
    dataset, rows = change.dataset, sum(facts.rows.values())
    yield Check(
        dataset.name, ROWS_AS_PROMISED, change.rows_promised, _rows_amiss(change.promised, facts, change), _NONE
    )
    for column in dataset.columns:
        if not column.nullable:
            yield Check(dataset.name, not_null_check(column.name), rows, facts.nulls.get(column.name, 0), _NONE)
    if dataset.key:
        yield Check(dataset.name, UNIQUE_KEY, rows, facts.duplicate_keys, _NONE)


def _rows_amiss(promised: Mapping[str, int] | None, facts: TableFacts, change: Change) -> int:
    """Return how many rows are missing or too many, in each partition: a lack here does not undo a surplus there."""
    if promised is None:
        return abs(change.written.rows - sum(facts.rows.values()))
    return sum(abs(promised.get(name, 0) - facts.rows.get(name, 0)) for name in promised.keys() | facts.rows.keys())


def _relation_checks(relation: Relation, found: RelationFacts) -> Iterator[Check]:
    allowed = _NONE if relation.is_required else _ANY
    yield Check(relation.child.name, relation.name, found.children, found.without_parent, allowed)
    if relation.counted_in is not None:
        # Whether or not children may lack a parent, one that is there counts its own rightly.
        yield Check(relation.parent.name, relation.counted_in, found.parents, found.miscounted, _NONE)


def rejected_check(items: ItemCounts, max_rejected_ratio: float) -> Check:
    """Return the check of how many of a run's items were rejected: it is made of every run."""
    return Check(REJECTED.name, REJECTED_RATIO, items.scanned, items.rejected_total, max_rejected_ratio)


def relations_of(contract: SourceContract, staged: Sequence[Dataset]) -> list[Relation]:
    """Return the relations that a night can break: those of which it writes a side."""
    return [relation for relation in contract.relations if relation.child in staged or relation.parent in staged]
