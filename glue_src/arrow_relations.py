"""What the checks want to know between a run's datasets: few columns are kept of each, and merged at the end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from threading import Lock
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from glue_src.arrow_order import same_as_next, starts_of
from glue_src.arrow_pipeline import in_order
from glue_src.arrow_types import ARROW_TYPES
from glue_src.engine import RelationFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor

    from glue_src.arrow_ledger import Ledger
    from modules.contract.source import Relation

#: What a ledger's row says of its key: how many parents and children have it, and how many one parent promises.
_PARENTS: Final = "parents"
_CHILDREN: Final = "children"
_PROMISED: Final = "promised"


class Relations:
    """Keeps what the relations need of every batch; ``make_ledger`` is called once for each.

    Its methods may be called by several threads.
    """

    def __init__(self, relations: Sequence[Relation], make_ledger: Callable[[str, tuple[str, ...]], Ledger]) -> None:
        self._counts = [_Count(relation, number, make_ledger) for number, relation in enumerate(relations)]
        self._lock = Lock()

    def entries(self, dataset_name: str, batch: pa.RecordBatch) -> list[Entry]:
        """Return what is to be kept of a batch of a dataset; it must not be empty."""
        return [Entry(count, rows) for count in self._counts for rows in count.entries(dataset_name, batch)]

    def add(self, entries: Sequence[Entry]) -> None:
        """Keep what is to be kept."""
        with self._lock:
            for entry in entries:
                entry.count.ledger.add(entry.rows)

    def facts(self, processors: Executor, ahead: int) -> Mapping[Relation, RelationFacts]:
        """Return what was found, once all batches of all datasets have been added.

        Of ``ahead`` ranges of keys the facts are counted side by side.
        """
        found = {count.relation: RelationFacts(0) for count in self._counts}
        ranges = ((count, entries) for count in self._counts for entries in count.ledger.groups())
        for relation, more in in_order(processors, _facts_of_range, ranges, ahead):
            before = found[relation]
            found[relation] = RelationFacts(
                before.without_parent + more.without_parent, before.miscounted + more.miscounted
            )
        return found


@dataclass(frozen=True)
class Entry:
    """Rows for one relation's ledger."""

    count: _Count
    rows: pa.RecordBatch


class _Count:
    """Counts one relation's parents and children by key, in a ledger whose columns bear no name of the contract's."""

    def __init__(self, relation: Relation, number: int, make_ledger: Callable[[str, tuple[str, ...]], Ledger]) -> None:
        self.relation = relation
        self._columns = _in_order_of_child(relation)
        self._key = tuple(f"key_{place}" for place in range(len(self._columns)))
        self.ledger = make_ledger(f"relation-{number}", self._key)
        types = {column.name: ARROW_TYPES[column.type] for column in relation.child.columns}
        keys = [(key, types[column]) for key, column in zip(self._key, self._columns, strict=True)]
        counts = [_PARENTS, _CHILDREN, *([_PROMISED] if relation.counted_in else [])]
        self._schema = pa.schema([*keys, *((name, pa.int64()) for name in counts)])

    def entries(self, dataset_name: str, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the ledger's rows for a batch."""
        if dataset_name == self.relation.child.name:
            yield self._completed(_counted(self._keys_of(batch), _CHILDREN))
        if dataset_name == self.relation.parent.name:
            yield self._completed(self._parents_of(batch))

    def _keys_of(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.select(list(self._columns)).rename_columns(list(self._key))

    def _parents_of(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        keys = self._keys_of(batch)
        if self.relation.counted_in is None:
            return _counted(keys, _PARENTS)
        each = pa.repeat(pa.scalar(1), batch.num_rows)
        return keys.append_column(_PARENTS, each).append_column(_PROMISED, batch.column(self.relation.counted_in))

    def _completed(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Return rows with all columns of the ledger; those that they lack are null."""
        columns = [
            rows.column(field.name) if field.name in rows.schema.names else pa.nulls(rows.num_rows, field.type)
            for field in self._schema
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)

    def facts(self, entries: pa.RecordBatch) -> RelationFacts:
        """Return what is found in the ledger's rows of some keys; it must be all rows of each."""
        keyed = reduce(pc.and_, (pc.is_valid(entries.column(name)) for name in self._key))
        # A null is no key of anything.
        unkeyed = entries.filter(pc.invert(keyed))
        totals = _totals(entries.filter(keyed), self._key)
        orphans = totals.filter(pc.is_null(totals.column(_PARENTS)))
        without = _sum(unkeyed.column(_CHILDREN)) + _sum(orphans.column(_CHILDREN))
        if self.relation.counted_in is None:
            return RelationFacts(without)
        promised_to_none = _sum(pc.not_equal(unkeyed.column(_PROMISED), 0))
        return RelationFacts(without, promised_to_none + _miscounted(entries, totals, self._key))


def _facts_of_range(entries: tuple[_Count, pa.RecordBatch]) -> tuple[Relation, RelationFacts]:
    count, rows = entries
    return count.relation, count.facts(rows)


def _in_order_of_child(relation: Relation) -> tuple[str, ...]:
    """Return a relation's columns as its child is sorted, as far as it is by them: so children come nearly in order."""
    order = relation.child.sort_by
    return tuple(sorted(relation.columns, key=lambda name: order.index(name) if name in order else len(order)))


def _counted(keys: pa.RecordBatch, count: str) -> pa.RecordBatch:
    """Return each key that stands in rows one behind the other once, with their number; the batch must not be empty.

    Sorted by it, or nearly so, most keys are there once then. It is no grouping, but a tenth of the work of one.
    """
    starts = starts_of(same_as_next(keys, keys.schema.names))
    ends = pa.concat_arrays([starts.slice(1), pa.array([keys.num_rows])])
    return keys.take(starts).append_column(count, pc.subtract(ends, starts))


def _totals(entries: pa.RecordBatch, key: Sequence[str]) -> pa.RecordBatch:
    """Return each key once, with its parents and children and what is promised; null where there is none."""
    summed = [name for name in entries.schema.names if name not in key]
    groups = pa.Table.from_batches([entries]).group_by(key, use_threads=False)
    totals = groups.aggregate([(name, "sum") for name in summed])
    return _as_batch(totals.rename_columns({f"{name}_sum": name for name in summed}))


def _miscounted(entries: pa.RecordBatch, totals: pa.RecordBatch, key: Sequence[str]) -> int:
    """Return how many parents promise another number of children than there are."""
    totals = totals.set_column(
        totals.schema.get_field_index(_CHILDREN), _CHILDREN, pc.fill_null(totals.column(_CHILDREN), 0)
    )
    single = totals.filter(pc.equal(totals.column(_PARENTS), 1))
    wrong = _sum(pc.not_equal(single.column(_PROMISED), single.column(_CHILDREN)))
    # Parents of the same key are as rare as faults: for each of them, what it promises has to be looked up.
    several = totals.filter(pc.greater(totals.column(_PARENTS), 1))
    if several.num_rows:
        wrong += _miscounted_of_several(entries, several.select([*key, _CHILDREN]), key)
    return wrong


def _miscounted_of_several(entries: pa.RecordBatch, children: pa.RecordBatch, key: Sequence[str]) -> int:
    promises = entries.filter(pc.is_valid(entries.column(_PROMISED))).select([*key, _PROMISED])
    joined = pa.Table.from_batches([promises]).join(
        pa.Table.from_batches([children]), list(key), join_type="inner", use_threads=False
    )
    return _sum(pc.not_equal(joined[_PROMISED], joined[_CHILDREN]))


def _as_batch(table: pa.Table) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([column.combine_chunks() for column in table.columns], schema=table.schema)


def _sum(counts: pa.Array) -> int:
    return pc.sum(counts).as_py() or 0
