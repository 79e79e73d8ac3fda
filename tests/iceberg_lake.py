"""Curated tables on an emulator, made of the contract's first metadata and written by PyIceberg: one commit a night."""

from __future__ import annotations

import io
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, cached_property
from typing import Any, Final

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.io.pyarrow import parquet_files_to_data_files
from pyiceberg.table import Table

from contract.datasets import DATA_QUALITY, RUNS, Dataset
from contract.layout import clean_key, first_metadata_key, quarantine_key, run_summary_key
from contract.partition_sums import PartitionSum, to_document, version_of
from contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics
from contract.snapshots import NO_SNAPSHOT, SnapshotProperty
from contract.table_metadata import first_metadata
from envs.schema import Environment
from glue_src.arrow.s3_files import S3_CLIENT, S3Files
from glue_src.maintenance import key_of
from ops.databases import Database, databases_of
from ops.platform import Platform
from tools.local.aws_environment import CREDENTIALS, REGION, emulator_variables

Row = dict[str, Any]

_KEYS: Final[Any] = {name.lower(): value for name, value in CREDENTIALS.items()}
_SERVICES: Final = tuple(name for name, value in vars(Platform).items() if isinstance(value, cached_property))
#: What the table ``runs`` says of each table that a night changed.
BYTES_OF_A_COMMIT: Final = 1000


@cache
def _session() -> boto3.Session:
    """Return the session of all lakes: it reads each service's model once."""
    return boto3.Session(region_name=REGION, **_KEYS)


@dataclass
class IcebergLake:
    """An environment's bucket, database and tables without a deployment. Rows' instants are in UTC, without a zone."""

    environment: Environment
    endpoint_url: str
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        session = _session()
        self.s3 = session.client("s3", endpoint_url=self.endpoint_url)
        self.glue = session.client("glue", endpoint_url=self.endpoint_url)
        self.iam = session.client("iam", endpoint_url=self.endpoint_url)
        self.bucket = self.environment.normalize.s3_bucket_name
        self.database = self.environment.etl.catalog.database_name
        files: dict[str, Any] = {"py-io-impl": f"{S3Files.__module__}.{S3Files.__qualname__}", S3_CLIENT: self.s3}
        self.catalog = GlueCatalog("test", client=self.glue, **files)

    def create(self) -> None:
        """Make the bucket, versioned, and the tables as Terraform declares them."""
        self.s3.create_bucket(Bucket=self.bucket)
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        for database in databases_of(self.environment):
            self.glue.create_database(DatabaseInput={"Name": database.name})
            for dataset in database.tables:
                self.create_table(dataset, database)

    def destroy(self) -> None:
        """Remove the tables and the bucket with all that is in it."""
        for database in databases_of(self.environment):
            for dataset in database.tables:
                self.glue.delete_table(DatabaseName=database.name, Name=dataset.name)
            self.glue.delete_database(Name=database.name)
        bucket = boto3.resource("s3", endpoint_url=self.endpoint_url, region_name=REGION, **_KEYS).Bucket(self.bucket)
        bucket.object_versions.delete()
        # The emulator would keep them for the next bucket of that name.
        for upload in bucket.multipart_uploads.all():
            upload.abort()
        bucket.delete()

    @property
    def full(self) -> Database:
        """The full tables' database."""
        return next(databases_of(self.environment))

    def create_table(self, dataset: Dataset, database: Database | None = None) -> None:
        """Make one empty table: a full one, or that of another database."""
        database = database or self.full
        family = database.family
        location = f"s3://{self.bucket}/{database.zones.table_prefix(dataset)}".rstrip("/")
        key = first_metadata_key(family, dataset)
        self.put(key, first_metadata(family, dataset, location, self.environment.days_kept(dataset)).encode())
        self.glue.create_table(
            DatabaseName=database.name,
            TableInput={
                "Name": dataset.name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"table_type": "ICEBERG", "metadata_location": f"s3://{self.bucket}/{key}"},
                "StorageDescriptor": {
                    "Location": location,
                    "Columns": [{"Name": column.name, "Type": column.type.value} for column in dataset.columns],
                },
            },
        )

    def put(self, key: str, content: bytes) -> None:
        """Put an object."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def keys(self, prefix: str) -> list[str]:
        """Return the keys below a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [stored["Key"] for page in pages for stored in page.get("Contents", [])]

    def table(self, dataset: Dataset, database: str = "") -> Table:
        """Return a table as it is now: a full one, or that of another database."""
        return self.catalog.load_table((database or self.database, dataset.name))

    def commit(
        self,
        dataset: Dataset,
        rows: Sequence[Row],
        run_id: str = "",
        day: date | None = None,
        database: str = "",
        **properties: str,
    ) -> int:
        """Make ``rows`` all that a table holds, in one commit with one file a partition, and return the snapshot's id.

        Without a ``run_id`` it is another program's commit: without the entries that ETL-2 makes in the summary.
        """
        table = self.table(dataset, database)
        if run_id:
            properties = {**self._entries(table, dataset, rows, run_id, day), **properties}
        current = table.current_snapshot()
        old = [task.file for task in table.scan().plan_files()] if current else []
        paths = [self._write(table, dataset, some) for some in _by_partition(dataset, rows).values()]
        with table.transaction() as transaction:
            files = parquet_files_to_data_files(table.io, transaction.table_metadata, iter(paths))
            with transaction.update_snapshot(snapshot_properties=properties).overwrite() as overwrite:
                for file in old:
                    overwrite.delete_data_file(file)
                for file in files:
                    overwrite.append_data_file(file)
        made = self.table(dataset, database).metadata.current_snapshot_id
        assert made is not None
        return made

    def _entries(
        self, table: Table, dataset: Dataset, rows: Sequence[Row], run_id: str, day: date | None
    ) -> dict[str, str]:
        base = table.metadata.current_snapshot_id
        return {
            SnapshotProperty.RUN_ID: run_id,
            SnapshotProperty.BUSINESS_DAY: str(day),
            SnapshotProperty.BASE_SNAPSHOT_ID: NO_SNAPSHOT if base is None else str(base),
            SnapshotProperty.SUMS: json.dumps(to_document(sums_of(dataset, rows))),
            SnapshotProperty.SUMS_VERSION: version_of(dataset),
        }

    def _write(self, table: Table, dataset: Dataset, rows: Sequence[Row]) -> str:
        schema = table.schema().as_arrow()
        ordered = sorted(rows, key=lambda row: tuple(str(row[name]) for name in dataset.sort_by))
        columns = {name: [row.get(name) for row in ordered] for name in schema.names}
        written = io.BytesIO()
        pq.write_table(pa.table(columns, schema=schema), written, row_group_size=1000, compression="zstd")
        address = f"{table.location()}/data/{next(self._numbers):05}.parquet"
        self.put(key_of(address), written.getvalue())
        return address

    def night(
        self, day: date, rows: Mapping[Dataset, Sequence[Row]], *, began: datetime, publish: bool = True
    ) -> RunSummary:
        """Write a run of ETL-1, CSV contents aside, and publish it as ETL-2 does: changed tables, then ``runs``."""
        summary = self.clean_run(day, rows, began)
        if publish:
            self.publish(summary, rows)
        return summary

    def publish(self, summary: RunSummary, rows: Mapping[Dataset, Sequence[Row]]) -> None:
        """Commit the tables that differ from the run, and record it."""
        recorded = self.table(RUNS).scan().to_arrow().to_pylist()
        for dataset in self.environment.contract.datasets:
            before = self._summary(dataset)
            sums = json.dumps(to_document(sums_of(dataset, rows[dataset])))
            unchanged = before.get(SnapshotProperty.SUMS) == sums
            if not unchanged:
                self.commit(dataset, rows[dataset], summary.run_id, summary.dt)
            recorded.append(
                {
                    "run_id": summary.run_id,
                    "business_day": str(summary.dt),
                    "dataset": dataset.name,
                    "committed_at": summary.finished_at.replace(tzinfo=None),
                    "snapshot_id": self.table(dataset).metadata.current_snapshot_id,
                    "rows_now": len(rows[dataset]),
                    "rows_before": int(before.get("total-records", 0)),
                    "partitions_rewritten": 0 if unchanged else len(_by_partition(dataset, rows[dataset])),
                    "partitions_gone": 0,
                    "bytes_written": 0 if unchanged else BYTES_OF_A_COMMIT,
                    "seconds": 1.5,
                }
            )
        self.record_checks(summary, outcome="passed")
        self.commit(RUNS, recorded, summary.run_id, summary.dt)

    def record_checks(self, summary: RunSummary, outcome: str) -> None:
        """Record one check of a run."""
        check = {
            "run_id": summary.run_id,
            "business_day": str(summary.dt),
            "dataset": "rejected",
            "check_name": "ratio_of_items",
            "outcome": outcome,
            "rows_checked": summary.items.scanned,
            "rows_failed": summary.items.rejected_total,
            "allowed_ratio": 0.05,
            "checked_at": summary.finished_at.replace(tzinfo=None),
        }
        self.commit(
            DATA_QUALITY, [*self.table(DATA_QUALITY).scan().to_arrow().to_pylist(), check], summary.run_id, summary.dt
        )

    def _summary(self, dataset: Dataset) -> dict[str, str]:
        """Return the summary of a table's current snapshot, empty where there is none."""
        snapshot = self.table(dataset).current_snapshot()
        return dict(snapshot.summary.additional_properties) if snapshot and snapshot.summary else {}

    def clean_run(self, day: date, rows: Mapping[Dataset, Sequence[Row]], began: datetime) -> RunSummary:
        """Write what ETL-1 leaves of a run: a CSV of each dataset, without its rows, and the summary."""
        contract, prefix = self.environment.contract, self.environment.etl.clean_prefix
        run_id = f"{began:%Y%m%dT%H%M%S.%fZ}-{next(self._numbers):08x}"
        objects = []
        for dataset in contract.datasets:
            key, content = clean_key(prefix, dataset, day, run_id), (",".join(dataset.column_names) + "\n").encode()
            self.put(key, content)
            sums = sums_of(dataset, rows[dataset])
            objects.append(RunObject(dataset.name, key, len(rows[dataset]), len(content), version_of(dataset), sums))
        accepted = {kind.name: len(rows[kind.dataset]) if kind.dataset else 0 for kind in contract.kinds}
        reasons = Counter(row["reason"].partition(":")[0] for row in rows[_rejected(rows)])
        items = ItemCounts(sum(accepted.values()) + reasons.total(), accepted, {}, dict(reasons))
        scan = ScanStatistics(2, 10, 64.0, 0, 0)
        zone = self.environment.normalize.extract.time_zone
        table = self.environment.normalize.dynamo_table_name
        ended = began.replace(second=began.second + 20)
        summary = RunSummary(run_id, day, zone, table, began, ended, items, scan, tuple(objects))
        self.put(run_summary_key(prefix, day, run_id), summary.to_json().encode())
        return summary

    def quarantine(self, run_id: str) -> None:
        """Mark a run as ETL-2 does where a check failed."""
        marker = {"run_id": run_id, "failed": ["messages.row_count: 1 of 41 fail"]}
        self.put(quarantine_key(self.environment.etl.restricted_prefix, run_id), json.dumps(marker).encode())


def sums_of(dataset: Dataset, rows: Sequence[Row]) -> dict[str, PartitionSum]:
    """Return rows and a hash of each partition, such that a change of any cell changes it."""
    parts = _by_partition(dataset, rows)
    return {
        value: PartitionSum(len(some), sum(zlib.crc32(json.dumps(row, default=str).encode()) for row in some))
        for value, some in parts.items()
    }


def _by_partition(dataset: Dataset, rows: Sequence[Row]) -> dict[str, list[Row]]:
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(dataset.partition_of(row[dataset.partition.column] if dataset.partition else ""), []).append(
            row
        )
    return parts


def _rejected(rows: Mapping[Dataset, Sequence[Row]]) -> Dataset:
    return next(dataset for dataset in rows if dataset.name == "rejected")


def platform_on(lake: IcebergLake, environment: Environment | None = None) -> Platform:
    """Return the lake's environment, or another one on the same emulator, as operators reach it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in emulator_variables(lake.endpoint_url).items():
            patch.setenv(name, value)
        platform = Platform(environment or lake.environment, boto3.Session(region_name=REGION))
        # Clients know their endpoint from when they are made.
        for service in _SERVICES:
            getattr(platform, service)
    return platform


def utc(*parts: int) -> datetime:
    """Return an instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]
