"""Where a table's columns are not yet those of the contract: ETL-2 brings them there when it next starts."""

from __future__ import annotations

from collections.abc import Iterator

from contract.datasets import Dataset
from glue_src.schema import must_evolve, properties_of
from glue_src.tables import TableState
from ops.platform import Platform


def differences(platform: Platform, state: TableState, dataset: Dataset) -> tuple[str, ...]:
    """Return what ETL-2 would change of a table, a text each."""
    properties = properties_of(dataset, platform.environment.days_kept(dataset))
    if not must_evolve(dataset, state, properties):
        return ()
    return tuple(column_differences(state, dataset)) or (f"{dataset.name}: sort order or properties",)


def column_differences(state: TableState, dataset: Dataset) -> Iterator[str]:
    """Yield in which columns a table differs from the contract."""
    fields = {field.id: field for field in state.fields}
    for column in dataset.columns:
        field, wanted = fields.pop(column.field_id, None), column.type.iceberg
        if field is None:
            yield f"{dataset.name}.{column.name} is new"
            continue
        if field.name != column.name:
            yield f"{dataset.name}.{field.name} becomes {column.name}"
        if field.type != wanted:
            yield f"{dataset.name}.{column.name} becomes {wanted}, it is {field.type}"
        if field.doc != column.doc:
            yield f"{dataset.name}.{column.name} gets another comment"
    for field in fields.values():
        yield f"{dataset.name}.{field.name} goes, and stays in earlier snapshots"
    wanted_order = [column.field_id for column in dataset.columns]
    order = [field.id for field in state.fields]
    if set(order) == set(wanted_order) and order != wanted_order:
        yield f"{dataset.name}: the columns' order changes"
