"""What can become of one scanned item: every item meets exactly one of these ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, TypeAlias

#: A row's cells in the order of its dataset's columns; None is null.
Row: TypeAlias = Sequence[str | None]


class RejectedRow(NamedTuple):
    """A row of ``rejected``."""

    item_key: str
    reason: str
    item_json: str


class Accepted(Protocol):
    """An item that could be read: its ``kind`` as the contract names it, and its rows by their datasets' names."""

    @property
    def kind(self) -> str:
        """One of the contract's kinds."""

    @property
    def rows(self) -> Mapping[str, Sequence[Row]]:
        """The rows that the item gives; a dataset that it gives none may be missing."""


@dataclass(frozen=True)
class AcceptedItem:
    """An :class:`Accepted` that says just that, for contracts that need no more."""

    kind: str
    rows: Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Excluded:
    """An item that the named rule takes out: only counted."""

    rule: str


@dataclass(frozen=True)
class Tombstoned:
    """An item of a person who was erased: only counted."""

    kind: ClassVar[str] = "tombstoned"


@dataclass(frozen=True)
class Rejected:
    """An item that could not be normalized. ``code`` is what the run summary counts by."""

    code: str
    row: RejectedRow


Outcome: TypeAlias = Accepted | Excluded | Tombstoned | Rejected
