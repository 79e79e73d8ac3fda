"""What Athena is asked of tables and views, and what a run says the answers have to be: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contract.runs import RunSummary
from contract.serving import views_of
from contract.source import SourceContract


@dataclass(frozen=True)
class Counting:
    """One query for one row of numbers from ``source``.

    ``expressions`` has the numbers by the dataset whose rows they have to be; without any it is enough that it answers.
    """

    source: str
    expressions: Mapping[str, str]

    @property
    def sql(self) -> str:
        """The query; of an empty view a sum is null, which counts as nothing."""
        asked = self.expressions.values() or ("count(*)",)
        numbers = ", ".join(f"coalesce({each}, 0)" for each in asked)
        return f"SELECT {numbers} FROM {self.source}"  # noqa: S608 the contract's

    def faults(self, row: Sequence[str | int | None], summary: RunSummary) -> Iterator[str]:
        """Yield where an answer contradicts the run."""
        for (dataset, expression), found in zip(self.expressions.items(), row, strict=bool(self.expressions)):
            wanted = summary.rows_of(dataset)
            if str(found) != str(wanted):
                yield f"{expression} of {self.source} is {found}, the run has {wanted} {dataset}"


def countings(contract: SourceContract) -> tuple[Counting, ...]:
    """Return the queries for all of a contract's tables that a run writes, and for all of its views."""
    tables = [Counting(dataset.name, {dataset.name: "count(*)"}) for dataset in contract.datasets]
    return (*tables, *(Counting(view.name, view.counts) for view in views_of(contract)))
