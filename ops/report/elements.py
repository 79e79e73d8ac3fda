"""What a report's page is made of: figures with their tables, and headlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup


class Quoted(str):
    """Words of the source's own, which are Spanish and may be anything at all."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """Cells by row; the first of each row names it, the others are numbers unless they are :class:`Quoted`."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Figure:
    """One chart. ``says`` tells what is in it; without anything to draw, ``svg`` is None."""

    identity: str
    title: str
    says: str
    svg: Markup | None
    table: Table


@dataclass(frozen=True)
class Headline:
    """One figure: what it is, its value, how that compares, and how it went so far."""

    name: str
    value: str
    trend: str
    svg: Markup
