"""ETL-1 as the deployed Spark job: the same run as the function's, also when a task is lost on the way."""

from __future__ import annotations

import csv
import io
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from contract.layout import parse_day
from contract.runs import RunSummary
from contract.sources.catia import CONTRACT
from envs.naming import Names
from glue_src.clean_zone import CleanZone
from glue_src.storage import Bucket
from tests.integration.conftest import DAY, Run
from tests.integration.evidence import check_made_as_recorded, refusing
from tools.local.errors import GlueJobError
from tools.local.pipeline import run_normalize_job
from tools.local.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAMES = Names("local")
CLEAN_PREFIX = "reports/etl-process1/"
LARGE_TEXT = "¿Qué hora es? " * 20_000
LARGE_ITEMS = 160

csv.field_size_limit(2**24)


@dataclass(frozen=True)
class Job:
    """The deployed job and how to run it."""

    workspace: Workspace

    def run(self, **arguments: Any) -> RunSummary:
        """Run the job; return the summary that it has committed."""
        answer = run_normalize_job(self.workspace, NAMES.normalize_job, arguments, lambda _: None)
        zone = CleanZone(Bucket(self.s3, NAMES.reports_bucket), CLEAN_PREFIX, CONTRACT)
        return zone.complete_run(parse_day(answer["dt"]), answer["run_id"])

    @property
    def s3(self) -> S3Client:
        return self.workspace.clients().s3

    def open_uploads(self) -> list[str]:
        found = self.s3.list_multipart_uploads(Bucket=NAMES.reports_bucket)
        return [upload["Key"] for upload in found.get("Uploads", [])]

    def clean_keys(self, day: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=NAMES.reports_bucket, Prefix=CLEAN_PREFIX)
        return [entry["Key"] for entry in found.get("Contents", []) if f"dt={day}" in entry["Key"]]


@pytest.fixture(scope="module")
def job(glue_extract: Workspace) -> Job:
    return Job(glue_extract)


def rows_of(s3: S3Client, summary: RunSummary, dataset: str) -> Counter[tuple[str, ...]]:
    """A dataset's rows, as often as they are there; the header must be first and only once."""
    (key,) = (entry.key for entry in summary.objects if entry.dataset == dataset)
    content = s3.get_object(Bucket=NAMES.reports_bucket, Key=key)["Body"].read().decode()
    header, *rows = (tuple(row) for row in csv.reader(io.StringIO(content, newline=""), strict=True))
    (columns,) = (contract.column_names for contract in CONTRACT.datasets if contract.name == dataset)
    assert header == columns
    return Counter(rows)


def test_both_engines_make_the_same_run(job: Job, first_run: Run) -> None:
    made, by_function = job.run(dt=DAY, scan_segments="3"), first_run.summary
    function_s3 = first_run.pipeline.workspace.clients().s3

    assert made.items == by_function.items
    assert made.scan.segments == 3
    for dataset in CONTRACT.datasets:
        assert made.rows_of(dataset.name) == by_function.rows_of(dataset.name)
        assert made.object_of(dataset.name).partitions == by_function.object_of(dataset.name).partitions
        assert rows_of(job.s3, made, dataset.name) == rows_of(function_s3, by_function, dataset.name)
    assert job.open_uploads() == []


def test_a_dry_run_leaves_nothing(job: Job) -> None:
    answer = run_normalize_job(job.workspace, NAMES.normalize_job, {"dt": "2026-01-27", "dry_run": True}, print)

    assert answer["items"]["scanned"] > 0
    assert job.clean_keys("2026-01-27") == []


def fail_at_the_summary(job: Job) -> None:
    """Refuse the job what it puts between the uploads that it completes: it has to undo them all."""
    summaries = f"arn:aws:s3:::{NAMES.reports_bucket}/{CLEAN_PREFIX}_runs/*"
    with (
        refusing(job.workspace, NAMES.normalize_job_role, "s3:PutObject", summaries),
        pytest.raises(GlueJobError, match=r"putting s3://.*AccessDenied"),
    ):
        job.run(dt="2026-01-26")


def test_a_failed_run_leaves_nothing_and_says_why(job: Job) -> None:
    fail_at_the_summary(job)

    assert job.clean_keys("2026-01-26") == []
    assert job.open_uploads() == []


@pytest.fixture(scope="module")
def large_table(job: Job, sample: list[dict[str, Any]]) -> Iterator[Counter[str]]:
    """The source table with items by which every segment makes parts; returns its conversations' ids."""
    table = job.workspace.source_table()
    message = {"M": {"from": {"S": "user"}, "text": {"S": LARGE_TEXT}}}
    ids = [f"CONVERSATION#2026-01-30T10:{number // 60:02}:{number % 60:02}" for number in range(LARGE_ITEMS)]
    items = [
        {"PK": {"S": f"USER#{number}"}, "SK": {"S": sort_key}, "Conversation": {"L": [message]}}
        for number, sort_key in enumerate(ids)
    ]
    table.load(items)
    yield Counter(ids)
    table.load(sample)


def test_a_task_that_is_lost_and_repeated_doubles_nothing(job: Job, large_table: Counter[str]) -> None:
    killer = _WorkerKiller(job)
    with killer:
        # Slow enough that a task can be caught between its parts and its end.
        summary = job.run(dt="2026-01-25", scan_segments="2", max_read_capacity_units="4")

    assert killer.killed == 1
    assert "Lost task" in job.workspace.normalize_log.read_text(encoding="utf-8")
    assert summary.items.scanned == summary.items.accepted["conversations"] == LARGE_ITEMS
    messages = rows_of(job.s3, summary, "messages")
    assert Counter(row[1] for row in messages.elements()) == large_table
    assert {row[4] for row in messages} == {LARGE_TEXT}
    assert job.open_uploads() == []


def test_job_did_what_is_recorded_of_it(job: Job) -> None:
    def do_all() -> None:
        fail_at_the_summary(job)
        job.run(dt="2026-01-26")

    check_made_as_recorded(job.workspace, [NAMES.normalize_job_role], do_all)


class _WorkerKiller(threading.Thread):
    """Kills one of Spark's Python workers, once a task has uploaded a part."""

    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True)
        self._job = job
        self._stopped = threading.Event()
        self.killed = 0

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.join()

    def run(self) -> None:
        while not self._stopped.wait(0.05):
            workers = [process for process in _python_workers() if process.children() == []]
            if workers and self._has_parts():
                workers[-1].kill()
                self.killed += 1
                return

    def _has_parts(self) -> bool:
        s3 = self._job.s3
        for upload in s3.list_multipart_uploads(Bucket=NAMES.reports_bucket).get("Uploads", []):
            parts = s3.list_parts(Bucket=NAMES.reports_bucket, Key=upload["Key"], UploadId=upload["UploadId"])
            if parts.get("Parts"):
                return True
        return False


def _python_workers() -> list[psutil.Process]:
    """The processes in which tasks run: forked by Spark's daemon, which itself is started by the JVM."""
    workers = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "pyspark.daemon" in process.cmdline():
                workers.append(process)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return workers
