"""The first run after a deployment: S3 tells EventBridge nothing yet, so nothing starts ETL-2."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from envs.local import LOCAL
from envs.schema import ARROW_ENGINE
from ops.checks import limits
from ops.checks.account import bucket
from ops.checks.findings import Examination
from ops.engines import event_time, transform_engine
from ops.exits import Exit, OpsError
from ops.invocations import LogLine
from ops.platform import Platform
from ops.running import MadeRun, Patience, await_tables
from tests.iceberg_lake import IcebergLake, platform_on
from tests.ops.conftest import lake_on, rows
from tools.local.emulator import Emulator


@pytest.fixture(scope="module")
def lake(emulator: Emulator) -> Iterator[IcebergLake]:
    """A deployment that has not run yet."""
    with lake_on(emulator) as lake:
        lake.s3.put_bucket_notification_configuration(
            Bucket=lake.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        yield lake


@pytest.fixture
def arrived(lake: IcebergLake) -> MadeRun:
    now = datetime.now(UTC)
    summary = lake.clean_run(date(2026, 1, 31), rows(3), now.replace(second=0, microsecond=0))
    return MadeRun(replace(summary, finished_at=now), dry_run=False, seconds=1.0)


class Watcher:
    """Publishes the run once the job that was to do it has begun, and has said something."""

    def __init__(self, lake: IcebergLake, platform: Platform, run: MadeRun, job: str) -> None:
        self._lake, self._platform, self._run, self._job = lake, platform, run, job
        self.said: list[str] = []
        self.lines: list[str] = []
        self.when_published: Callable[[], None] = lambda: None

    def line(self, line: LogLine) -> None:
        self.lines.append(line.message)

    def beat(self, doing: str) -> None:
        self.said.append(doing)
        if self.jobs() and not self.lines:
            self.job_says("planned")
        elif "goes on" in doing:
            self.when_published()
        elif self.jobs():
            self._lake.publish(self._run.summary, rows(3))

    def job_says(self, text: str) -> None:
        logs, group = self._platform.logs, transform_engine(self._platform).log_group
        where: Any = {"logGroupName": group, "logStreamName": self.jobs()[0]["Id"]}
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(**where)
        logs.put_log_events(**where, logEvents=[{"timestamp": int(time.time() * 1000), "message": text}])

    def jobs(self) -> list[Any]:
        return self._lake.glue.get_job_runs(JobName=self._job)["JobRuns"]


def test_run_starts_etl_2_itself_once_where_no_event_does(
    platform: Platform, lake: IcebergLake, job: str, arrived: MadeRun
) -> None:
    found = next(bucket(Examination(platform, datetime.now(UTC))))
    assert (found.state, "first minutes" in found.said) == ("ok", True)
    watcher = Watcher(lake, platform, arrived, job)
    with pytest.raises(OpsError) as caught:
        await_tables(platform, arrived, 0.5, watcher, Patience(event_seconds=60))
    assert (caught.value.code, watcher.jobs()) == (Exit.NOT_IN_TIME, []), "an event has some time"

    made = await_tables(platform, arrived, 60, watcher, Patience(event_seconds=0.5))
    assert (made.published, made.faults, made.started_by_hand) == (arrived.summary.run_id, (), True)
    (run,) = watcher.jobs()
    assert run.get("Arguments", {}) == {}
    assert any("starting it" in said for said in watcher.said)
    assert watcher.lines == ["planned"], "the log of ETL-2 is followed, each line told once"
    found = next(bucket(Examination(platform, datetime.now(UTC))))
    assert (found.state, "first minutes" in found.said) == ("ok", False)


def test_a_run_that_an_event_started_is_left_alone(
    platform: Platform, lake: IcebergLake, job: str, arrived: MadeRun
) -> None:
    watcher = Watcher(lake, platform, arrived, job)
    begun = len(watcher.jobs())
    lake.glue.start_job_run(JobName=job)
    asked: list[str] = []
    platform.glue.meta.events.register("before-call.glue.GetJobRuns", lambda **_: asked.append("runs"))
    made = await_tables(platform, arrived, 60, watcher, Patience(event_seconds=0))
    assert (made.started_by_hand, len(watcher.jobs())) == (False, begun + 1)
    assert len(asked) == len(watcher.said) + 1, "Glue is asked once a look; after the last one nothing is said"


def test_a_run_of_etl_2_that_fails_after_it_has_published_is_told(
    platform: Platform, lake: IcebergLake, job: str, arrived: MadeRun, tmp_path: Path
) -> None:
    """As one does that lacks the key of pseudonyms: the full tables have the run, the pseudonymous ones do not."""
    seen = tmp_path / "seen"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(seen)!r}).exists(): time.sleep(0.1)\n"
    lake.put("job.py", f"{waits}raise SystemExit('the key of pseudonyms is missing')".encode())
    lake.glue.delete_job(JobName=job)
    script: Any = {"Name": "pythonshell", "ScriptLocation": f"s3://{lake.bucket}/job.py"}
    lake.glue.create_job(Name=job, Role="role", Command=script)
    watcher = Watcher(lake, platform, arrived, job)
    watcher.when_published = seen.touch
    with pytest.raises(OpsError) as caught:
        await_tables(platform, arrived, 60, watcher, Patience(event_seconds=0))
    assert caught.value.code == Exit.ATTENTION
    assert "FAILED" in caught.value.message


def test_the_accounts_concurrency_is_asked_for(lake: IcebergLake) -> None:
    """Over HTTP; of the other checks of limits the emulator has no service: Service Quotas, Lake Formation."""
    arrow = replace(LOCAL.etl, transform=replace(LOCAL.etl.transform, engine=ARROW_ENGINE))
    environment = replace(LOCAL, etl=arrow, provider=replace(LOCAL.provider, custom_endpoint=True))
    examined = Examination(platform_on(lake, environment), datetime.now(UTC))
    found = [next(look(examined)) for look in (limits.functions_at_once, limits.catalog_grants)]
    assert [finding.state for finding in found] == ["ok", "ok"]
    assert re.fullmatch(r"([\d,]+) concurrent executions, \1 of them unreserved", found[0].said)
    assert found[1].said.startswith("not asked")


def test_an_event_has_its_batch_window_and_a_minute(lake: IcebergLake) -> None:
    assert event_time(platform_on(lake)).total_seconds() == LOCAL.etl.glue.event_batch_window + 60
