"""When a table's columns must change, and when they cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract.column_types import ColumnType
from contract.datasets import TECHNICAL, Column, Dataset, Partition, text
from contract.sources.catia import FEEDBACK
from glue_src.schema import is_partitioned_so, must_evolve, properties_of, schema_document, schema_faults
from tests.table_states import empty_state, metadata_of, state_of

LAST = FEEDBACK.columns[-1]
FREE_ID = 1 + max(column.field_id for column in FEEDBACK.columns)
PROPERTIES = properties_of(FEEDBACK, 30)


def columns(*changed: Column) -> Dataset:
    return replace(FEEDBACK, columns=changed)


@pytest.mark.parametrize(
    "contract",
    [
        columns(*FEEDBACK.columns, text(FREE_ID, "channel", TECHNICAL, "New.")),
        columns(*FEEDBACK.columns[:-1]),
        columns(FEEDBACK.columns[1], FEEDBACK.columns[0], *FEEDBACK.columns[2:]),
        columns(replace(FEEDBACK.columns[0], comment="Other words."), *FEEDBACK.columns[1:]),
        columns(*FEEDBACK.columns[:-1], replace(LAST, name="choice")),
        replace(FEEDBACK, sort_by=("feedback_id",)),
    ],
    ids=["added", "dropped", "moved", "comment", "renamed", "order"],
)
def test_a_table_follows_its_contract(contract: Dataset) -> None:
    state = empty_state(FEEDBACK)
    assert must_evolve(contract, state, PROPERTIES)
    assert schema_faults(contract, state) == []
    required = [field.id for field in state.fields if field.required]
    document = {**metadata_of(contract), "schemas": [schema_document(contract, required)]}
    assert not must_evolve(contract, state_of("feedback", document), PROPERTIES)


def test_a_table_that_is_as_it_should_be_stays_so() -> None:
    assert not must_evolve(FEEDBACK, empty_state(FEEDBACK), PROPERTIES)
    others: dict[str, Any] = {"properties": {**PROPERTIES, "owner": "somebody"}}
    assert not must_evolve(FEEDBACK, empty_state(FEEDBACK, **others), PROPERTIES)
    assert must_evolve(FEEDBACK, empty_state(FEEDBACK), properties_of(FEEDBACK, 7))


def test_a_new_column_may_be_null_even_where_files_are_sorted_by_it() -> None:
    contract = replace(
        columns(*FEEDBACK.columns, text(FREE_ID, "channel", TECHNICAL, "New.", nullable=False)), sort_by=("channel",)
    )
    document = schema_document(contract, [2])
    assert [field["id"] for field in document["fields"] if field["required"]] == [2]


def test_types_only_widen() -> None:
    schema = metadata_of(FEEDBACK)["schemas"][0]
    schema["fields"][-1]["type"] = "int"
    state = empty_state(FEEDBACK, schemas=[schema])
    counted = columns(*FEEDBACK.columns[:-1], replace(LAST, type=ColumnType.INTEGER))
    assert schema_faults(counted, state) == []
    assert f"'{LAST.name}' is int in the table and string in the contract" in schema_faults(FEEDBACK, state)[0]


def test_an_id_is_never_given_twice() -> None:
    former = metadata_of(FEEDBACK)["schemas"][0]
    present = {**former, "schema-id": 1, "fields": former["fields"][:-1]}
    state = empty_state(FEEDBACK, schemas=[former, present], **{"current-schema-id": 1})
    # The very column comes back: a deployment was undone.
    assert schema_faults(FEEDBACK, state) == []
    other = columns(*FEEDBACK.columns[:-1], text(LAST.field_id, "channel", TECHNICAL, "Another."))
    former_use = f"field id {LAST.field_id}, once that of '{LAST.name}' (string)"
    assert schema_faults(other, state) == [f"column 'channel' has {former_use}: ids from {FREE_ID} on are free"]


def test_partitioning_is_compared_by_column_and_width() -> None:
    state = empty_state(FEEDBACK)
    assert is_partitioned_so(FEEDBACK, state)
    assert not is_partitioned_so(replace(FEEDBACK, partition=Partition("feedback_id", 19)), state)
    assert not is_partitioned_so(replace(FEEDBACK, partition=Partition("user_id", 16)), state)
    whole = replace(FEEDBACK, partition=None)
    assert not is_partitioned_so(whole, state)
    assert is_partitioned_so(whole, empty_state(whole))
