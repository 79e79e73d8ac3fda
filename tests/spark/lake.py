"""A small data platform for tests: publishes runs as ETL-1 does, runs the job, and looks at what readers see."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow.parquet as pq

from glue_src.arguments import Arguments
from glue_src.catalog import Catalog
from glue_src.job import run
from modules.contract.cells import record
from modules.contract.datasets import CONVERSATIONS, DATASETS, FEEDBACK, MESSAGES, PARTITION_COLUMN, REJECTED, Dataset
from modules.contract.layout import (
    SUPERSEDED_TAG_KEY,
    SUPERSEDED_TAG_VALUE,
    clean_key,
    curated_key,
    run_summary_key,
    table_prefix,
)
from modules.contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import StorageDescriptorTypeDef, TableInputTypeDef
    from mypy_boto3_s3 import S3Client
    from pyspark.sql import SparkSession

Cells: TypeAlias = tuple[str | None, ...]
Rows: TypeAlias = dict[Dataset, list[Cells]]

INSTANT = "2026-01-31T09:00:00.000001Z"
MONDAY, TUESDAY, WEDNESDAY = date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 4)


def run_id(number: int) -> str:
    """Return a run id; those of greater numbers are newer."""
    return f"20260205T043000.{number:06d}Z-0000abcd"


def conversation(user: str, messages: int = 1) -> Cells:
    return (user, f"CONVERSATION#{INSTANT}", INSTANT, "Ana", None, "", None, None, None, str(messages), "1")


def message(user: str, text: str | None, position: int = 1) -> Cells:
    return (user, f"CONVERSATION#{INSTANT}", str(position), "user", text, None)


def rows_of_users(*users: str) -> Rows:
    return {
        MESSAGES: [message(user, f"hola de {user}") for user in users],
        FEEDBACK: [(users[0], f"FEEDBACK#{INSTANT}", INSTANT, "like", None, "1")],
        REJECTED: [],
        CONVERSATIONS: [conversation(user) for user in users],
    }


def csv_of(dataset: Dataset, rows: list[Cells], header: tuple[str, ...] = ()) -> bytes:
    return "".join(map(record, [header or dataset.column_names, *rows])).encode()


def summary_of(day: date, run: str, objects: tuple[RunObject, ...]) -> RunSummary:
    rows = {written.dataset: written.rows for written in objects}
    conversations, feedback, rejected = (rows.get(each.name, 0) for each in (CONVERSATIONS, FEEDBACK, REJECTED))
    return RunSummary(
        run_id=run,
        dt=day,
        time_zone="America/Bogota",
        source_table="cat-local-catia-conversations-table",
        started_at=datetime(2026, 2, 5, 4, 30, tzinfo=timezone.utc),
        finished_at=datetime(2026, 2, 5, 4, 31, tzinfo=timezone.utc),
        items=ItemCounts(
            scanned=conversations + feedback + rejected,
            conversations=conversations,
            feedback=feedback,
            registers=0,
            rejected={"test": rejected},
        ),
        scan=ScanStatistics(segments=1, pages=1, consumed_capacity_units=1.0, throttled_requests=0, retried_requests=0),
        objects=objects,
    )


@dataclass
class Lake:
    spark: SparkSession
    s3: S3Client
    glue: GlueClient
    bucket: str
    name: str
    arguments: Arguments = field(init=False)

    def __post_init__(self) -> None:
        self.arguments = Arguments(self.bucket, f"{self.name}/clean/", f"{self.name}/curated/", f"db_{self.name}")

    def create_tables(self) -> None:
        self.glue.create_database(DatabaseInput={"Name": self.arguments.database})
        for dataset in DATASETS:
            storage: StorageDescriptorTypeDef = {
                "Columns": [{"Name": column.name, "Type": column.type.value} for column in dataset.columns],
                "Location": f"s3://{self.bucket}/{table_prefix(self.arguments.curated_prefix, dataset)}",
                "SerdeInfo": {"SerializationLibrary": "parquet.serde"},
            }
            table: TableInputTypeDef = {
                "Name": dataset.name,
                "PartitionKeys": [{"Name": PARTITION_COLUMN, "Type": "string"}],
                "StorageDescriptor": storage,
            }
            self.glue.create_table(DatabaseName=self.arguments.database, TableInput=table)

    # what ETL-1 does

    def publish_run(
        self, day: date, run: str, rows: Rows, headers: dict[Dataset, tuple[str, ...]] | None = None
    ) -> None:
        """Publish a run as ETL-1 does: its objects and its summary."""
        objects = []
        for dataset in DATASETS:
            body = csv_of(dataset, rows[dataset], (headers or {}).get(dataset, ()))
            key = self.clean_key(dataset, day, run)
            self.put(key, body)
            objects.append(RunObject(dataset.name, key, len(rows[dataset]), len(body)))
        self.put_summary(summary_of(day, run, tuple(objects)))

    def clean_key(self, dataset: Dataset, day: date, run: str) -> str:
        return clean_key(self.arguments.clean_prefix, dataset, day, run)

    def summary_key(self, day: date, run: str) -> str:
        return run_summary_key(self.arguments.clean_prefix, day, run)

    def put_summary(self, summary: RunSummary) -> None:
        self.put(self.summary_key(summary.dt, summary.run_id), summary.to_json().encode())

    def summary(self, day: date, run: str) -> RunSummary:
        return RunSummary.from_json(self.get(self.summary_key(day, run)))

    # what ETL-2 does

    def run_job(self, glue: GlueClient | None = None, s3: S3Client | None = None) -> None:
        run(self.arguments, self.spark, s3 or self.s3, glue or self.glue)

    def pretend_curated(self, day: date, run: str) -> None:
        """Leave what the job leaves of a day, without Spark; the files hold no Parquet."""
        catalog = Catalog(self.glue, self.arguments.database)
        for dataset in DATASETS:
            self.put(self.curated_key(dataset, day), b"curated")
            catalog.register(dataset, day, "s3://somewhere/", run, row_count=0)

    # what lies in the bucket

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def get(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=self.bucket, Key=key)

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def clean_keys(self) -> list[str]:
        return self.keys(self.arguments.clean_prefix)

    def curated_keys(self) -> list[str]:
        return self.keys(self.arguments.curated_prefix)

    def curated_key(self, dataset: Dataset, day: date) -> str:
        return curated_key(self.arguments.curated_prefix, dataset, day)

    def superseded(self, keys: list[str]) -> set[str]:
        return {key for key in keys if self.tags(key).get(SUPERSEDED_TAG_KEY) == SUPERSEDED_TAG_VALUE}

    def tags(self, key: str) -> dict[str, str]:
        tag_set = self.s3.get_object_tagging(Bucket=self.bucket, Key=key)["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in tag_set}

    # what readers see

    def parquet(self, dataset: Dataset, day: date) -> pq.ParquetFile:
        return pq.ParquetFile(io.BytesIO(self.get(self.curated_key(dataset, day))))

    def users(self, day: date) -> list[str]:
        """Return the users of a day's conversations, as a reader of that partition finds them."""
        return [row["user_id"] for row in self.parquet(CONVERSATIONS, day).read().to_pylist()]

    def partitions(self, dataset: Dataset) -> dict[date, dict[str, Any]]:
        found = self.glue.get_partitions(DatabaseName=self.arguments.database, TableName=dataset.name)["Partitions"]
        return {date.fromisoformat(partition["Values"][0]): dict(partition) for partition in found}

    def parameters(self, day: date, dataset: Dataset = CONVERSATIONS) -> dict[str, str]:
        parameters: dict[str, str] = self.partitions(dataset)[day]["Parameters"]
        return parameters

    def registered_days(self) -> list[list[date]]:
        """Return the days of each table, in the order of the contract."""
        return [sorted(self.partitions(dataset)) for dataset in DATASETS]
