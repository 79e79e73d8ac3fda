"""A table's first Iceberg metadata, from the contract alone: format version 2, without a snapshot.

The format: https://iceberg.apache.org/spec/#table-metadata-fields. The same contract, environment and settings always
give the same text. Engines start from this file and write the next ones below the table's own location.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Final

from contract.datasets import Column, Dataset
from contract.units import MIB

#: The first id that the format gives to fields of partitions.
_FIRST_PARTITION_FIELD: Final = 1000
#: When the tables were made, in milliseconds: any fixed instant before the first commit (2026-01-01T00:00:00Z).
_MADE_AT_MS: Final = 1_767_225_600_000

TARGET_FILE_BYTES: Final = 512 * MIB
ROW_GROUP_BYTES: Final = 32 * MIB
METADATA_FILES_KEPT: Final = 30
_DAY_MS: Final = 24 * 3600 * 1000


def table_uuid(family: str, dataset: Dataset) -> uuid.UUID:
    """Return the id of a table, always the same; ``contract.layout`` says what families there are."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"cat-{family}/{dataset.name}")


def first_metadata_name(family: str, dataset: Dataset) -> str:
    """Return the name of the first metadata file; Trino insists on this form."""
    return f"00000-{table_uuid(family, dataset)}.metadata.json"


def partition_field_name(dataset: Dataset) -> str | None:
    """Return the name of the partition's field, as Iceberg itself would name it; None without partitions."""
    return f"{dataset.partition.column}_trunc" if dataset.partition else None


def table_properties(dataset: Dataset, history_days: int) -> dict[str, str]:
    """Return the properties that engines write by; ``history_days`` is how long earlier states can be asked for."""
    properties = {
        "write.format.default": "parquet",
        "write.parquet.compression-codec": "zstd",
        "write.parquet.row-group-size-bytes": str(ROW_GROUP_BYTES),
        "write.target-file-size-bytes": str(TARGET_FILE_BYTES),
        # All rows of a partition go to one task, which writes one file.
        "write.distribution-mode": "hash" if dataset.partition else "none",
        # ETL-2's maintenance deletes old metadata files. A commit would also try to delete the first one: that is
        # Terraform's, no engine may delete it, and Spark would raise after it has committed.
        "write.metadata.delete-after-commit.enabled": "false",
        "write.metadata.previous-versions-max": str(METADATA_FILES_KEPT),
        # A commit that meets another's is refused, not put on top of it: the next night starts from what it finds.
        "commit.retry.num-retries": "0",
        # Other people's maintenance expires no sooner than ours: Iceberg's own procedures, and Athena's VACUUM.
        "history.expire.max-snapshot-age-ms": str(history_days * _DAY_MS),
        "vacuum_max_snapshot_age_seconds": str(history_days * _DAY_MS // 1000),
    }
    if dataset.partition:
        # Iceberg keeps 16 characters of a text's least and greatest value otherwise, fewer than a partition's width.
        properties[f"write.metadata.metrics.column.{dataset.partition.column}"] = "full"
    return properties


def first_metadata(family: str, dataset: Dataset, location: str, history_days: int) -> str:
    """Return the JSON text of a table's first metadata file; ``location`` is the table's folder, without a slash."""
    ids = {column.name: column.field_id for column in dataset.columns}
    document = {
        "format-version": 2,
        "table-uuid": str(table_uuid(family, dataset)),
        "location": location,
        "last-sequence-number": 0,
        "last-updated-ms": _MADE_AT_MS,
        "last-column-id": max(ids.values()),
        "schemas": [
            {"type": "struct", "schema-id": 0, "fields": [_field(column, dataset) for column in dataset.columns]}
        ],
        "current-schema-id": 0,
        "partition-specs": [{"spec-id": 0, "fields": _partition_fields(dataset, ids)}],
        "default-spec-id": 0,
        "last-partition-id": _FIRST_PARTITION_FIELD if dataset.partition else _FIRST_PARTITION_FIELD - 1,
        "sort-orders": [{"order-id": 1, "fields": [_sort_field(ids[name]) for name in dataset.sort_by]}],
        "default-sort-order-id": 1,
        "properties": table_properties(dataset, history_days),
        "refs": {},
        "snapshots": [],
        "snapshot-log": [],
        "metadata-log": [],
    }
    return json.dumps(document, indent=1) + "\n"


def _field(column: Column, dataset: Dataset) -> Mapping[str, object]:
    return {
        "id": column.field_id,
        "name": column.name,
        "required": column.name in dataset.required_names,
        "type": column.type.iceberg,
        "doc": column.doc,
    }


def _partition_fields(dataset: Dataset, ids: Mapping[str, int]) -> list[Mapping[str, object]]:
    if dataset.partition is None:
        return []
    return [
        {
            "name": partition_field_name(dataset),
            "transform": f"truncate[{dataset.partition.width}]",
            "source-id": ids[dataset.partition.column],
            "field-id": _FIRST_PARTITION_FIELD,
        }
    ]


def _sort_field(field_id: int) -> Mapping[str, object]:
    return {"transform": "identity", "source-id": field_id, "direction": "asc", "null-order": "nulls-first"}
