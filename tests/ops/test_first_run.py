"""The first run after a deployment: S3 tells EventBridge nothing yet, so nothing starts ETL-2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from envs.local import LOCAL
from envs.schema import ARROW_ENGINE
from ops.checks import limits
from ops.checks.account import bucket
from ops.checks.findings import Examination
from ops.engines import event_time
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
    """Publishes the run once the job that was to do it has begun."""

    def __init__(self, lake: IcebergLake, run: MadeRun, job: str) -> None:
        self._lake, self._run, self._job = lake, run, job
        self.said: list[str] = []

    def line(self, line: LogLine) -> None:
        raise AssertionError(line)

    def beat(self, doing: str) -> None:
        self.said.append(doing)
        if self.jobs():
            self._lake.publish(self._run.summary, rows(3))

    def jobs(self) -> list[Any]:
        return self._lake.glue.get_job_runs(JobName=self._job)["JobRuns"]


def test_run_starts_etl_2_itself_once_where_no_event_does(
    platform: Platform, lake: IcebergLake, job: str, arrived: MadeRun
) -> None:
    found = next(bucket(Examination(platform, datetime.now(UTC))))
    assert (found.state, "first minutes" in found.said) == ("ok", True)
    watcher = Watcher(lake, arrived, job)
    with pytest.raises(OpsError) as caught:
        await_tables(platform, arrived, 0.5, watcher, Patience(event_seconds=60))
    assert (caught.value.code, watcher.jobs()) == (Exit.NOT_IN_TIME, []), "an event has some time"

    made = await_tables(platform, arrived, 60, watcher, Patience(event_seconds=0.5))
    assert (made.published, made.faults, made.started_by_hand) == (arrived.summary.run_id, (), True)
    (run,) = watcher.jobs()
    assert run.get("Arguments", {}) == {}
    assert any("starting it" in said for said in watcher.said)
    found = next(bucket(Examination(platform, datetime.now(UTC))))
    assert (found.state, "first minutes" in found.said) == ("ok", False)


def test_a_run_that_an_event_started_is_left_alone(
    platform: Platform, lake: IcebergLake, job: str, arrived: MadeRun
) -> None:
    watcher = Watcher(lake, arrived, job)
    begun = len(watcher.jobs())
    lake.glue.start_job_run(JobName=job)
    made = await_tables(platform, arrived, 60, watcher, Patience(event_seconds=0))
    assert (made.started_by_hand, len(watcher.jobs())) == (False, begun + 1)


def test_the_accounts_concurrency_is_asked_for(lake: IcebergLake) -> None:
    """Over HTTP; of the other checks of limits the emulator has no service: Service Quotas, Lake Formation."""
    arrow = replace(LOCAL.etl, transform=replace(LOCAL.etl.transform, engine=ARROW_ENGINE))
    environment = replace(LOCAL, etl=arrow, provider=replace(LOCAL.provider, custom_endpoint=True))
    examined = Examination(platform_on(lake, environment), datetime.now(UTC))
    found = [next(look(examined)) for look in (limits.functions_at_once, limits.catalog_grants)]
    assert [finding.state for finding in found] == ["ok", "ok"]
    assert re.fullmatch(r"([\d,]+) concurrent executions, \1 of them unreserved", found[0].said)
    assert found[1].said.startswith("not asked")


def test_an_event_has_its_batch_window_and_some_minutes(lake: IcebergLake) -> None:
    assert event_time(platform_on(lake)).total_seconds() == LOCAL.etl.glue.event_batch_window + 120
