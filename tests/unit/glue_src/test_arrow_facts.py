"""Facts against a count of the same by hand, however the rows are cut."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_src.arrow_facts import DuplicateCount
from glue_src.arrow_ledger import Ledger
from glue_src.arrow_relations import Relations
from glue_src.arrow_types import schema_of
from modules.contract.datasets import ColumnType, Dataset
from modules.contract.source import SourceContract
from sources.catia import CONTRACT, MESSAGES
from tests.by_hand import relations_by_hand
from tests.shop import NOTEBOOK, SHOP

_VALUES = {
    ColumnType.TEXT: st.sampled_from(["a", "b", "", None]),
    ColumnType.COUNT: st.integers(0, 2) | st.none(),
    ColumnType.INSTANT: st.sampled_from([datetime(2026, 1, 31, tzinfo=timezone.utc), None]),
}

#: Cells by column; rows of the columns that relations need.
Row: TypeAlias = dict[str, Any]


def batches_of(dataset: Dataset, names: list[str], rows: list[Row], size: int) -> list[pa.RecordBatch]:
    schema = pa.schema([schema_of(dataset).field(name) for name in names])
    parts = [rows[first : first + size] for first in range(0, len(rows), size)]
    return [pa.RecordBatch.from_pylist(part, schema=schema) for part in parts]


def related_columns(contract: SourceContract, dataset: Dataset) -> set[str]:
    """Return the names of a dataset's columns that relations speak of."""
    of = [relation for relation in contract.relations if dataset in (relation.parent, relation.child)]
    counted_in = {relation.counted_in for relation in of if relation.parent == dataset and relation.counted_in}
    return counted_in | {name for relation in of for name in relation.columns}


@st.composite
def contracts_with_rows(draw: st.DrawFn) -> tuple[SourceContract, dict[Dataset, list[Row]]]:
    contract = draw(st.sampled_from([CONTRACT, SHOP]))
    rows = {}
    for dataset in contract.datasets:
        types = {column.name: _VALUES[column.type] for column in dataset.columns}
        needed = {name: types[name] for name in sorted(related_columns(contract, dataset))}
        rows[dataset] = draw(st.lists(st.fixed_dictionaries(needed), max_size=12)) if needed else []
    return contract, rows


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(contracts_with_rows(), st.integers(1, 12), st.sampled_from([1, 60, 1 << 20]))
def test_relations_are_those_counted_by_hand(
    case: tuple[SourceContract, dict[Dataset, list[Row]]], size: int, limit: int
) -> None:
    contract, rows = case
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as processors:
        relations = Relations(contract.relations, partial(Ledger, folder=Path(folder), limit=limit))
        for dataset, found in rows.items():
            for batch in batches_of(dataset, list(found[0]) if found else [], found, size):
                relations.add(relations.entries(dataset.name, batch))
        assert relations.facts(processors, 3) == relations_by_hand(contract, rows)


def test_a_contract_without_relations_has_none_to_count() -> None:
    relations = Relations(NOTEBOOK.relations, partial(Ledger, folder=Path(), limit=1))
    batch = pa.RecordBatch.from_pylist([{}], schema=schema_of(NOTEBOOK.datasets[0]))
    assert relations.entries("notes", batch) == []
    with ThreadPoolExecutor(1) as processors:
        assert relations.facts(processors, 3) == {}


_KEYS = st.lists(st.tuples(_VALUES[ColumnType.TEXT], _VALUES[ColumnType.COUNT]), max_size=20)


@settings(deadline=None)
@given(_KEYS, st.integers(1, 20))
def test_duplicates_are_the_rows_beyond_the_first_of_each_key(keys: list[tuple[Any, ...]], size: int) -> None:
    """Nulls are keys like any other here, as they are for GROUP BY."""
    names = ["user_id", "position"]
    together: list[Row] = [dict(zip(names, key, strict=True)) for key in sorted(keys, key=repr)]
    count = DuplicateCount(tuple(names))
    for batch in batches_of(MESSAGES, names, together, size):
        count.add(batch)
    assert count.count == len(keys) - len(set(keys))
