"""What a contract's report may have of its own, beside what the report of every contract has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from contract.datasets import Dataset
from ops.report.elements import Figure, Headline, Table
from ops.report.window import Window
from ops.wording import Language

if TYPE_CHECKING:
    from ops.report.tables import CuratedTable


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
        """The run whose state the tables held."""

    def headlines(self, words: Language) -> tuple[Headline, ...]:
        """Return the figures that the page begins with."""

    def sections(self, words: Language) -> tuple[Section, ...]:
        """Return the sections that the page begins with."""


#: From the tables, the days that are looked back on, and the run whose state the tables hold.
MakePart: TypeAlias = "Callable[[Mapping[Dataset, CuratedTable], Window, str], Part]"


@dataclass(frozen=True, kw_only=True)
class OwnReport:
    """One contract's own part of a report, made by ``make`` of the ``datasets``' tables, of all or not at all.

    ``texts`` is the section of each language's texts that has its words: ``without_tables`` is said where the tables
    hold nothing yet, ``other_run`` where the run that they hold is not the report's, and ``quoted`` is what the page
    quotes of the source's items.
    """

    title: str
    datasets: tuple[Dataset, ...]
    make: MakePart
    texts: str
