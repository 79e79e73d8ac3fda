"""The contract's types as Arrow has them, and columns with their Iceberg field ids."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from contract.datasets import ColumnType, Dataset

#: Without a zone: Iceberg's ``timestamp``, the only one that Athena's DDL knows. All instants are in UTC.
INSTANT: Final = pa.timestamp("us")

ARROW_TYPES: Final = {
    ColumnType.TEXT: pa.string(),
    ColumnType.COUNT: pa.int64(),
    ColumnType.INSTANT: INSTANT,
    ColumnType.DOUBLE: pa.float64(),
}
#: By this key pyarrow gives a Parquet column its field id.
_FIELD_ID: Final = b"PARQUET:field_id"


def schema_of(dataset: Dataset) -> pa.Schema:
    """Return a dataset's schema in the contract's column order, with field ids; required columns are not nullable."""
    required = dataset.required_names
    return pa.schema(
        [
            pa.field(
                column.name,
                ARROW_TYPES[column.type],
                nullable=column.name not in required,
                metadata={_FIELD_ID: str(column.field_id).encode()},
            )
            for column in dataset.columns
        ]
    )


def plain_schema(dataset: Dataset) -> pa.Schema:
    """Return the names and types of a dataset's columns, without field ids and rules about nulls."""
    return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in dataset.columns])
