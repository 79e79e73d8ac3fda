"""Glue database, the curated Iceberg tables from the contract's columns, and the views from their ``.sql`` files.

Terraform makes the tables and destroys them, and never changes them: from the first commit on they are Iceberg's, which
writes columns, comments and the address of the metadata file into the catalog itself (docs/adr/0032).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contract.datasets import Dataset
from contract.layout import TableZones, first_metadata_key, pseudonymous_family
from contract.masking import pseudonymous_datasets
from contract.serving import PRESTO_VIEW_PARAMETERS, VIEW_TYPE, presto_view_text, views_over
from contract.source import SourceContract
from contract.table_metadata import first_metadata
from contract.views import View
from modules.account import Account
from modules.tags import ETL, ResourceType
from modules.terraform import (
    Construct,
    GlueCatalogDatabase,
    GlueCatalogTable,
    GlueCatalogTableStorageDescriptor,
    GlueCatalogTableStorageDescriptorColumns,
    GlueCatalogTableStorageDescriptorSerDeInfo,
    S3Object,
    TerraformResourceLifecycle,
)

#: Every argument. An update would write back the metadata's address that Terraform read, and so undo a commit.
_ALL = "all"


@dataclass(frozen=True, kw_only=True)
class CatalogProps:
    """What the catalog needs: its tables and name, where the tables lie, whether it is guarded as they are.

    ``history_days`` is for how long earlier states of the tables can be queried, ``rejected_days`` of restricted ones.
    ``pseudonymous`` makes it the everyday analysts' catalog: the same names, but for rejected items and what tells of
    runs, and everything else about the tables their own (docs/adr/0047).
    """

    contract: SourceContract
    environment: str
    database_name: str
    bucket_name: str
    curated_prefix: str
    restricted_prefix: str
    history_days: int
    rejected_days: int
    deletion_guarded: bool
    pseudonymous: bool = False

    @property
    def tables(self) -> Sequence[Dataset]:
        """The tables that it has."""
        return pseudonymous_datasets(self.contract) if self.pseudonymous else self.contract.tables

    @property
    def family(self) -> str:
        """What tables' ids and first metadata are told apart by."""
        return pseudonymous_family(self.environment) if self.pseudonymous else self.environment


class Catalog(Construct):
    """The database with its tables and views; ``database`` and ``tables`` (in contract order) are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: CatalogProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self._address = "pseudonymous_" if props.pseudonymous else ""
        said = "for everyday analysts, without people's names" if props.pseudonymous else "for analysts"
        self.database = GlueCatalogDatabase(
            self,
            f"aws_glue_catalog_database.{'pseudonymous' if props.pseudonymous else 'analytics'}",
            name=props.database_name,
            description=f"{props.contract.description} {said}: Iceberg tables and the views over them",
            lifecycle=TerraformResourceLifecycle(prevent_destroy=props.deletion_guarded),
            tags=ETL.tags(ResourceType.CATALOG),
        )
        self.tables = [self._table(dataset) for dataset in props.tables]
        self.views = [self._view(view) for view in views_over(props.contract, props.tables)]

    def _table(self, dataset: Dataset) -> GlueCatalogTable:
        props = self._props
        metadata = self._first_metadata(dataset)
        return GlueCatalogTable(
            self,
            f"aws_glue_catalog_table.{self._address}iceberg_{dataset.name}",
            name=dataset.name,
            database_name=self.database.name,
            description=dataset.description,
            table_type="EXTERNAL_TABLE",
            parameters={
                "EXTERNAL": "TRUE",
                "table_type": "ICEBERG",
                "metadata_location": f"s3://{metadata.bucket}/{metadata.key}",
            },
            storage_descriptor=GlueCatalogTableStorageDescriptor(
                location=self._location(dataset),
                columns=[
                    GlueCatalogTableStorageDescriptorColumns(
                        name=column.name, type=column.type.value, comment=column.doc
                    )
                    for column in dataset.columns
                ],
            ),
            lifecycle=TerraformResourceLifecycle(ignore_changes=_ALL, prevent_destroy=props.deletion_guarded),
        )

    def _first_metadata(self, dataset: Dataset) -> S3Object:
        """Write what engines start from. The table's commits write the next files, below the table's location."""
        props = self._props
        days = dataset.days_kept(props.history_days, props.rejected_days)
        text = first_metadata(props.family, dataset, self._location(dataset), days)
        return S3Object(
            self,
            f"aws_s3_object.{self._address}first_metadata_{dataset.name}",
            bucket=props.bucket_name,
            key=first_metadata_key(props.family, dataset),
            content=text,
            content_type="application/json",
            lifecycle=TerraformResourceLifecycle(ignore_changes=_ALL, prevent_destroy=props.deletion_guarded),
            tags=ETL.tags(ResourceType.STORAGE),
        )

    def _location(self, dataset: Dataset) -> str:
        props = self._props
        zones = TableZones(props.curated_prefix, props.restricted_prefix)
        return f"s3://{props.bucket_name}/{zones.table_prefix(dataset)}".rstrip("/")

    def _view(self, view: View) -> GlueCatalogTable:
        return GlueCatalogTable(
            self,
            f"aws_glue_catalog_table.{self._address}{view.name}",
            name=view.name,
            database_name=self.database.name,
            description=view.description,
            table_type=VIEW_TYPE,
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


def catalog_arns(account: Account, database_name: str, tables: Sequence[Dataset]) -> list[str]:
    """Return the ARNs that Glue checks for work on tables of a database: catalog, database, and each table."""
    return [
        *database_arns(account, database_name),
        *(account.arn("glue", f"table/{database_name}/{table.name}") for table in tables),
    ]
