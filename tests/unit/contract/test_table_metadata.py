"""The tables' first metadata, as a reader of Iceberg's own finds it."""

from __future__ import annotations

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyiceberg.table.metadata import TableMetadata, TableMetadataUtil
from pyiceberg.transforms import TruncateTransform
from pyiceberg.types import StringType

from contract.column_types import ColumnType
from contract.datasets import Dataset, Partition
from contract.sources import contract_named, contract_names
from contract.table_metadata import first_metadata, partition_field_name, table_uuid
from tests.shop import SHOP, STATION

TABLES: Final = {
    f"{contract.name}.{dataset.name}": dataset
    for contract in (*map(contract_named, contract_names()), SHOP, STATION)
    for dataset in contract.tables
}
LOCATION: Final = "s3://bucket/reports/etl-process2/table"
TYPES: Final = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "long",
    # Neither a timestamptz, nor of nanoseconds.
    ColumnType.INSTANT: "timestamp",
    ColumnType.DOUBLE: "double",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.JSON: "string",
    **{ColumnType.decimal(*kind): f"decimal{kind}" for kind in ((5, 2), (12, 2), (18, 4), (38, 0), (38, 38))},
}


def read(dataset: Dataset, environment: str = "test") -> TableMetadata:
    return TableMetadataUtil.parse_raw(first_metadata(environment, dataset, LOCATION, history_days=30))


@pytest.mark.parametrize("dataset", TABLES.values(), ids=TABLES)
def test_iceberg_reads_the_contracts_columns(dataset: Dataset) -> None:
    metadata = read(dataset)
    fields = metadata.schema().fields

    assert [(field.field_id, field.name, str(field.field_type), field.doc) for field in fields] == [
        (column.field_id, column.name, TYPES[column.type], column.doc) for column in dataset.columns
    ]
    assert {field.name for field in fields if field.required} == dataset.required_names
    assert metadata.last_column_id == max(field.field_id for field in fields)
    assert (metadata.format_version, metadata.current_snapshot_id) == (2, None)


@pytest.mark.parametrize("dataset", TABLES.values(), ids=TABLES)
def test_iceberg_reads_the_contracts_partition_and_order(dataset: Dataset) -> None:
    metadata = read(dataset)
    names = {field.field_id: field.name for field in metadata.schema().fields}
    parts = [(names[part.source_id], str(part.transform), part.name) for part in metadata.spec().fields]

    if dataset.partition is None:
        assert parts == []
    else:
        expected = (dataset.partition.column, f"truncate[{dataset.partition.width}]", partition_field_name(dataset))
        assert parts == [expected]
        assert metadata.properties[f"write.metadata.metrics.column.{dataset.partition.column}"] == "full"
    (order,) = metadata.sort_orders
    assert [names[field.source_id] for field in order.fields] == list(dataset.sort_by)


def test_no_two_tables_of_any_environment_have_one_id() -> None:
    datasets = contract_named("catia").tables
    ids = {table_uuid(environment, dataset) for environment in ("local", "test", "prod") for dataset in datasets}

    assert len(ids) == 3 * len(datasets)


def test_the_same_settings_give_the_same_file() -> None:
    (dataset, *_) = TABLES.values()

    assert first_metadata("test", dataset, LOCATION, 30) == first_metadata("test", dataset, LOCATION, 30)
    assert json.loads(first_metadata("test", dataset, LOCATION, 2))["properties"][
        "history.expire.max-snapshot-age-ms"
    ] == str(2 * 24 * 3600 * 1000)


@given(st.text(max_size=40), st.integers(1, 30))
def test_partitions_are_those_of_icebergs_truncate(key: str, width: int) -> None:
    truncate: TruncateTransform[str] = TruncateTransform(width)
    assert Partition("id", width).value(key) == truncate.transform(StringType())(key)
