"""What the checks want to know of a dataset, counted while its sorted batches pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glue_src.arrow_order import Order, Place, same_as_next
from glue_src.engine import TableFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

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
        self.count += int(same_as_next(batch, self.key).true_count)
        self._last = order.place(batch, batch.num_rows - 1)


@dataclass(frozen=True)
class Digest:
    """What facts are counted from, of one batch; ``keys`` has the columns of the dataset's key."""

    rows: int
    nulls: Mapping[str, int]
    keys: pa.RecordBatch


def digest(batch: pa.RecordBatch, dataset: Dataset) -> Digest:
    """Return what is to be kept of a batch that is done with otherwise."""
    required = [column.name for column in dataset.columns if not column.nullable]
    nulls = {name: batch.column(name).null_count for name in required}
    return Digest(batch.num_rows, nulls, batch.select(dataset.key))


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
            self._keys.add(found.keys)
        elif self._is_sorted_by_key:
            self._duplicates.add(found.keys)

    def result(self) -> TableFacts:
        """Return what was found, once all batches have been added."""
        if self._keys is not None:
            for keys in self._keys.ranges():
                self._duplicates.add(keys)
        nulls = {name: count for name, count in self._nulls.items() if count}
        return TableFacts(self._rows, nulls, self._duplicates.count)
