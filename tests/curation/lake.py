"""A small lake for tests: tables as Terraform makes them, runs as ETL-1 writes them, nights, and what readers see."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from pyiceberg.table import StaticTable
from xxhash import xxh3_64_intdigest

from contract.cells import record
from contract.datasets import DATA_QUALITY, REJECTED, RUNS, Dataset
from contract.layout import TableZones, clean_key, first_metadata_key, quarantine_key, run_summary_key
from contract.metrics import ENVIRONMENT_DIMENSION
from contract.partition_sums import PartitionSum, version_of
from contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics
from contract.source import SourceContract
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from contract.table_metadata import first_metadata
from glue_src.arguments import Arguments
from glue_src.clean_zone import CleanZone
from glue_src.clients import Clients
from glue_src.engine import LakeEngine
from glue_src.night import Night, Outcome
from glue_src.run import run
from glue_src.storage import Bucket
from glue_src.tables import TableState, read_table
from tests.named_cells import cells_of

if TYPE_CHECKING:
    import pyarrow as pa

Cells: TypeAlias = tuple[str | None, ...]
Rows: TypeAlias = Mapping[Dataset, Sequence[Cells]]

HISTORY_DAYS = 30
REJECTED_DAYS = 10


def run_id(number: float) -> str:
    """Return a run id of a past night; those of greater numbers are newer. A night is 1."""
    at = datetime(2026, 2, 1, 4, 30, tzinfo=UTC) + timedelta(days=number)
    return f"{at:%Y%m%dT%H%M%S.%fZ}-0000abcd"


def day_of(run: str) -> date:
    return datetime.strptime(run[:8], "%Y%m%d").replace(tzinfo=UTC).date() - timedelta(days=1)


def instant(month: str, day: int = 1) -> str:
    """Return a moment of ``YYYY-MM``."""
    return f"{month}-{day:02d}T09:00:00.000001Z"


def talk(user: str, month: str, *texts: str | None, key: str | None = None) -> dict[Dataset, list[Cells]]:
    """Return a conversation with its messages; its ``key`` is one of that month's if none is given."""
    at, conversation_id = instant(month), f"CONVERSATION#{instant(month)}" if key is None else key
    conversation = cells_of(
        CONVERSATIONS,
        user_id=user,
        conversation_id=conversation_id,
        created_at=at,
        nombre="Ana",
        gerencia="",
        message_count=str(len(texts)),
        question_count="1",
    )
    messages = [(user, conversation_id, str(place), "user", text, None) for place, text in enumerate(texts, start=1)]
    return {CONVERSATIONS: [conversation], MESSAGES: [*messages]}


def like(user: str, month: str, comment: str | None = None, **cells: str | None) -> dict[Dataset, list[Cells]]:
    """A like of that month; ``cells`` are other than usual."""
    given = {"feedback_id": f"FEEDBACK#{instant(month)}", "created_at": instant(month), "comment": comment} | cells
    return {FEEDBACK: [cells_of(FEEDBACK, user_id=user, feedback_type="like", option="1", **given)]}


def rejection(key: str, reason: str = "no_key") -> dict[Dataset, list[Cells]]:
    return {REJECTED: [(key, reason, '{"PK": {"S": "x"}}')]}


def together(*parts: Rows) -> dict[Dataset, list[Cells]]:
    """Return all rows of several parts."""
    datasets = {dataset for part in parts for dataset in part}
    return {dataset: [row for part in parts for row in part.get(dataset, [])] for dataset in datasets}


def months(*names: str, users: int = 3) -> dict[Dataset, list[Cells]]:
    """Return some users' conversations and feedback of each of these months."""
    talks = [talk(f"u{number}", month, f"hola {month}", "adiós") for month in names for number in range(users)]
    return together(*talks, *[like("u0", month) for month in names])


def csv_of(dataset: Dataset, rows: Sequence[Cells], header: Sequence[str] | None = None) -> bytes:
    return "".join(map(record, [tuple(header or dataset.column_names), *rows])).encode()


def sums_of(dataset: Dataset, rows: Sequence[Cells], header: Sequence[str] | None = None) -> dict[str, PartitionSum]:
    """Return what ETL-1 would say of these rows."""
    names = tuple(header or dataset.column_names)
    sums: dict[str, PartitionSum] = {}
    for row in rows:
        key = row[names.index(dataset.partition.column)] if dataset.partition else ""
        one = PartitionSum(1, xxh3_64_intdigest(record(row).encode()))
        value = dataset.partition_of(key or "")
        sums[value] = sums[value].plus(one) if value in sums else one
    return sums


class Killed(BaseException):
    """As if the process were gone."""


def kill_at(patched: pytest.MonkeyPatch, owner: type, method: str, call: int) -> None:
    """Have a night killed when it calls a method for that time, counted from 1."""
    original, left = getattr(owner, method), call

    def killed(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        return original(*arguments, **named)

    patched.setattr(owner, method, killed)


@dataclass
class Lake:
    engine: LakeEngine
    clients: Clients
    bucket: str
    endpoint: str
    name: str
    contract: SourceContract
    arguments: Arguments = field(init=False)

    def __post_init__(self) -> None:
        self.arguments = Arguments(
            bucket=self.bucket,
            clean_prefix=f"{self.name}/clean/",
            curated_prefix=f"{self.name}/curated/",
            restricted_prefix=f"{self.name}/restricted/",
            database=self.name,
            environment=self.name[:8],
            max_rejected_ratio=0.5,
            max_removed_ratio=0.5,
            history_days=HISTORY_DAYS,
            rejected_days=REJECTED_DAYS,
            metrics_namespace="CAT/Test",
            contract=self.contract,
        )

    # what Terraform does

    def create_tables(self) -> None:
        self.clients.glue.create_database(DatabaseInput={"Name": self.arguments.database})
        for dataset in self.contract.tables:
            self.create_table(dataset)

    def table_prefix(self, dataset: Dataset) -> str:
        return TableZones(self.arguments.curated_prefix, self.arguments.restricted_prefix).table_prefix(dataset)

    def create_table(self, dataset: Dataset, change: Mapping[str, Any] | None = None) -> None:
        """Make a table; ``change`` is merged into the first metadata."""
        location = f"s3://{self.bucket}/{self.table_prefix(dataset)}".rstrip("/")
        key = f"{self.name}/{first_metadata_key(self.arguments.environment, dataset)}"
        days = self.arguments.days_kept(dataset)
        document = json.loads(first_metadata(self.arguments.environment, dataset, location, days))
        self.put(key, json.dumps({**document, **(change or {})}).encode())
        self.clients.glue.create_table(
            DatabaseName=self.arguments.database,
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

    # what ETL-1 does

    def publish(  # noqa: PLR0913 - a run has as many parts
        self,
        run: str,
        rows: Rows,
        *,
        headers: Mapping[Dataset, Sequence[str]] | None = None,
        accept_removal: bool = False,
        bodies: Mapping[Dataset, bytes] | None = None,
        sums: Mapping[Dataset, Mapping[str, PartitionSum]] | None = None,
    ) -> RunSummary:
        """Publish a run: its objects and its summary. ``bodies`` and ``sums`` take the place of right ones."""
        objects = []
        for dataset in self.contract.datasets:
            own, header = rows.get(dataset, []), (headers or {}).get(dataset)
            body = (bodies or {}).get(dataset, csv_of(dataset, own, header))
            key = clean_key(self.arguments.clean_prefix, dataset, day_of(run), run)
            self.put(key, body)
            told = (sums or {}).get(dataset, sums_of(dataset, own, header))
            count = sum(one.rows for one in told.values())
            objects.append(RunObject(dataset.name, key, count, len(body), version_of(dataset), told))
        summary = dataclasses.replace(self._summary(run, tuple(objects)), accept_removal=accept_removal)
        self.put_summary(summary)
        return summary

    def _summary(self, run: str, objects: tuple[RunObject, ...]) -> RunSummary:
        counts = {written.dataset: written.rows for written in objects}
        accepted = {kind.name: counts[kind.dataset.name] if kind.dataset else 0 for kind in self.contract.kinds}
        rejected = counts[REJECTED.name]
        at = datetime.strptime(run[:22], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
        return RunSummary(
            run_id=run,
            dt=day_of(run),
            time_zone="America/Bogota",
            source_table=f"cat-local-{self.contract.table}-table",
            started_at=at,
            finished_at=at + timedelta(minutes=1),
            items=ItemCounts(scanned=sum(accepted.values()) + rejected, accepted=accepted, rejected={"test": rejected}),
            scan=ScanStatistics(
                segments=1, pages=1, consumed_capacity_units=1.0, throttled_requests=0, retried_requests=0
            ),
            objects=objects,
        )

    def clean_key(self, dataset: Dataset, run: str) -> str:
        return clean_key(self.arguments.clean_prefix, dataset, day_of(run), run)

    def summary_key(self, run: str) -> str:
        return run_summary_key(self.arguments.clean_prefix, day_of(run), run)

    def put_summary(self, summary: RunSummary) -> None:
        self.put(self.summary_key(summary.run_id), summary.to_json().encode())

    def garble(self, run: str, *, header: bool = True) -> None:
        """Make a run's CSVs unreadable, each in its own length, with or without its header: who reads one fails."""
        for dataset in self.contract.datasets:
            key = self.clean_key(dataset, run)
            content = self.get(key)
            kept = b"" if header else content[: content.index(b"\n") + 1]
            self.put(key, kept + b"\xff" * (len(content) - len(kept)))

    # what ETL-2 does

    def night(self, engine: LakeEngine | None = None, **arguments: Any) -> Outcome:
        """Run ETL-2 as its service does, with other ``arguments`` than usual."""
        return run(dataclasses.replace(self.arguments, **arguments), engine or self.engine, self.clients)

    def night_at(self, now: datetime, **arguments: Any) -> Outcome:
        """Run ETL-2 as if it were ``now``."""
        told = dataclasses.replace(self.arguments, **arguments)
        bucket = Bucket(self.clients.s3, self.bucket)
        clean_zone = CleanZone(bucket, told.clean_prefix, told.contract)
        return Night(told, self.engine, bucket, clean_zone, self.clients.events, self.state, lambda: now).run()

    def quarantine_key(self, run: str) -> str:
        return quarantine_key(self.arguments.restricted_prefix, run)

    # what lies in the bucket

    def put(self, key: str, body: bytes) -> None:
        self.clients.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def get(self, key: str) -> bytes:
        return self.clients.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def delete(self, key: str) -> None:
        self.clients.s3.delete_object(Bucket=self.bucket, Key=key)

    def keys(self, prefix: str) -> list[str]:
        pages = self.clients.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def table_keys(self, dataset: Dataset) -> list[str]:
        return self.keys(self.table_prefix(dataset))

    def data_keys(self, dataset: Dataset) -> list[str]:
        return self.keys(self.table_prefix(dataset) + "data/")

    # what readers see

    @property
    def state(self) -> Any:
        return partial(read_table, self.clients.glue, self.clients.s3, self.arguments.database)

    def state_of(self, dataset: Dataset) -> TableState:
        return read_table(self.clients.glue, self.clients.s3, self.arguments.database, dataset.name)

    def states(self, datasets: Collection[Dataset] = ()) -> dict[str, int | None]:
        """Return the current snapshots of the contract's tables, or of some."""
        return {each.name: self.state_of(each).current_snapshot_id for each in datasets or self.contract.datasets}

    def table(self, dataset: Dataset) -> StaticTable:
        """Return a table as an independent reader opens it."""
        location = {"s3.endpoint": self.endpoint, "s3.access-key-id": "test", "s3.secret-access-key": "test"}
        return StaticTable.from_metadata(
            self.state_of(dataset).metadata_location, {**location, "s3.region": "us-east-1"}
        )

    def arrow(self, dataset: Dataset, snapshot_id: int | None = None) -> pa.Table:
        return self.table(dataset).scan(snapshot_id=snapshot_id).to_arrow()

    def rows(self, dataset: Dataset, snapshot_id: int | None = None) -> list[tuple[Any, ...]]:
        """Return a table's rows, sorted."""
        columns = self.arrow(dataset, snapshot_id).to_pydict()
        return sorted(zip(*columns.values(), strict=True), key=repr)

    def texts(self, dataset: Dataset, column: str) -> list[Any]:
        return sorted(self.arrow(dataset).column(column).to_pylist(), key=repr)

    def files(self, dataset: Dataset) -> dict[str, list[int]]:
        """Return the rows of each data file, by partition."""
        found: dict[str, list[int]] = {}
        for task in self.table(dataset).scan().plan_files():
            value = task.file.partition[0] if len(task.file.partition) else ""
            found.setdefault(value, []).append(task.file.record_count)
        return found

    def runs(self, run: str) -> dict[str, dict[str, Any]]:
        """Return the rows of ``runs`` of one run, by table."""
        return {row["dataset"]: row for row in self.arrow(RUNS).to_pylist() if row["run_id"] == run}

    def checks(self, run: str) -> dict[str, dict[str, Any]]:
        """Return what the checks of a run found, by table and check."""
        rows = self.arrow(DATA_QUALITY).to_pylist()
        return {f"{row['dataset']}.{row['check_name']}": row for row in rows if row["run_id"] == run}

    def sees(self, rows: Rows) -> bool:
        """Return whether readers see exactly these rows' keys and texts."""
        expected = [(row[0], row[1], row[4]) for row in rows.get(MESSAGES, [])]
        columns = self.arrow(MESSAGES).select(["user_id", "conversation_id", "text"]).to_pydict()
        return sorted(zip(*columns.values(), strict=True), key=repr) == sorted(expected, key=repr)

    def metric(self, name: str) -> float:
        """Return the greatest value of a metric that the runs have sent."""
        answer = self.clients.cloudwatch.get_metric_data(
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
            StartTime=datetime.now(UTC) - timedelta(hours=1),
            EndTime=datetime.now(UTC) + timedelta(hours=1),
        )
        return max(answer["MetricDataResults"][0]["Values"])
