"""What a run must be like before its day is published: pure rules over what was counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.contract.datasets import REJECTED, Dataset
from modules.contract.source import ROWS_AS_PROMISED, UNIQUE_KEY, not_null_check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from glue_src.engine import RelationFacts, TableFacts
    from modules.contract.runs import RunSummary
    from modules.contract.source import Relation, SourceContract

_NONE = 0.0
_ANY = 1.0


@dataclass(frozen=True)
class Check:
    """One rule, and how many of the rows or items that it looks at do not keep it."""

    dataset: str
    name: str
    rows_checked: int
    rows_failed: int
    allowed_share: float

    @property
    def passed(self) -> bool:
        """Whether no more rows fail than are allowed to."""
        return self.rows_failed <= self.allowed_share * self.rows_checked

    def __str__(self) -> str:
        """Return the check as errors show it."""
        allowed = f", {self.allowed_share:.4g} of them may" if self.allowed_share else ""
        return f"{self.dataset}.{self.name}: {self.rows_failed} of {self.rows_checked} fail{allowed}"

    def row(self, run_id: str, checked_at: datetime) -> tuple[object, ...]:
        """Return the check as a row of the data_quality table."""
        outcome = "passed" if self.passed else "failed"
        found = (self.rows_checked, self.rows_failed, self.allowed_share)
        return (run_id, self.dataset, self.name, outcome, *found, checked_at)


def checks_of(
    contract: SourceContract,
    summary: RunSummary,
    facts: Mapping[str, TableFacts],
    relations: Mapping[Relation, RelationFacts],
    most_rejected_share: float,
) -> tuple[Check, ...]:
    """Return all checks of a run; ``facts`` are by dataset name."""
    per_table = [
        check for dataset in contract.datasets for check in _table_checks(dataset, summary, facts[dataset.name])
    ]
    per_relation = [
        check for relation in contract.relations for check in _relation_checks(relation, facts, relations[relation])
    ]
    return (*per_table, *per_relation, _rejected_check(summary, most_rejected_share))


def _table_checks(dataset: Dataset, summary: RunSummary, facts: TableFacts) -> Iterator[Check]:
    promised = summary.rows_of(dataset.name)
    yield Check(dataset.name, ROWS_AS_PROMISED, promised, abs(promised - facts.rows), _NONE)
    for column in dataset.columns:
        if not column.nullable:
            yield Check(dataset.name, not_null_check(column.name), facts.rows, facts.nulls.get(column.name, 0), _NONE)
    if dataset.key:
        yield Check(dataset.name, UNIQUE_KEY, facts.rows, facts.duplicate_keys, _NONE)


def _relation_checks(relation: Relation, facts: Mapping[str, TableFacts], found: RelationFacts) -> Iterator[Check]:
    child, parent = relation.child.name, relation.parent.name
    allowed = _NONE if relation.is_required else _ANY
    yield Check(child, relation.name, facts[child].rows, found.without_parent, allowed)
    if relation.counted_in is not None:
        # Whether or not children may lack a parent, one that is there counts its own rightly.
        yield Check(parent, relation.counted_in, facts[parent].rows, found.miscounted, _NONE)


def _rejected_check(summary: RunSummary, most_rejected_share: float) -> Check:
    items = summary.items
    return Check(REJECTED.name, "share_of_items", items.scanned, items.rejected_total, most_rejected_share)
