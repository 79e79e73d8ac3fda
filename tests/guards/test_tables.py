"""The curated tables and Terraform: Hive tables are replaced once, and what commits change is never put back."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pytest
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.types import StringType

from tests.guards.conftest import NAMES
from tests.guards.roots import Root
from tests.guards.variants import SHIPPED
from tools.local.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

APPLY: Final = ("apply", "-input=false", "-auto-approve")
PLAN: Final = ("plan", "-input=false")
NOTHING_TO_DO: Final = "No changes. Your infrastructure matches the configuration."
#: Of this file alone: other tests deploy and destroy what prod has.
DATABASE, BUCKET = "cat_prod_tables_db", "cat-prod-tables"
TABLE: Final = "rejected"
NIGHTS: Final = 40
_TABLES: Final = "aws_glue_catalog_table"

Document = dict[str, Any]


class Catalog:
    """Prod's tables, deployed without the rest of the stack."""

    def __init__(self, root: Root, platform: Workspace) -> None:
        self.root = root
        self._clients = platform.clients()
        self._clients.s3.create_bucket(Bucket=BUCKET)
        location = platform.emulator.endpoint_url()
        self.iceberg = GlueCatalog("lake", client=self.glue, **_s3_properties(platform.variables(), location))

    @property
    def glue(self) -> GlueClient:
        return self._clients.glue

    def deploy(self, document: Document) -> str:
        self.root.write(document)
        return self.root.succeed(*APPLY)

    def plan(self, document: Document) -> str:
        self.root.write(document)
        return self.root.succeed(*PLAN)

    def kinds(self) -> dict[str, str]:
        tables = self.glue.get_tables(DatabaseName=DATABASE)["TableList"]
        return {table["Name"]: table["Parameters"].get("table_type", "Hive") for table in tables}

    def rows(self) -> int:
        return len(self.iceberg.load_table((DATABASE, TABLE)).scan().to_arrow())


def _s3_properties(variables: Mapping[str, str], endpoint: str) -> dict[str, str]:
    return {
        "s3.endpoint": endpoint,
        "s3.region": "us-east-1",
        "s3.access-key-id": variables["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": variables["AWS_SECRET_ACCESS_KEY"],
    }


def hive(document: Document) -> Document:
    """The catalog as it was before Iceberg: the same tables under other addresses, partitioned by dt."""
    former = deepcopy(document)
    resources = former["resource"]
    del resources["aws_s3_object"]
    resources["aws_glue_catalog_database"]["analytics"]["description"] = "curated tables and the views over them"
    resources[_TABLES] = {
        address.removeprefix("iceberg_"): {
            **table,
            "parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
            "partition_keys": [{"name": "dt", "type": "string"}],
            "lifecycle": {"prevent_destroy": True},
        }
        for address, table in resources[_TABLES].items()
    }
    return former


def with_another_contract(document: Document) -> Document:
    """The catalog after somebody added a column, wrote another description and set another history."""
    later = deepcopy(document)
    resources = later["resource"]
    table = resources[_TABLES][f"iceberg_{TABLE}"]
    table["description"] = "Another description."
    table["storage_descriptor"]["columns"].append({"name": "extra", "type": "string", "comment": "New."})
    first = resources["aws_s3_object"][f"first_metadata_{TABLE}"]
    first["content"] = first["content"].replace("item_json", "another")
    return later


@pytest.fixture
def document(variants: Path, variables: Mapping[str, str], tmp_path: Path, state_bucket: str) -> Document:
    """What prod's ETL-2 stack says of database and tables, by names of this test's own."""
    assert state_bucket
    shipped = Root(variants / SHIPPED / "stacks" / NAMES.etl_stack, variables)
    renamed = tmp_path / "cdk.tf.json"
    text = (shipped.folder / "cdk.tf.json").read_text(encoding="utf-8")
    renamed.write_text(text.replace(NAMES.reports_bucket, BUCKET).replace(NAMES.database, DATABASE), encoding="utf-8")
    found = Root(tmp_path, variables).document()
    found["terraform"]["backend"]["s3"]["key"] = "tables/terraform.tfstate"
    objects = found["resource"]["aws_s3_object"]
    tables = found["resource"][_TABLES]
    return {
        "terraform": found["terraform"],
        "provider": found["provider"],
        "data": {kind: found["data"][kind] for kind in ("aws_caller_identity", "aws_partition", "aws_s3_bucket")},
        "resource": {
            "aws_glue_catalog_database": found["resource"]["aws_glue_catalog_database"],
            _TABLES: {name: table for name, table in tables.items() if name.startswith("iceberg_")},
            "aws_s3_object": {name: each for name, each in objects.items() if name.startswith("first_metadata_")},
        },
    }


# PyIceberg writes without one of the properties that engines here go by.
@pytest.mark.filterwarnings("ignore:Parquet writer option:UserWarning")
def test_life_of_the_tables(
    document: Document, platform: Workspace, variables: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "root").mkdir()
    root = Root(tmp_path / "root", variables)
    root.write(document)
    root.succeed("init", "-input=false")
    catalog = Catalog(root, platform)

    # An environment with Hive tables replaces them in one deployment, guarded as they are: all go before one comes.
    catalog.deploy(hive(document))
    assert set(catalog.kinds().values()) == {"Hive"}
    said = catalog.deploy(document)
    assert catalog.kinds() == {each.removeprefix("iceberg_"): "ICEBERG" for each in document["resource"][_TABLES]}
    first_made = said.index(f"{_TABLES}.iceberg_messages: Creating...")
    assert said.rindex(": Destruction complete") < said.index("analytics: Modifications complete") < first_made

    # Whatever commits change in the catalog, a plan wants nothing of it back.
    table = catalog.iceberg.load_table((DATABASE, TABLE))
    with table.update_schema() as update:
        update.add_column("extra", StringType())
    for night in range(NIGHTS):
        row = {"item_key": [str(night)], "reason": ["r"], "item_json": ["{}"], "extra": ["x"]}
        table.append(pa.table(row, schema=table.schema().as_arrow()))
    assert NOTHING_TO_DO in catalog.plan(document)

    # Nor does a contract that says something else.
    assert NOTHING_TO_DO in catalog.plan(with_another_contract(document))
    catalog.deploy(with_another_contract(document))
    assert catalog.rows() == NIGHTS

    # Nobody destroys a guarded table by accident.
    refused = root.terraform("plan", "-input=false", "-destroy")
    assert refused.status == 1
    assert "has lifecycle.prevent_destroy set" in refused.said

    # One that was made anew starts without rows: the next run fills it.
    catalog.glue.delete_table(DatabaseName=DATABASE, Name=TABLE)
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in catalog.plan(document)
    catalog.deploy(document)
    assert catalog.rows() == 0
