"""Few columns of many rows, those of a key together, without holding them all: what the facts are counted from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from glue_src.arrow_merge import Merge
from glue_src.arrow_order import Order
from glue_src.arrow_runs import MemoryRun, Run, SpilledRun, spill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from glue_src.arrow_merge import Range


@dataclass
class Ledger:
    """Rows in any order in; the same rows out, by the key ``columns``, in its order or only together.

    ``limit`` bytes of them are held at once; ``name`` is that of its files in ``folder``.
    """

    name: str
    columns: tuple[str, ...]
    folder: Path
    limit: int
    _held: list[pa.RecordBatch] = field(default_factory=list)
    _held_bytes: int = 0
    _spilled: list[SpilledRun] = field(default_factory=list)

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows."""
        self._held.append(rows)
        self._held_bytes += rows.nbytes
        if self._held_bytes >= self.limit:
            self._spill()

    def groups(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows, once, in any order; all rows of a key are in one batch."""
        if self._spilled:
            yield from (found.together() for found in self._merged(Order(self.columns)))
        elif self._held:
            yield self._taken()

    def ranges(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, once; all rows of a key are in one batch."""
        order = Order(self.columns)
        yield from (found.sorted(order) for found in self._merged(order))

    def _merged(self, order: Order) -> Iterator[Range]:
        return Merge(self._runs(order), order, self.limit, split_ties=False).ranges()

    def _runs(self, order: Order) -> list[Run]:
        if self._spilled:
            self._spill()
            return [*self._spilled]
        return [MemoryRun(self._sorted(order), order, self.limit)] if self._held else []

    def _spill(self) -> None:
        if self._held:
            order = Order(self.columns)
            path = self.folder / f"{self.name}-{len(self._spilled)}.arrow"
            self._spilled.append(spill(self._sorted(order), order, path, max(1, self.limit // 16)))

    def _sorted(self, order: Order) -> pa.RecordBatch:
        return order.sorted(self._taken())

    def _taken(self) -> pa.RecordBatch:
        held = pa.concat_batches(self._held)
        self._held, self._held_bytes = [], 0
        return held
