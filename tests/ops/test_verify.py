"""Where a job that must fail ends well, nothing is said of its alert."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from ops.engines import transform_engine
from ops.platform import Platform
from ops.verify.alerts import AlertQueue
from ops.verify.failures import check_of
from ops.verify.outcomes import NotSeenError
from ops.verify.scene import Scene
from tests.iceberg_lake import IcebergLake


class Silent:
    def line(self, line: object) -> None: ...

    def beat(self, doing: str) -> None: ...


def test_a_job_that_takes_what_it_must_refuse_proves_nothing(lake: IcebergLake, platform: Platform, job: str) -> None:
    alerts = AlertQueue(platform, "nowhere")
    scene = Scene(platform, "0a1b2c3d", datetime.now(UTC), time.monotonic() + 60, Silent(), alerts)
    check = check_of(transform_engine, platform)
    check.begin(scene)
    with pytest.raises(NotSeenError, match="had to fail, and is SUCCEEDED"):
        check.look(scene)
    run = lake.glue.get_job_runs(JobName=job)["JobRuns"][0]
    assert run["Arguments"] == {"--rebuild": "verify-0a1b2c3d"}
