"""A table's columns, order and partitioning, made the contract's: changes of metadata only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyiceberg.partitioning import PARTITION_FIELD_ID_START, PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.sorting import SortDirection, SortField, SortOrder
from pyiceberg.table.update import (
    AddPartitionSpecUpdate,
    AddSchemaUpdate,
    AddSortOrderUpdate,
    SetCurrentSchemaUpdate,
    SetDefaultSortOrderUpdate,
    SetDefaultSpecUpdate,
    SetPropertiesUpdate,
    TableUpdate,
)
from pyiceberg.transforms import IdentityTransform, TruncateTransform
from pyiceberg.types import NestedField

from contract.column_types import widens
from contract.datasets import Dataset
from contract.table_metadata import partition_field_name
from glue_src.exceptions import TableSchemaError
from glue_src.schema import schema_document


def columns_and_properties(
    metadata: TableMetadata, dataset: Dataset, properties: Mapping[str, str]
) -> Iterator[TableUpdate]:
    """Yield what makes a table's columns, sort order and properties the contract's.

    Raises:
        TableSchemaError: a column would have to become of another type.
    """
    yield from _schema_updates(metadata, dataset)
    yield from _order_updates(metadata, dataset)
    changed = {name: value for name, value in properties.items() if metadata.properties.get(name) != value}
    if changed:
        yield SetPropertiesUpdate(updates=changed)


def _schema_updates(metadata: TableMetadata, dataset: Dataset) -> Iterator[TableUpdate]:
    fields = _fields(dataset)
    if metadata.schema().fields == fields:
        return
    _check_types(metadata.schema(), fields, dataset)
    # A table that goes back to columns that it had before has their schema already.
    for schema in metadata.schemas:
        if schema.fields == fields:
            yield SetCurrentSchemaUpdate.model_validate({"schema-id": schema.schema_id})
            return
    new = max(schema.schema_id for schema in metadata.schemas) + 1
    yield AddSchemaUpdate(schema=Schema(*fields, schema_id=new))
    yield SetCurrentSchemaUpdate.model_validate({"schema-id": new})


def _fields(dataset: Dataset) -> tuple[NestedField, ...]:
    required = {column.field_id for column in dataset.columns if column.name in dataset.required_names}
    return Schema.model_validate(schema_document(dataset, required)).fields


def _check_types(schema: Schema, fields: tuple[NestedField, ...], dataset: Dataset) -> None:
    present = {field.field_id: field for field in schema.fields}
    faults = []
    for field in fields:
        old = present.get(field.field_id)
        if old is not None and not widens(str(old.field_type), str(field.field_type)):
            faults.append(f"{field.name} is {old.field_type} and would become {field.field_type}")
    if faults:
        raise TableSchemaError(dataset.name, faults)


def _order_updates(metadata: TableMetadata, dataset: Dataset) -> Iterator[TableUpdate]:
    wanted = [dataset.column(name).field_id for name in dataset.sort_by]
    for order in metadata.sort_orders:
        if [field.source_id for field in order.fields] == wanted:
            if order.order_id != metadata.default_sort_order_id:
                yield SetDefaultSortOrderUpdate.model_validate({"sort-order-id": order.order_id})
            return
    new = max(order.order_id for order in metadata.sort_orders) + 1
    fields = [
        SortField(source_id=field_id, transform=IdentityTransform(), direction=SortDirection.ASC) for field_id in wanted
    ]
    yield AddSortOrderUpdate.model_validate({"sort-order": SortOrder(*fields, order_id=new)})
    yield SetDefaultSortOrderUpdate.model_validate({"sort-order-id": new})


def partitioning(metadata: TableMetadata, dataset: Dataset) -> Iterator[TableUpdate]:
    """Yield what makes the contract's partitioning the one of a table's next files."""
    wanted = _partition_of(dataset)
    if _described(metadata.spec()) == wanted:
        return
    for spec in metadata.partition_specs:
        if _described(spec) == wanted:
            yield SetDefaultSpecUpdate.model_validate({"spec-id": spec.spec_id})
            return
    new = max(spec.spec_id for spec in metadata.partition_specs) + 1
    yield AddPartitionSpecUpdate(spec=PartitionSpec(*_partition_fields(metadata, dataset), spec_id=new))
    yield SetDefaultSpecUpdate.model_validate({"spec-id": new})


def _partition_of(dataset: Dataset) -> list[tuple[int, str]]:
    if dataset.partition is None:
        return []
    return [(dataset.column(dataset.partition.column).field_id, f"truncate[{dataset.partition.width}]")]


def _described(spec: PartitionSpec) -> list[tuple[int, str]]:
    return [(field.source_id, str(field.transform)) for field in spec.fields]


def _partition_fields(metadata: TableMetadata, dataset: Dataset) -> Iterator[PartitionField]:
    name = partition_field_name(dataset)
    if dataset.partition is None or name is None:
        return
    source = dataset.column(dataset.partition.column).field_id
    last = metadata.last_partition_id or PARTITION_FIELD_ID_START - 1
    # Files of earlier specs stay in the table's history: readers of all of them want names that differ.
    own_name = f"{name}_{dataset.partition.width}"
    yield PartitionField(source, last + 1, TruncateTransform(dataset.partition.width), own_name)
