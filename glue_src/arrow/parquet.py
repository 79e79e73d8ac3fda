"""How one partition becomes one Parquet file with Iceberg's field ids, and what a manifest says of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import parquet
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.typedef import Record

from contract.column_types import ColumnType
from contract.datasets import Dataset
from contract.table_metadata import ROW_GROUP_BYTES
from contract.units import MIB
from glue_src.arrow.types import schema_of

#: The third level takes half as long again, and saves a thirtieth.
_COMPRESSION_LEVEL: Final = 1
#: In bytes before compression. Readers that know the index of pages skip most of a row group.
_PAGE_BYTES: Final = MIB


def write(table: pa.Table, order: pa.Array, dataset: Dataset, raw_bytes: int, path: Path) -> None:
    """Write a table's rows in this order; ``raw_bytes`` is what they take in memory, without dictionaries.

    No row may have a null in a required column.
    """
    prose = {column.name for column in dataset.columns if column.is_prose}
    texts = {column.name for column in dataset.columns if column.type.is_text}
    integers = {column.name for column in dataset.columns if column.type == ColumnType.INTEGER}
    fields = [field.with_type(table.schema.field(field.name).type) for field in schema_of(dataset)]
    schema = pa.schema(fields)
    with parquet.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=_COMPRESSION_LEVEL,
        use_dictionary=sorted((texts - prose) | integers),
        write_statistics=[name for name in dataset.column_names if name not in prose],
        write_page_index=True,
        data_page_size=_PAGE_BYTES,
        # As Iceberg's specification has decimals of few digits.
        store_decimal_as_integer=True,
        store_schema=False,
    ) as writer:
        rows = max(1, table.num_rows * ROW_GROUP_BYTES // max(raw_bytes, 1))
        for start in range(0, table.num_rows, rows):
            # One row group at a time: the whole table is never there twice.
            group = table.take(order.slice(start, rows))
            if rows < table.num_rows:
                group = _compacted(group)
            writer.write_table(pa.table(group.columns, schema=schema), row_group_size=rows)


def _compacted(group: pa.Table) -> pa.Table:
    """Return a row group whose dictionaries have no more values than it uses."""
    for index, field in enumerate(group.schema):
        if pa.types.is_dictionary(field.type):
            group = group.set_column(index, field.name, group[field.name].cast(pa.string()).dictionary_encode())
    return group


@dataclass(frozen=True)
class FileDescription:
    """Describes data files of one table as Iceberg's manifests want it."""

    dataset: Dataset
    metadata: TableMetadata

    @cached_property
    def _plan(self) -> dict[int, object]:
        # Of texts written at length neither the least nor the greatest helps to find one.
        none = {f"write.metadata.metrics.column.{each.name}": "none" for each in self.dataset.columns if each.is_prose}
        return compute_statistics_plan(self.metadata.schema(), {**self.metadata.properties, **none})  # type: ignore[return-value]

    def of(self, path: Path, location: str, partition: str) -> DataFile:
        """Return the description of a local file that will be at ``location``."""
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=parquet.read_metadata(path),
            stats_columns=self._plan,  # type: ignore[arg-type]
            parquet_column_mapping=parquet_path_to_id_mapping(self.metadata.schema()),
        )
        return DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=location,
            file_format=FileFormat.PARQUET,
            partition=Record(partition) if self.dataset.partition else Record(),
            file_size_in_bytes=path.stat().st_size,
            sort_order_id=self.metadata.default_sort_order_id,
            spec_id=self.metadata.default_spec_id,
            equality_ids=None,
            key_metadata=None,
            **statistics.to_serialized_dict(),
        )
