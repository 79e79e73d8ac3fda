"""What a table's columns, order and properties are to become: pure, from the contract and the table's own metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contract.column_types import widens
from contract.datasets import Column, Dataset
from contract.table_metadata import first_metadata, table_properties
from glue_src.tables import Field, TableState


def schema_document(dataset: Dataset, required_ids: Collection[int]) -> dict[str, Any]:
    """Return the schema that a table is to have, as Iceberg's JSON: the contract's columns with their ids, in order.

    ``required_ids`` are the columns that the table requires now. No other one becomes required: version 2 cannot say
    what the rows that are there have in it.
    """
    document: dict[str, Any] = _first(dataset)["schemas"][0]
    for entry in document["fields"]:
        entry["required"] = entry["required"] and entry["id"] in required_ids
    return document


def partition_document(dataset: Dataset) -> dict[str, Any]:
    """Return the contract's partition spec, as Iceberg's JSON; the spec's and fields' ids are those of a first one."""
    document: dict[str, Any] = _first(dataset)["partition-specs"][0]
    return document


def evolved_name(field: Mapping[str, Any]) -> str:
    """Return the name of a partition field, as Iceberg's JSON has it, in a spec that is not the table's first one.

    It is Iceberg's own: ``conversation_id_trunc_23``.
    """
    width = re.search(r"\d+", field["transform"])
    return f"{field['name']}_{width.group()}" if width else str(field["name"])


def sort_document(dataset: Dataset) -> dict[str, Any]:
    """Return the contract's sort order, as Iceberg's JSON."""
    document: dict[str, Any] = _first(dataset)["sort-orders"][0]
    return document


def _first(dataset: Dataset) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(first_metadata("any", dataset, "s3://any", 1))
    return document


def is_partitioned_so(dataset: Dataset, state: TableState) -> bool:
    """Return whether a table's next files are divided as the contract says."""
    expected = [(field["source-id"], field["transform"]) for field in partition_document(dataset)["fields"]]
    return expected == [(field.source_id, field.transform) for field in state.partition_fields]


def must_evolve(dataset: Dataset, state: TableState, properties: Mapping[str, str]) -> bool:
    """Return whether a table's columns, sort order or properties are not what they are to be."""
    required = {field.id for field in state.fields if field.required}
    expected = [
        (entry["id"], entry["name"], entry["type"], entry["required"], entry["doc"])
        for entry in schema_document(dataset, required)["fields"]
    ]
    found = [(field.id, field.name, field.type, field.required, field.doc) for field in state.fields]
    order = tuple(field["source-id"] for field in sort_document(dataset)["fields"])
    return (
        expected != found
        or order != state.sort_field_ids
        or any(state.properties.get(name) != value for name, value in properties.items())
    )


def properties_of(dataset: Dataset, history_days: int) -> dict[str, str]:
    """Return the properties that a table is to have; others that it has stay."""
    return table_properties(dataset, history_days)


def schema_faults(dataset: Dataset, state: TableState) -> list[str]:
    """Return why a table's columns cannot become the contract's; empty if they can."""
    return [fault for column in dataset.columns for fault in _faults(column, state)]


def _faults(column: Column, state: TableState) -> Iterator[str]:
    present = _by_id(state.fields).get(column.field_id)
    former = _by_id(state.former_fields).get(column.field_id)
    expected = column.type.iceberg
    if present is not None and not widens(present.type, expected):
        yield (
            f"column {column.name!r} is {present.type} in the table and {expected} in the contract, "
            "and Iceberg cannot read the one as the other"
        )
    if former is not None and (former.name, former.type) != (column.name, expected):
        yield (
            f"column {column.name!r} has field id {column.field_id}, once that of {former.name!r} ({former.type}): "
            f"ids from {state.last_field_id + 1} on are free"
        )


def _by_id(fields: tuple[Field, ...]) -> dict[int, Field]:
    return {field.id: field for field in fields}
