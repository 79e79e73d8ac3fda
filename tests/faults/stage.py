"""What all cases share: the emulator with its filled tables, microburst, and runs without any fault to compare with."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Final

from contract.layout import commit_marker_prefix, parse_clean_key, run_summary_key
from contract.partition_sums import PartitionSums
from contract.runs import RunSummary
from contract.settings import UNLIMITED, EventKey, LambdaVariable
from contract.sources.catia import CONTRACT
from glue_src.clean_zone import CleanZone
from glue_src.storage import Bucket
from tests.faults import actions
from tests.faults.cases import LARGE, SAMPLE, Case
from tests.faults.function_process import FunctionProcess, Invocation
from tests.faults.microburst_proxy import Microburst, marks_of
from tests.faults.proxy import Proxy, Rule
from tests.integration.oracle import expected
from tools.local.aws_environment import emulator_environment
from tools.local.clients import Clients
from tools.local.sample_data import generate_items
from tools.local.source_table import SourceTable

DAY: Final = date(2026, 1, 31)
PREFIX: Final = "reports/etl-process1/"
NEWEST: Final = date(2026, 1, 30)
SEED: Final = 20260131
OLDER: Final = "older"
"""The table as it was when the day was run for the first time."""
OLDER_USERS: Final = 48
SAMPLE_USERS: Final = 200
LONG_CONVERSATIONS: Final = 45
"""So many more conversations of 330 KB make messages.csv longer than one part of 6 MiB, and the scan 17 pages long."""
EXCLUSION_RULES: Final = (
    {"name": "automated-checks", "attribute": "user_id", "operator": "starts_with", "values": ["monitor-"]},
)
#: For so much memory Lambda gives one vCPU.
VCPU_MEGABYTES: Final = 1769
_MICROBURST_LOG: Final = "microburst.log"
#: No case takes longer; one that does hangs.
PATIENCE_SECONDS: Final = 200.0

Item = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """What a run without faults publishes of a table: where the items go, and of each dataset's records a digest and
    the partitions' sums, which no fault, segment or process changes.
    """

    items: Mapping[str, Any]
    digests: Mapping[str, str]
    sums: Mapping[str, PartitionSums]


class Scene:
    """One case's bucket. An older complete run of the day lies in it."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self.bucket = bucket
        self._s3 = clients.s3
        self._s3.create_bucket(Bucket=bucket)
        self.zone = CleanZone(Bucket(self._s3, bucket), PREFIX, CONTRACT)

    @cached_property
    def older(self) -> RunSummary:
        """The older run; asked for first while it is the only one."""
        return self.taken()

    def copy_from(self, other: Scene) -> None:
        """Take over all objects of another bucket."""
        for key in other.objects():
            self._s3.copy_object(Bucket=self.bucket, Key=key, CopySource={"Bucket": other.bucket, "Key": key})

    def taken(self) -> RunSummary:
        """Return the run that ETL-2 takes for the day."""
        found = self.zone.newest_complete_run(datetime.now(UTC), is_quarantined=lambda _: False)
        assert found is not None
        return found

    def run_ids(self) -> tuple[str, ...]:
        """Return the runs that ETL-2 sees, newest first, complete or not."""
        return tuple(sorted(self._run_ids_below(commit_marker_prefix(PREFIX, CONTRACT)), reverse=True))

    def visible_run_ids(self) -> set[str]:
        """Return the runs of which any dataset's object is visible."""
        return self._run_ids_below(PREFIX)

    def _run_ids_below(self, prefix: str) -> set[str]:
        found = (parse_clean_key(PREFIX, stored.key) for stored in self.zone.bucket.list(prefix))
        return {clean.run_id for clean in found if clean is not None}

    def summary_key(self, summary: RunSummary) -> str:
        """Return the key of a run's summary."""
        return run_summary_key(PREFIX, summary.dt, summary.run_id)

    def objects(self) -> dict[str, int]:
        """Return all visible objects with their sizes in bytes."""
        return {stored.key: stored.bytes for stored in self.zone.bucket.list("")}

    def open_uploads(self) -> set[tuple[str, str]]:
        """Return key and upload id of all uploads that are neither completed nor aborted."""
        found = self._s3.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        return {(upload["Key"], upload["UploadId"]) for upload in found}

    def records(self, summary: RunSummary, dataset: str) -> list[bytes]:
        """Return a dataset's records of a run in order of their bytes, the header among them."""
        (key,) = (written.key for written in summary.objects if written.dataset == dataset)
        return sorted(self.zone.bucket.read(key).splitlines())

    def reference(self, summary: RunSummary) -> Reference:
        """Return what a run has published, to be compared."""
        digests = {
            dataset.name: hashlib.sha256(b"\n".join(self.records(summary, dataset.name))).hexdigest()
            for dataset in CONTRACT.datasets
        }
        sums = {written.dataset: written.partitions for written in summary.objects}
        return Reference(json.loads(summary.to_json())["items"], digests, sums)

    def remove(self) -> None:
        """Delete the bucket with all that is in it: the emulator keeps it in memory."""
        for key, upload_id in self.open_uploads():
            self._s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        self.zone.bucket.delete(self.objects())
        self._s3.delete_bucket(Bucket=self.bucket)


class Stage:
    """The emulator and what stands before it. Its methods may be called by several threads."""

    def __init__(self, endpoint_url: str, clients: Clients, environment: Mapping[str, str], directory: Path) -> None:
        self.endpoint_url = endpoint_url
        self.clients = clients
        self.microburst = Microburst(endpoint_url, directory / _MICROBURST_LOG)
        self._environment = dict(environment)
        self._directory = directory
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._references: dict[str, Reference] = {}
        self._requests: dict[tuple[str, str, int], int] = {}
        sample = list(generate_items(SAMPLE_USERS, SEED, NEWEST))
        self.items: Mapping[str, Sequence[Item]] = {
            OLDER: list(generate_items(OLDER_USERS, SEED, NEWEST)),
            SAMPLE: sample,
            LARGE: [*sample, *_long_conversations(sample)],
        }
        for table, items in self.items.items():
            fill(clients, table_name(table), items)
        self._older = Scene(clients, "cat-faults-older")
        # microburst is slow to answer its first requests, and answers no others meanwhile: they are made here.
        with self.function(self.microburst.url, "older") as function:
            assert function.invoke(invocation(self._older, OLDER)).summary

    @contextmanager
    def scene(self) -> Iterator[Scene]:
        """Provide a bucket in which the day's older run lies, and remove it at the end."""
        # A number instead of a name: a message that has the bucket's name must not seem to say what the case is about.
        scene = Scene(self.clients, f"cat-faults-{next(self._numbers):03}")
        try:
            scene.copy_from(self._older)
            assert scene.older.run_id == self._older.older.run_id
            yield scene
        finally:
            scene.remove()

    @contextmanager
    def function(self, url: str, name: str) -> Iterator[FunctionProcess]:
        """Start the function's process, for which AWS is at ``url``, and kill it at the end."""
        environment = {**emulator_environment(url, self._environment), **marks_of(name)}
        process = FunctionProcess(environment, self._directory / f"{name}.log")
        watchdog = threading.Timer(PATIENCE_SECONDS, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.close()

    def reference(self, table: str) -> Reference:
        """Return what a run without faults publishes of a table. Its counts are those of the table's items."""
        with self._lock:
            if table not in self._references:
                with (
                    self.scene() as scene,
                    self.function(self.endpoint_url, f"reference-{table}") as function,
                ):
                    assert function.invoke(invocation(scene, table)).summary
                    _compare_with_items(scene, self.items[table])
                    self._references[table] = scene.reference(scene.taken())
            return self._references[table]

    def requests(self, case: Case) -> int:
        """Return how many requests a run of a case takes when nothing goes wrong."""
        kind = (case.table, case.segments, case.processes)
        with self._lock:
            if kind not in self._requests:
                with (
                    self.scene() as scene,
                    closing(Proxy(self.endpoint_url)) as proxy,
                    self.function(proxy.url, "requests") as function,
                ):
                    proxy.inject(surroundings(case))
                    assert function.invoke(invocation_of(case, scene)).summary
                    self._requests[kind] = len(proxy.operations)
            return self._requests[kind]

    def function_logs(self) -> list[Path]:
        """Return what all processes of the function have written."""
        return [path for path in sorted(self._directory.glob("*.log")) if path.name != _MICROBURST_LOG]

    def close(self) -> None:
        """End microburst and empty the stage's own bucket."""
        self.microburst.close()
        self._older.remove()


def fill(clients: Clients, table: str, items: Sequence[Item]) -> SourceTable:
    """Make a table with these items, and return it."""
    filled = SourceTable(clients.dynamodb, table, CONTRACT.key_attributes)
    filled.ensure()
    filled.load(items)
    return filled


def table_name(table: str) -> str:
    return f"cat-faults-{table}-table"


def surroundings(case: Case) -> tuple[Rule, ...]:
    """Return the rules without which a case would not have its number of processes: only large tables get several."""
    return (Rule("DescribeTable", actions.tell_large_size, times=None),) if case.processes > 1 else ()


def invocation_of(case: Case, scene: Scene) -> Invocation:
    """Return a case's invocation, without what it has put wrong in the environment."""
    return invocation(scene, case.table, segments=case.segments, megabytes=VCPU_MEGABYTES * case.processes)


def invocation(scene: Scene, table: str, segments: str = "2", megabytes: int = VCPU_MEGABYTES) -> Invocation:
    """Return the call that runs the day from a table into a bucket."""
    environment = {
        LambdaVariable.S3_BUCKET_NAME: scene.bucket,
        LambdaVariable.DYNAMODB_TABLE_NAME: table_name(table),
        LambdaVariable.PROJECT_ID: "cat",
        LambdaVariable.ENVIRONMENT: "local",
        LambdaVariable.CLIENT: "faults",
        LambdaVariable.CLEAN_PREFIX: PREFIX,
        LambdaVariable.TIME_ZONE: "America/Bogota",
        LambdaVariable.EXCLUSION_RULES: json.dumps(EXCLUSION_RULES),
        LambdaVariable.SCAN_SEGMENTS: segments,
        LambdaVariable.MAX_READ_CAPACITY_UNITS: UNLIMITED,
        LambdaVariable.METRICS_NAMESPACE: "cat-faults",
        LambdaVariable.CONTRACT: CONTRACT.name,
        LambdaVariable.TOMBSTONE_KEY: "/cat/local/tombstone-key",
    }
    return Invocation({EventKey.DT: DAY.isoformat()}, environment, megabytes)


def _compare_with_items(scene: Scene, items: Sequence[Item]) -> None:
    """Assert that a run's counts and its files' records are those that an independent computation finds."""
    summary, wanted = scene.taken(), expected(list(items))
    assert summary.items.scanned == len(items)
    assert summary.items.accepted["conversations"] == len(wanted.conversations)
    assert summary.items.accepted["feedback"] == len(wanted.feedback)
    assert summary.items.accepted["registers"] == wanted.registers
    assert summary.items.excluded_total == wanted.excluded
    assert summary.items.rejected_total == len(wanted.rejected)
    for name, rows in wanted.tables().items():
        assert summary.rows_of(name) == len(rows)
        assert len(scene.records(summary, name)) == len(rows) + len(("header",))


def _long_conversations(sample: Sequence[Item]) -> Iterator[Item]:
    """Yield copies of the sample's longest conversation, each of another user."""
    longest = max(sample, key=lambda item: len(json.dumps(item)))
    for number in range(LONG_CONVERSATIONS):
        yield {**longest, "PK": {"S": f"USER#lector-{number:03}"}}
