"""A small data platform for tests: publishes runs as ETL-1 does, runs the job, and looks at what readers see."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow.parquet as pq

from glue_src.arguments import Arguments
from glue_src.catalog import ROW_COUNT, SOURCE_RUN_ID, Catalog
from glue_src.run import Clients, run
from local.warehouse import Warehouse
from modules.contract.cells import record
from modules.contract.datasets import DATA_QUALITY, PARTITION_COLUMN, REJECTED, Dataset
from modules.contract.layout import (
    SUPERSEDED_TAG_KEY,
    SUPERSEDED_TAG_VALUE,
    clean_key,
    curated_key,
    data_quality_key,
    partition_prefix,
    quarantine_day_prefix,
    run_summary_key,
    staging_root,
    table_prefix,
)
from modules.contract.metrics import ENVIRONMENT_DIMENSION
from modules.contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics
from sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import StorageDescriptorTypeDef, TableInputTypeDef
    from mypy_boto3_s3 import S3Client

    from glue_src.engine import TransformEngine
    from glue_src.exceptions import FailedDaysError
    from modules.contract.source import SourceContract

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


def summary_of(
    contract: SourceContract, day: date, run: str, objects: tuple[RunObject, ...], only_counted: int
) -> RunSummary:
    rows = {written.dataset: written.rows for written in objects}
    placed = {kind.name: rows[kind.dataset.name] if kind.dataset else only_counted for kind in contract.kinds}
    rejected = rows[REJECTED.name]
    return RunSummary(
        run_id=run,
        dt=day,
        time_zone="America/Bogota",
        source_table=f"cat-local-{contract.table}-table",
        started_at=datetime(2026, 2, 5, 4, 30, tzinfo=timezone.utc),
        finished_at=datetime(2026, 2, 5, 4, 31, tzinfo=timezone.utc),
        items=ItemCounts(scanned=sum(placed.values()) + rejected, placed=placed, rejected={"test": rejected}),
        scan=ScanStatistics(segments=1, pages=1, consumed_capacity_units=1.0, throttled_requests=0, retried_requests=0),
        objects=objects,
    )


def one_file_per_dataset(lake: Lake, day: date) -> list[str]:
    """Return the keys of a whole day, in the order of :meth:`Lake.day_keys`: data_quality's come between them."""
    return sorted(lake.curated_key(dataset, day) for dataset in lake.contract.datasets)


def only_failure(caught: pytest.ExceptionInfo[FailedDaysError]) -> Exception:
    (failure,) = caught.value.failures.values()
    return failure


@dataclass
class Lake:
    engine: TransformEngine
    s3: S3Client
    glue: GlueClient
    cloudwatch: CloudWatchClient
    bucket: str
    name: str
    contract: SourceContract
    arguments: Arguments = field(init=False)

    def __post_init__(self) -> None:
        self.arguments = Arguments(
            bucket=self.bucket,
            clean_prefix=f"{self.name}/clean/",
            curated_prefix=f"{self.name}/curated/",
            database=f"db_{self.name}",
            environment=self.name,
            most_rejected_share=0.1,
            metrics_namespace="CAT/Test",
            contract=self.contract,
        )

    def create_tables(self) -> None:
        self.glue.create_database(DatabaseInput={"Name": self.arguments.database})
        for dataset in self.contract.tables:
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
        self,
        day: date,
        run: str,
        rows: Rows,
        headers: dict[Dataset, tuple[str, ...]] | None = None,
        only_counted: int = 0,
    ) -> None:
        """Publish a run as ETL-1 does: its objects and its summary, with so many items that make no row anywhere."""
        objects = []
        for dataset in self.contract.datasets:
            body = csv_of(dataset, rows[dataset], (headers or {}).get(dataset, ()))
            key = self.clean_key(dataset, day, run)
            self.put(key, body)
            objects.append(RunObject(dataset.name, key, len(rows[dataset]), len(body)))
        self.put_summary(summary_of(self.contract, day, run, tuple(objects), only_counted))

    def clean_key(self, dataset: Dataset, day: date, run: str) -> str:
        return clean_key(self.arguments.clean_prefix, dataset, day, run)

    def summary_key(self, day: date, run: str) -> str:
        return run_summary_key(self.arguments.clean_prefix, day, run)

    def put_summary(self, summary: RunSummary) -> None:
        self.put(self.summary_key(summary.dt, summary.run_id), summary.to_json().encode())

    def summary(self, day: date, run: str) -> RunSummary:
        return RunSummary.from_json(self.get(self.summary_key(day, run)))

    # what ETL-2 does

    def run_job(self, glue: GlueClient | None = None, s3: S3Client | None = None) -> int:
        return run(self.arguments, self.engine, Clients(s3 or self.s3, glue or self.glue, self.cloudwatch))

    def pretend_curated(self, day: date, run: str) -> None:
        """Leave what ETL-2 leaves of a day, without an engine; the files hold no Parquet."""
        catalog = Catalog(self.glue, self.arguments.database, self.contract)
        for dataset in self.contract.datasets:
            self.put(self.curated_key(dataset, day), b"curated")
            catalog.register(dataset, day, "s3://somewhere/", {SOURCE_RUN_ID: run, ROW_COUNT: "0"})
        self.put(self.check_key(day, run), b"checks")
        catalog.register(DATA_QUALITY, day, "s3://somewhere/", {SOURCE_RUN_ID: run})

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

    def day_keys(self, day: date) -> list[str]:
        """Return what lies in the tables' folders of a day: the keys of the datasets, then those of the checks."""
        prefixes = [partition_prefix(self.arguments.curated_prefix, table, day) for table in self.contract.tables]
        keys = [key for prefix in prefixes for key in self.keys(prefix)]
        return sorted(keys, key=lambda key: (key.startswith(prefixes[-1]), key))

    def leftovers(self) -> list[str]:
        """Return the keys of what is being prepared, which is nothing once the job has ended."""
        return self.keys(staging_root(self.arguments.curated_prefix))

    def check_key(self, day: date, run: str) -> str:
        return data_quality_key(self.arguments.curated_prefix, day, run)

    def quarantined_keys(self, day: date) -> list[str]:
        return self.keys(quarantine_day_prefix(self.arguments.curated_prefix, day))

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

    def checks(self, day: date, run: str) -> dict[str, dict[str, Any]]:
        """Return what the checks of a run found, by table and check."""
        rows = pq.ParquetFile(io.BytesIO(self.get(self.check_key(day, run)))).read().to_pylist()
        return {f"{row['dataset']}.{row['check_name']}": row for row in rows}

    def metric(self, name: str) -> float:
        """Return the greatest value of a metric that the runs have sent."""
        answer = self.cloudwatch.get_metric_data(
            MetricDataQueries=[
                {
                    "Id": "asked",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": self.arguments.metrics_namespace,
                            "MetricName": name,
                            "Dimensions": [{"Name": ENVIRONMENT_DIMENSION, "Value": self.arguments.environment}],
                        },
                        "Period": 3600,
                        "Stat": "Maximum",
                    },
                }
            ],
            StartTime=datetime.now(timezone.utc) - timedelta(hours=1),
            EndTime=datetime.now(timezone.utc) + timedelta(hours=1),
        )
        return max(answer["MetricDataResults"][0]["Values"])

    def columns(self, dataset: Dataset) -> list[dict[str, str]]:
        """Return a table's columns as the catalog has them."""
        table = self.glue.get_table(DatabaseName=self.arguments.database, Name=dataset.name)["Table"]
        columns = table["StorageDescriptor"]["Columns"]
        return [{name: str(value) for name, value in column.items()} for column in columns]

    def set_columns(self, dataset: Dataset, columns: Any) -> None:
        """Give a table other columns, as the crawler or a person may."""
        table = self.glue.get_table(DatabaseName=self.arguments.database, Name=dataset.name)["Table"]
        storage: Any = {**table["StorageDescriptor"], "Columns": columns}
        changed: TableInputTypeDef = {
            "Name": dataset.name,
            "PartitionKeys": table["PartitionKeys"],
            "StorageDescriptor": storage,
        }
        self.glue.update_table(DatabaseName=self.arguments.database, TableInput=changed)

    def partitions(self, dataset: Dataset) -> dict[date, dict[str, Any]]:
        found = self.glue.get_partitions(DatabaseName=self.arguments.database, TableName=dataset.name)["Partitions"]
        return {date.fromisoformat(partition["Values"][0]): dict(partition) for partition in found}

    def parameters(self, day: date, dataset: Dataset = CONVERSATIONS) -> dict[str, str]:
        parameters: dict[str, str] = self.partitions(dataset)[day]["Parameters"]
        return parameters

    def registered_days(self) -> list[list[date]]:
        """Return the days of each table, in the order of the contract; data_quality comes last."""
        return [sorted(self.partitions(table)) for table in self.contract.tables]

    def query(self, sql: str, downloads: Path) -> list[tuple[Any, ...]]:
        """Return what Athena SQL gives over the registered days."""
        with closing(Warehouse(self.glue, self.s3, self.arguments.database, downloads).open()) as athena:
            return athena.query(sql)[1]
