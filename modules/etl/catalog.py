"""Glue database, the curated tables from the contract's columns, and the views from their ``.sql`` files."""

from __future__ import annotations

from dataclasses import dataclass

from modules.account import Account
from modules.contract.datasets import PARTITION_COLUMN, PARTITION_COMMENT, ColumnType, Dataset
from modules.contract.layout import table_prefix
from modules.contract.source import SourceContract
from modules.contract.views import View
from modules.etl.serving import PRESTO_VIEW_PARAMETERS, presto_view_text, views_of
from modules.tags import ETL, ResourceType
from modules.terraform import (
    Construct,
    GlueCatalogDatabase,
    GlueCatalogTable,
    GlueCatalogTablePartitionKeys,
    GlueCatalogTableStorageDescriptor,
    GlueCatalogTableStorageDescriptorColumns,
    GlueCatalogTableStorageDescriptorSerDeInfo,
    TerraformResourceLifecycle,
)

_PARQUET_INPUT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
_PARQUET_OUTPUT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
_PARQUET_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
_TABLE_PARAMETERS = {"EXTERNAL": "TRUE", "classification": "parquet", "parquet.compression": "ZSTD"}

#: What the crawler writes on a table: its own parameters, and the columns that it found.
_OWNED_BY_CRAWLER = ["parameters", "storage_descriptor[0].columns", "storage_descriptor[0].parameters"]


@dataclass(frozen=True, kw_only=True)
class CatalogProps:
    """What the catalog needs: its tables and name, where the tables lie, whether it is guarded as they are."""

    contract: SourceContract
    database_name: str
    bucket_name: str
    curated_prefix: str
    deletion_guarded: bool


class Catalog(Construct):
    """The database with its tables and views; ``database`` and ``tables`` (in contract order) are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: CatalogProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.database = GlueCatalogDatabase(
            self,
            "aws_glue_catalog_database.analytics",
            name=props.database_name,
            description=f"{props.contract.description} for analysts: curated tables and the views over them",
            lifecycle=TerraformResourceLifecycle(prevent_destroy=props.deletion_guarded),
            tags=ETL.tags(ResourceType.CATALOG),
        )
        self.tables = [self._table(dataset) for dataset in props.contract.tables]
        self.views = [self._view(view) for view in views_of(props.contract)]

    def _table(self, dataset: Dataset) -> GlueCatalogTable:
        props = self._props
        return GlueCatalogTable(
            self,
            f"aws_glue_catalog_table.{dataset.name}",
            name=dataset.name,
            database_name=self.database.name,
            description=dataset.description,
            table_type="EXTERNAL_TABLE",
            parameters=_TABLE_PARAMETERS,
            partition_keys=[
                GlueCatalogTablePartitionKeys(
                    name=PARTITION_COLUMN, type=ColumnType.TEXT.value, comment=PARTITION_COMMENT
                )
            ],
            storage_descriptor=GlueCatalogTableStorageDescriptor(
                location=f"s3://{props.bucket_name}/{table_prefix(props.curated_prefix, dataset)}",
                input_format=_PARQUET_INPUT,
                output_format=_PARQUET_OUTPUT,
                ser_de_info=GlueCatalogTableStorageDescriptorSerDeInfo(
                    serialization_library=_PARQUET_SERDE, parameters={"serialization.format": "1"}
                ),
                columns=[
                    GlueCatalogTableStorageDescriptorColumns(
                        name=column.name, type=column.type.value, comment=column.comment
                    )
                    for column in dataset.columns
                ],
            ),
            # Partitions are registered by ETL-2, with the run that each came from: they go with their table.
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=_OWNED_BY_CRAWLER, prevent_destroy=props.deletion_guarded
            ),
        )

    def _view(self, view: View) -> GlueCatalogTable:
        return GlueCatalogTable(
            self,
            f"aws_glue_catalog_table.{view.name}",
            name=view.name,
            database_name=self.database.name,
            description=view.description,
            table_type="VIRTUAL_VIEW",
            view_original_text=presto_view_text(view, self._props.database_name),
            view_expanded_text="/* Presto View */",
            parameters=PRESTO_VIEW_PARAMETERS,
            storage_descriptor=GlueCatalogTableStorageDescriptor(
                # A view has no files, but readers of the catalog stumble over a table without a SerDe.
                ser_de_info=GlueCatalogTableStorageDescriptorSerDeInfo(name="-", serialization_library="-"),
                columns=[
                    GlueCatalogTableStorageDescriptorColumns(
                        name=column.name, type=column.hive_type, comment=column.comment
                    )
                    for column in view.columns
                ],
            ),
        )


def database_arns(account: Account, database_name: str) -> list[str]:
    """Return the ARNs that Glue checks for work on the database: the catalog's and its own."""
    return [account.arn("glue", "catalog"), account.arn("glue", f"database/{database_name}")]


def catalog_arns(account: Account, database_name: str, contract: SourceContract) -> list[str]:
    """Return the ARNs that Glue checks for work on the curated tables: catalog, database, and each table."""
    return [
        *database_arns(account, database_name),
        *(account.arn("glue", f"table/{database_name}/{table.name}") for table in contract.tables),
    ]
