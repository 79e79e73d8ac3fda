"""What a contract's report may have of its own, beside what the report of every contract has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from modules.contract.datasets import Dataset
    from reports.figures import Figure, Table
    from reports.headlines import Headline
    from reports.tables import CuratedTable
    from reports.window import Window


@dataclass(frozen=True)
class Card:
    """A table of a section, with a note below it."""

    identity: str
    title: str
    table: Table
    note: str


@dataclass(frozen=True)
class Section:
    """A section of the page: its figures, then its cards."""

    identity: str
    title: str
    figures: tuple[Figure, ...]
    cards: tuple[Card, ...] = ()


class Part(Protocol):
    """What a contract's own tables say of a day."""

    @property
    def run_id(self) -> str:
        """The run that the tables were made of."""

    def headlines(self) -> tuple[Headline, ...]:
        """Return the figures that the page begins with."""

    def sections(self) -> tuple[Section, ...]:
        """Return the sections that the page begins with."""


#: From a day's tables, the days that are looked back on, and the run that the tables are of.
MakePart: TypeAlias = "Callable[[Mapping[Dataset, CuratedTable], Window, str], Part]"


@dataclass(frozen=True, kw_only=True)
class OwnReport:
    """One contract's own part of a report, made by ``make`` of the ``datasets``' tables, of all or not at all.

    ``without_tables`` is said where they are not there, ``earlier`` before the id of an earlier run that they are of;
    ``quoted`` is what the page quotes of the source's items.
    """

    title: str
    datasets: tuple[Dataset, ...]
    make: MakePart
    without_tables: str
    earlier: str
    quoted: str
