"""Sorted runs to one sorted sequence of tables, each about as large as a row group, whatever the size of the whole.

The places at which batches end are known before any is read: they split the whole into ranges. A range is read from
all runs, put together and sorted in memory. Rows of the same place are never in two ranges, unless there are so many of
them that they must be.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glue_src.arrow_order import Order, Place
    from glue_src.arrow_runs import Run


@dataclass(frozen=True)
class Bound:
    """Where a range ends: behind all rows of a place, or before them. Without a place: at the very end."""

    place: Place | None
    inclusive: bool = True


@dataclass(frozen=True)
class Range:
    """Rows of one range from every run that has some, each part sorted; ``tied`` says that all have the same place."""

    parts: Sequence[pa.RecordBatch]
    tied: bool

    def together(self) -> pa.RecordBatch:
        """Return the rows in any order."""
        return self.parts[0] if len(self.parts) == 1 else pa.concat_batches(self.parts)

    def sorted(self, order: Order) -> pa.RecordBatch:
        """Return the rows in order."""
        together = self.together()
        return together if self.tied or len(self.parts) == 1 else order.sorted(together)


@dataclass
class _Cursor:
    """What of a run has not been taken yet; ``batches`` come with the places of their last rows."""

    batches: Iterator[tuple[pa.RecordBatch, Place]]
    order: Order
    _rest: tuple[pa.RecordBatch, Place] | None = None

    def take(self, bound: Bound) -> Iterator[pa.RecordBatch]:
        """Yield the rows before a bound that no one has taken."""
        while (found := self._next()) is not None:
            (batch, last), place = found, bound.place
            if place is None or last < place or (bound.inclusive and last == place):
                yield batch
                continue
            end = self.order.rows_before(place, batch, inclusive=bound.inclusive)
            if end > 0:
                yield batch.slice(0, end)
            self._rest = (batch.slice(end), last)
            return

    def _next(self) -> tuple[pa.RecordBatch, Place] | None:
        rest, self._rest = self._rest, None
        return next(self.batches, None) if rest is None else rest


@dataclass
class Merge:
    """Merges runs into ranges of about ``range_bytes`` bytes in memory.

    ``split_ties`` lets rows of the same place be in several ranges where they are too many for one.
    """

    runs: Sequence[Run]
    order: Order
    range_bytes: int
    split_ties: bool = True
    _cursors: list[_Cursor] = field(init=False)

    def __post_init__(self) -> None:
        self._cursors = [_Cursor(_with_last_places(run), self.order) for run in self.runs]

    def ranges(self) -> Iterator[Range]:
        """Yield the ranges in order, none of them empty."""
        for bound in self._bounds():
            if bound.place is not None and not bound.inclusive:
                yield from self._range(bound)
                yield from self._ties(Bound(bound.place))
            else:
                yield from self._range(bound)

    def _range(self, bound: Bound) -> Iterator[Range]:
        parts = [part for cursor in self._cursors for part in cursor.take(bound)]
        if parts:
            yield Range(parts, tied=False)

    def _ties(self, bound: Bound) -> Iterator[Range]:
        """Yield the rows of one place, which are too many for one range."""
        parts: list[pa.RecordBatch] = []
        size = 0
        for cursor in self._cursors:
            for part in cursor.take(bound):
                parts.append(part)
                size += part.nbytes
                if size >= self.range_bytes:
                    yield Range(parts, tied=True)
                    parts, size = [], 0
        if parts:
            yield Range(parts, tied=True)

    def _bounds(self) -> Iterator[Bound]:
        """Yield bounds that are about ``range_bytes`` apart; one that is not inclusive has many ties at it."""
        sizes: Counter[Place] = Counter()
        tied: Counter[Place] = Counter()
        for run in self.runs:
            before: Place | None = None
            for batch in run.batches:
                sizes[batch.last] += batch.bytes
                if batch.last == before:
                    tied[before] += batch.bytes
                before = batch.last
        size = 0
        for place in sorted(sizes):
            size += sizes[place]
            if self.split_ties and tied[place] >= self.range_bytes:
                yield Bound(place, inclusive=False)
                size = 0
            elif size >= self.range_bytes:
                yield Bound(place)
                size = 0
        yield Bound(None)


def _with_last_places(run: Run) -> Iterator[tuple[pa.RecordBatch, Place]]:
    # They are known since the batches were written: most often no row needs to be looked at again.
    return zip(run.read(), (batch.last for batch in run.batches), strict=True)
