"""What the checks want to know of a dataset, counted while its sorted batches pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from glue_src.arrow_order import Order, Place
from glue_src.engine import TableFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from glue_src.arrow_ledger import Ledger
    from modules.contract.datasets import Dataset


@dataclass
class DuplicateCount:
    """Counts rows whose key is that of the row before, in batches that come sorted by the key's columns."""

    key: tuple[str, ...]
    count: int = 0
    _last: Place | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Count a batch's rows; it must not be empty."""
        order = Order(self.key)
        self.count += self._last == order.place(batch, 0)
        self.count += _equal_neighbours(batch, self.key)
        self._last = order.place(batch, batch.num_rows - 1)


def _equal_neighbours(batch: pa.RecordBatch, names: tuple[str, ...]) -> int:
    pairs = batch.num_rows - 1
    equal = pa.repeat(pa.scalar(value=True), pairs)
    for name in names:
        column = batch.column(name)
        equal = pc.and_(equal, _same(column.slice(0, pairs), column.slice(1)))
    return int(equal.true_count)


def _same(one: pa.Array, other: pa.Array) -> pa.Array:
    """Compare cell by cell; a null is the same as a null, as it is for GROUP BY."""
    equal = pc.equal(one, other)
    if not equal.null_count:
        return equal
    return pc.if_else(pc.is_valid(equal), equal, pc.and_(pc.is_null(one), pc.is_null(other)))


@dataclass(frozen=True)
class Digest:
    """What facts are counted from, of one batch; ``keys`` has the columns of the dataset's key and its relations."""

    rows: int
    nulls: Mapping[str, int]
    keys: pa.RecordBatch


def digest(batch: pa.RecordBatch, dataset: Dataset, related: Collection[str]) -> Digest:
    """Return what is to be kept of a batch that is done with otherwise; relations need its columns ``related``."""
    required = [column.name for column in dataset.columns if not column.nullable]
    kept = [name for name in dataset.column_names if name in dataset.key or name in related]
    return Digest(batch.num_rows, {name: batch.column(name).null_count for name in required}, batch.select(kept))


@dataclass
class FactsCount:
    """Counts one dataset's facts; ``make_ledger`` is called if its order does not bring equal keys together."""

    dataset: Dataset
    make_ledger: Callable[[str, tuple[str, ...]], Ledger]
    _rows: int = 0
    _nulls: Counter[str] = field(default_factory=Counter)
    _keys: Ledger | None = None

    def __post_init__(self) -> None:
        self._duplicates = DuplicateCount(self.dataset.key)
        if self.dataset.key and not self._is_sorted_by_key:
            self._keys = self.make_ledger(f"{self.dataset.name}-keys", self.dataset.key)

    @property
    def _is_sorted_by_key(self) -> bool:
        return set(self.dataset.sort_by) == set(self.dataset.key)

    def add(self, found: Digest) -> None:
        """Count the dataset's next batch in its order; it must not be empty."""
        self._rows += found.rows
        self._nulls.update(found.nulls)
        if self._keys is not None:
            self._keys.add(found.keys.select(self.dataset.key))
        elif self._is_sorted_by_key:
            self._duplicates.add(found.keys)

    def result(self) -> TableFacts:
        """Return what was found, once all batches have been added."""
        if self._keys is not None:
            for keys in self._keys.ranges():
                self._duplicates.add(keys)
        nulls = {name: count for name, count in self._nulls.items() if count}
        return TableFacts(self._rows, nulls, self._duplicates.count)
