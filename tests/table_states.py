"""States of tables, for tests of what is decided from them: read from made-up metadata files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from contract.datasets import Dataset
from contract.partition_sums import PartitionSums, to_document, version_of
from contract.snapshots import NO_SNAPSHOT, SnapshotProperty
from contract.table_metadata import first_metadata
from glue_src.tables import TableState, read_table

LOCATION = "s3://b/artifacts/00000-x.metadata.json"


@dataclass
class OneTable:
    """Answers as Glue and S3 do for one table; ``parameters`` and ``body`` are what they have of it."""

    parameters: Mapping[str, str]
    body: bytes

    def get_table(self, **_: Any) -> Any:
        return {"Table": {"Parameters": self.parameters}}

    def get_object(self, **_: Any) -> Any:
        return {"Body": BytesIO(self.body)}


def metadata_of(dataset: Dataset, **change: Any) -> dict[str, Any]:
    """Return a table's first metadata, with changes."""
    return {**json.loads(first_metadata("test", dataset, f"s3://b/out/{dataset.name}", 30)), **change}


def state_of(name: str, document: Mapping[str, Any]) -> TableState:
    """Return the state that a metadata file tells."""
    table: Any = OneTable({"table_type": "ICEBERG", "metadata_location": LOCATION}, json.dumps(document).encode())
    return read_table(table, table, "db", name)


def empty_state(dataset: Dataset, **change: Any) -> TableState:
    """Return the state of a table that nothing was committed to."""
    return state_of(dataset.name, metadata_of(dataset, **change))


def snapshot(
    number: int, parent: int | None, hour: float, operation: str = "overwrite", **summary: str
) -> dict[str, Any]:
    """Return a snapshot as metadata has it; it was committed so many hours after 2026."""
    found = {"snapshot-id": number, "timestamp-ms": milliseconds(hour), "summary": {"operation": operation, **summary}}
    return found if parent is None else {**found, "parent-snapshot-id": parent}


def milliseconds(hour: float) -> int:
    return int((datetime(2026, 1, 1, tzinfo=UTC).timestamp() + hour * 3600) * 1000)


def summed(
    dataset: Dataset, sums: PartitionSums, base: int | None, run_id: str = "r1", version: str = ""
) -> dict[str, str]:
    """Return the entries of a snapshot's summary by which its sums are trusted."""
    return {
        SnapshotProperty.RUN_ID: run_id,
        SnapshotProperty.BUSINESS_DAY: "2026-01-01",
        SnapshotProperty.BASE_SNAPSHOT_ID: NO_SNAPSHOT if base is None else str(base),
        SnapshotProperty.SUMS: json.dumps(to_document(sums)),
        SnapshotProperty.SUMS_VERSION: version or version_of(dataset),
        "total-records": str(sum(one.rows for one in sums.values())),
    }


def holding(dataset: Dataset, sums: PartitionSums, version: str = "", **change: Any) -> TableState:
    """Return the state of a table that one run was committed to."""
    document = metadata_of(
        dataset,
        **{
            "snapshots": [snapshot(1, None, 1, **summed(dataset, sums, None, version=version))],
            "current-snapshot-id": 1,
            "refs": {"main": {"snapshot-id": 1, "type": "branch"}},
            "snapshot-log": [{"snapshot-id": 1, "timestamp-ms": milliseconds(1)}],
            **change,
        },
    )
    return state_of(dataset.name, document)
