"""What ETL-2 asks of an engine: one clean run in, sorted and typed Parquet with what the checks need to know out.

Two engines answer: ``spark_engine`` on a cluster, ``arrow_engine`` in one process. Both give the same rows in the same
order and the same facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from modules.contract.datasets import Column, Dataset
    from modules.contract.source import Relation


@dataclass(frozen=True)
class Source:
    """One clean CSV of a run with its size in bytes, and where its Parquet goes.

    ``columns`` are those of its header, in that order: columns of the contract, maybe not all of them. The missing ones
    may be null, and are. ``target`` is a key prefix that ends in ``/``; below it there must be one ``.parquet`` object
    in the end, whatever lay there before.
    """

    dataset: Dataset
    key: str
    bytes: int
    columns: tuple[Column, ...]
    target: str


@dataclass(frozen=True)
class TableFacts:
    """What was found while a dataset was staged.

    ``nulls`` has the number of null rows of each column that may hold none and does; ``duplicate_keys`` counts the rows
    beyond the first of each key, and is 0 for a dataset without a key.
    """

    rows: int
    nulls: Mapping[str, int]
    duplicate_keys: int


@dataclass(frozen=True)
class RelationFacts:
    """What was found of one relation between the staged datasets of a run. As in SQL, a null is equal to nothing.

    ``without_parent`` counts the child's rows that have no parent, ``miscounted`` the parent's whose ``counted_in`` is
    not the number of their children; it is 0 for a relation without.
    """

    without_parent: int
    miscounted: int = 0


class RunTransform(Protocol):
    """One run's datasets on their way."""

    def stage(self) -> Mapping[str, TableFacts]:
        """Stage all datasets, and return the facts of each by its name.

        Raises:
            MalformedDataError: a CSV holds what its columns' types or the contract's escapes do not allow.
        """

    def relate(self) -> Mapping[Relation, RelationFacts]:
        """Return what is found of each relation, once all datasets are staged."""


class TransformEngine(Protocol):
    """Makes Parquet of clean runs."""

    def transform(
        self, sources: Sequence[Source], relations: Sequence[Relation]
    ) -> AbstractContextManager[RunTransform]:
        """Return the work on one run; leaving the context frees what it held, other than the staged objects.

        The datasets of ``relations`` are among those of ``sources``.
        """

    def write(self, dataset: Dataset, rows: Sequence[tuple[object, ...]], target: str) -> None:
        """Write a few rows, cells in the contract's column order, as the one Parquet object below ``target``."""
