"""The contract's types as Arrow has them, and columns with their Iceberg field ids."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from contract.column_types import ColumnType, Kind
from contract.datasets import Dataset

#: Without a zone: Iceberg's ``timestamp``, the only one that Athena's DDL knows. All instants are in UTC.
INSTANT: Final = pa.timestamp("us")

_TYPES: Final = {
    Kind.TEXT: pa.string(),
    Kind.JSON: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.INSTANT: INSTANT,
    Kind.DOUBLE: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
}
#: By this key pyarrow gives a Parquet column its field id.
_FIELD_ID: Final = b"PARQUET:field_id"


def arrow_type(kind: ColumnType) -> pa.DataType:
    """Return the type of a column's cells in memory."""
    return pa.decimal128(kind.precision, kind.scale) if kind.kind is Kind.DECIMAL else _TYPES[kind.kind]


def schema_of(dataset: Dataset) -> pa.Schema:
    """Return a dataset's schema in the contract's column order, with field ids; required columns are not nullable."""
    required = dataset.required_names
    return pa.schema(
        [
            pa.field(
                column.name,
                arrow_type(column.type),
                nullable=column.name not in required,
                metadata={_FIELD_ID: str(column.field_id).encode()},
            )
            for column in dataset.columns
        ]
    )


def plain_schema(dataset: Dataset) -> pa.Schema:
    """Return the names and types of a dataset's columns, without field ids and rules about nulls."""
    return pa.schema([(column.name, arrow_type(column.type)) for column in dataset.columns])
