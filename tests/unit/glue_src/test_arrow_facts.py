"""Facts against a count of the same by hand, however the rows are cut."""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_src.arrow_facts import DuplicateCount
from glue_src.arrow_ledger import Ledger
from glue_src.arrow_relations import Relations
from glue_src.arrow_types import schema_of
from glue_src.engine import RelationFacts
from modules.contract.datasets import Dataset
from sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES

_IDS = st.sampled_from(["a", "b", "", None])
_CONVERSATION_ROWS = st.lists(st.tuples(_IDS, _IDS, st.integers(0, 3) | st.none()), max_size=8)
_MESSAGE_ROWS = st.lists(st.tuples(_IDS, _IDS), max_size=12)
_FEEDBACK_ROWS = st.lists(st.tuples(_IDS), max_size=5)

Rows = list[tuple[Any, ...]]


def batches_of(dataset: Dataset, names: tuple[str, ...], rows: Rows, size: int) -> list[pa.RecordBatch]:
    schema = pa.schema([schema_of(dataset).field(name) for name in names])
    cells = [dict(zip(names, row, strict=True)) for row in rows]
    parts = [cells[first : first + size] for first in range(0, len(cells), size)]
    return [pa.RecordBatch.from_pylist(part, schema=schema) for part in parts]


def expected(conversations: Rows, messages: Rows, feedback: Rows) -> RelationFacts:
    """As SQL has it: null is equal to nothing."""
    known = {row[:2] for row in conversations if None not in row[:2]}
    counts = Counter(row for row in messages if None not in row)
    users = {user for user, *_ in conversations if user is not None}
    return RelationFacts(
        messages_without_conversation=sum(row not in known for row in messages),
        miscounted_conversations=sum(
            promised is not None and promised != counts[user, conversation]
            for user, conversation, promised in conversations
        ),
        feedback_without_conversation=sum(user not in users for (user,) in feedback),
    )


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(_CONVERSATION_ROWS, _MESSAGE_ROWS, _FEEDBACK_ROWS, st.integers(1, 12), st.sampled_from([1, 60, 1 << 20]))
def test_relations_are_those_counted_by_hand(
    conversations: Rows, messages: Rows, feedback: Rows, size: int, limit: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        relations = Relations(partial(Ledger, folder=Path(folder), limit=limit))
        for dataset, names, rows in (
            (MESSAGES, ("user_id", "conversation_id"), messages),
            (FEEDBACK, ("user_id",), feedback),
            (CONVERSATIONS, ("user_id", "conversation_id", "message_count"), conversations),
        ):
            for batch in batches_of(dataset, names, rows, size):
                relations.add(dataset.name, batch)
        assert relations.facts() == expected(conversations, messages, feedback)


@settings(deadline=None)
@given(st.lists(st.tuples(_IDS, st.integers(0, 2) | st.none()), max_size=20), st.integers(1, 20))
def test_duplicates_are_the_rows_beyond_the_first_of_each_key(rows: Rows, size: int) -> None:
    """Nulls are keys like any other here, as they are for GROUP BY."""
    together = sorted(rows, key=repr)
    count = DuplicateCount(("user_id", "position"))
    for batch in batches_of(MESSAGES, ("user_id", "position"), together, size):
        count.add(batch)
    assert count.count == len(rows) - len(set(rows))
