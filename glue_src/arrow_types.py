"""The contract's types as Arrow has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from modules.contract.datasets import ColumnType

if TYPE_CHECKING:
    from modules.contract.datasets import Dataset

#: Microseconds in UTC: Parquet's INT64 with isAdjustedToUTC, the form that Athena, Spark, DuckDB and pandas read alike.
INSTANT: Final = pa.timestamp("us", tz="UTC")

ARROW_TYPES: Final = {
    ColumnType.TEXT: pa.string(),
    ColumnType.COUNT: pa.int64(),
    ColumnType.INSTANT: INSTANT,
    ColumnType.SHARE: pa.float64(),
}


def schema_of(dataset: Dataset) -> pa.Schema:
    """Return a dataset's schema in the contract's column order, without the partition column.

    Every column may be null here, as in Spark's files: whether one that must not be is, the checks say, not the writer.
    """
    return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in dataset.columns])
