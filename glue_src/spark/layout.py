"""What a table's columns, order, partitioning and properties become: each change is one commit of new metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contract.datasets import Dataset
from glue_src.schema import evolved_name, partition_document, schema_document, sort_document
from glue_src.spark.iceberg import IcebergTable, java_class


def evolve(table: IcebergTable, dataset: Dataset, properties: Mapping[str, str]) -> None:
    """Give a table the contract's columns, by field id, and sort order, and set properties."""
    operations = table.load().operations()
    metadata = operations.current()
    required = [int(field.fieldId()) for field in metadata.schema().columns() if field.isRequired()]
    schema = schema_document(dataset, required)
    columns = table.java("SchemaParser").fromJson(json.dumps(schema))
    last_id = max(int(metadata.lastColumnId()), *(field["id"] for field in schema["fields"]))
    builder = table.java("TableMetadata").buildFrom(metadata).setCurrentSchema(columns, last_id)
    order = table.java("SortOrderParser").fromJson(columns, json.dumps(sort_document(dataset)))
    operations.commit(metadata, builder.setDefaultSortOrder(order).setProperties(_map(table, properties)).build())


def repartition(table: IcebergTable, dataset: Dataset) -> None:
    """Give a table the contract's partition spec: one that it had before, or a new one.

    A new one's fields get new ids, and names with their transform's width: readers of all specs' files want names that
    differ.
    """
    operations = table.load().operations()
    metadata = operations.current()
    document = partition_document(dataset)
    wanted = [(field["source-id"], field["transform"]) for field in document["fields"]]
    spec = next((each for each in metadata.specs() if _fields_of(each) == wanted), None)
    if spec is None:
        first = int(metadata.lastAssignedPartitionId()) + 1
        fields = [
            {**field, "field-id": first + index, "name": evolved_name(field)}
            for index, field in enumerate(document["fields"])
        ]
        text = json.dumps({**document, "fields": fields})
        spec = table.java("PartitionSpecParser").fromJson(metadata.schema(), text)
    operations.commit(metadata, table.java("TableMetadata").buildFrom(metadata).setDefaultPartitionSpec(spec).build())


def _fields_of(spec: Any) -> list[tuple[int, str]]:
    return [(int(field.sourceId()), str(field.transform().toString())) for field in spec.fields()]


def _map(table: IcebergTable, values: Mapping[str, str]) -> Any:
    made = java_class(table.spark._jvm, "java.util.HashMap")()
    for name, value in values.items():
        made.put(name, value)
    return made
