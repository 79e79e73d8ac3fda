"""The Data Catalog as the memory of ETL-2: which run each day was curated from, and which days may expire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from glue_src.exceptions import CatalogError, ColumnTypeError
from modules.contract.datasets import DATA_QUALITY, Dataset
from modules.contract.layout import parse_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import (
        ColumnTypeDef,
        PartitionInputTypeDef,
        StorageDescriptorOutputTypeDef,
        TableInputTypeDef,
        TableTypeDef,
    )

    from modules.contract.source import SourceContract

SOURCE_RUN_ID = "source_run_id"
ROW_COUNT = "row_count"
SUPERSEDED = "superseded"
_CLASSIFICATION = {"classification": "parquet"}  # Glue's own readers look for it
_ALREADY_EXISTS = "AlreadyExistsException"
#: What of a table as Glue returns it may be given back to it; the rest is Glue's own.
_TABLE_INPUT = ("Name", "Description", "Retention", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")


@dataclass(frozen=True)
class CatalogSnapshot:
    """The partitions of a contract's tables at one moment: by table name and day, each partition's parameters."""

    contract: SourceContract
    partitions: Mapping[str, Mapping[date, Mapping[str, str]]]

    def source_run(self, day: date, datasets: Sequence[Dataset] = ()) -> str | None:
        """Return the run that a day was curated from, or None unless all tables have the day from one and the same.

        With ``datasets``, only those of these are asked.
        """
        runs = {self._parameter(dataset, day, SOURCE_RUN_ID) for dataset in datasets or self.contract.datasets}
        return runs.pop() if len(runs) == 1 else None

    def is_superseded(self, day: date) -> bool:
        """Return whether a day is marked in all tables as released to expire."""
        return all(self._parameter(dataset, day, SUPERSEDED) == "true" for dataset in self.contract.datasets)

    def curated_days(self) -> dict[date, str]:
        """Return the curated days, oldest first, with the run of each."""
        runs = {day: self.source_run(day) for day in sorted(self.days())}
        return {day: run_id for day, run_id in runs.items() if run_id is not None}

    def days(self) -> frozenset[date]:
        """Return the days that any dataset has a partition for."""
        return frozenset(day for dataset in self.contract.datasets for day in self.partitions[dataset.name])

    def checked_days(self) -> dict[date, bool]:
        """Return the days of which checks are told, each with whether it is marked as released to expire."""
        return {
            day: self._parameter(DATA_QUALITY, day, SUPERSEDED) == "true" for day in self.partitions[DATA_QUALITY.name]
        }

    def _parameter(self, dataset: Dataset, day: date, name: str) -> str | None:
        return self.partitions[dataset.name].get(day, {}).get(name)


@dataclass(frozen=True)
class Catalog:
    """A contract's tables in one database, each named as its dataset.

    Methods raise botocore's ClientError as it comes.
    """

    glue: GlueClient
    database: str
    contract: SourceContract

    def snapshot(self) -> CatalogSnapshot:
        """Return the partitions of all tables. Those whose value is no day are not ours, and left out."""
        partitions = {table.name: dict(self._partitions(table)) for table in self.contract.tables}
        return CatalogSnapshot(self.contract, partitions)

    def _partitions(self, dataset: Dataset) -> Iterator[tuple[date, dict[str, str]]]:
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.database, TableName=dataset.name, ExcludeColumnSchema=True
        )
        for page in pages:
            for partition in page["Partitions"]:
                day = _day_of(partition["Values"])
                if day is not None:
                    yield day, partition.get("Parameters", {})

    def add_missing_columns(self) -> None:
        """Add to each table the columns that the contract has gained; old days read as null there.

        Terraform leaves a table's columns to the crawler once the table exists, and the crawler knows neither comments
        nor a column that is null everywhere.

        Raises:
            ColumnTypeError: a column is of another type than the contract's; no table was changed.
        """
        tables = {table.name: self._table(table) for table in self.contract.tables}
        missing = {table: _missing_columns(table, tables[table.name]) for table in self.contract.tables}
        for table, columns in missing.items():
            if columns:
                changed = _with_columns(tables[table.name], columns)
                self.glue.update_table(DatabaseName=self.database, TableInput=changed)

    def _table(self, dataset: Dataset) -> TableTypeDef:
        return self.glue.get_table(DatabaseName=self.database, Name=dataset.name)["Table"]

    def register(self, dataset: Dataset, day: date, location: str, parameters: Mapping[str, str]) -> None:
        """Create a day's partition or replace it, with the table's present columns and formats.

        Raises:
            CatalogError: the catalog refused it.
        """
        storage = self._table(dataset)["StorageDescriptor"]
        self._put(dataset, day, {**storage, "Location": location}, {**_CLASSIFICATION, **parameters})

    def mark_superseded(self, dataset: Dataset, day: date) -> None:
        """Remember in a day's partition that its files are released to expire.

        Raises:
            CatalogError: the catalog refused it.
        """
        partition = self.glue.get_partition(
            DatabaseName=self.database, TableName=dataset.name, PartitionValues=[day.isoformat()]
        )["Partition"]
        parameters = {**partition.get("Parameters", {}), SUPERSEDED: "true"}
        self._put(dataset, day, partition["StorageDescriptor"], parameters)

    def _put(
        self, dataset: Dataset, day: date, storage: StorageDescriptorOutputTypeDef, parameters: Mapping[str, str]
    ) -> None:
        entry: PartitionInputTypeDef = {
            "Values": [day.isoformat()],
            "StorageDescriptor": storage,
            "Parameters": parameters,
        }
        created = self.glue.batch_create_partition(
            DatabaseName=self.database, TableName=dataset.name, PartitionInputList=[entry]
        )
        faults = [error.get("ErrorDetail", {}) for error in created.get("Errors", [])]
        if any(fault.get("ErrorCode") != _ALREADY_EXISTS for fault in faults):
            raise CatalogError(dataset.name, day, faults)
        if faults:
            self._update(dataset, day, entry)

    def _update(self, dataset: Dataset, day: date, entry: PartitionInputTypeDef) -> None:
        updated = self.glue.batch_update_partition(
            DatabaseName=self.database,
            TableName=dataset.name,
            Entries=[{"PartitionValueList": [day.isoformat()], "PartitionInput": entry}],
        )
        if updated.get("Errors"):
            raise CatalogError(dataset.name, day, updated["Errors"])

    def remove(self, dataset: Dataset, day: date) -> None:
        """Remove a day's partition; it is no error if there is none."""
        try:
            self.glue.delete_partition(
                DatabaseName=self.database, TableName=dataset.name, PartitionValues=[day.isoformat()]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "EntityNotFoundException":
                raise


def _missing_columns(dataset: Dataset, table: TableTypeDef) -> list[ColumnTypeDef]:
    """Return the contract's columns that a table lacks, as Glue wants them."""
    present = {column["Name"]: column.get("Type", "") for column in table["StorageDescriptor"]["Columns"]}
    for column in dataset.columns:
        found = present.get(column.name, column.type.value)
        if found != column.type.value:
            raise ColumnTypeError(dataset.name, column.name, found, column.type.value)
    return [
        {"Name": column.name, "Type": column.type.value, "Comment": column.comment}
        for column in dataset.columns
        if column.name not in present
    ]


def _with_columns(table: TableTypeDef, columns: Sequence[ColumnTypeDef]) -> TableInputTypeDef:
    storage = table["StorageDescriptor"]
    kept = {name: value for name, value in table.items() if name in _TABLE_INPUT}
    return {**kept, "StorageDescriptor": {**storage, "Columns": [*storage["Columns"], *columns]}}  # type: ignore[typeddict-item]


def _day_of(values: Sequence[str]) -> date | None:
    try:
        return parse_day(values[0])
    except ValueError:
        return None
