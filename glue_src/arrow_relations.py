"""What the checks want to know between a run's datasets: few columns are kept of each, and merged at the end."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from glue_src.engine import RelationFacts
from sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from glue_src.arrow_ledger import Ledger

_CONVERSATION: Final = ("conversation_id", "user_id")
_USER: Final = ("user_id",)
#: A row is a conversation and the number of messages that it promises, or messages that a conversation has.
_CONVERSATION_ENTRY: Final = pa.schema(
    [
        *((name, pa.string()) for name in _CONVERSATION),
        *((name, pa.int64()) for name in ("conversations", "promised", "messages")),
    ]
)
#: A row is how many conversations, or how much feedback, a user has.
_USER_ENTRY: Final = pa.schema([("user_id", pa.string()), ("conversations", pa.int64()), ("feedback", pa.int64())])


class Relations:
    """Keeps what the relations need of every batch."""

    def __init__(self, make_ledger: Callable[[str, tuple[str, ...]], Ledger]) -> None:
        self._conversations = make_ledger("relations-conversations", _CONVERSATION)
        self._users = make_ledger("relations-users", _USER)

    def add(self, dataset_name: str, batch: pa.RecordBatch) -> None:
        """Keep what is needed of a batch of a dataset: of its key and its counts."""
        if dataset_name == MESSAGES.name:
            groups = _counted(batch, _CONVERSATION, "messages")
            self._conversations.add(_entry(groups, _CONVERSATION_ENTRY))
        elif dataset_name == CONVERSATIONS.name:
            promises = batch.select([*_CONVERSATION, "message_count"]).rename_columns([*_CONVERSATION, "promised"])
            each = pa.repeat(pa.scalar(1), batch.num_rows)
            self._conversations.add(_entry(promises.append_column("conversations", each), _CONVERSATION_ENTRY))
            self._users.add(_entry(_counted(batch, _USER, "conversations"), _USER_ENTRY))
        elif dataset_name == FEEDBACK.name:
            self._users.add(_entry(_counted(batch, _USER, "feedback"), _USER_ENTRY))

    def facts(self) -> RelationFacts:
        """Return what was found, once all batches of all datasets have been added."""
        without, miscounted = 0, 0
        for entries in self._conversations.ranges():
            without += _without(entries, _CONVERSATION, "messages")
            miscounted += _miscounted(entries)
        feedback_without = sum(_without(entries, _USER, "feedback") for entries in self._users.ranges())
        return RelationFacts(without, miscounted, feedback_without)


def _counted(batch: pa.RecordBatch, names: Sequence[str], count: str) -> pa.RecordBatch:
    """Return the groups of a batch by these columns, with the number of their rows."""
    groups = pa.Table.from_batches([batch.select(names)]).group_by(names, use_threads=False)
    return _as_batch(groups.aggregate([([], "count_all")]).rename_columns({"count_all": count}))


def _entry(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return rows with all columns of a ledger; those that they lack are null."""
    columns = [
        rows.column(field.name) if field.name in rows.schema.names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _without(entries: pa.RecordBatch, key: Sequence[str], counted: str) -> int:
    """Return how many of what is counted has no conversation of its key; a null is no key of anything."""
    keyed = _keyed(entries, key)
    in_vain = entries.filter(pc.invert(keyed))
    totals = _totals(entries.filter(keyed), key, counted)
    alone = totals.filter(pc.is_null(totals.column("conversations")))
    return _sum(in_vain.column(counted)) + _sum(alone.column(counted))


def _miscounted(entries: pa.RecordBatch) -> int:
    """Return how many conversations promise another number of messages than there are."""
    promises = entries.filter(pc.is_valid(entries.column("promised")))
    totals = _totals(entries.filter(_keyed(entries, _CONVERSATION)), _CONVERSATION, "messages")
    columns = [*_CONVERSATION, "promised"]
    joined = pa.Table.from_batches([promises.select(columns)]).join(
        pa.Table.from_batches([totals.select([*_CONVERSATION, "messages"])]), list(_CONVERSATION), use_threads=False
    )
    return _sum(pc.not_equal(joined["promised"], pc.fill_null(joined["messages"], 0)))


def _keyed(entries: pa.RecordBatch, key: Sequence[str]) -> pa.Array:
    return reduce(pc.and_, (pc.is_valid(entries.column(name)) for name in key))


def _totals(entries: pa.RecordBatch, key: Sequence[str], counted: str) -> pa.RecordBatch:
    """Return each key once, with its conversations and what else is counted; null where there is none."""
    groups = pa.Table.from_batches([entries]).group_by(key, use_threads=False)
    totals = groups.aggregate([("conversations", "sum"), (counted, "sum")])
    return _as_batch(totals.rename_columns({f"{name}_sum": name for name in ("conversations", counted)}))


def _as_batch(table: pa.Table) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([column.combine_chunks() for column in table.columns], schema=table.schema)


def _sum(counts: pa.Array) -> int:
    return pc.sum(counts).as_py() or 0
