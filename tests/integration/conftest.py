"""The session's deployments, and the sample's first way through the one with the usual engines."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from contract.runs import RunSummary
from envs.local import LOCAL
from envs.naming import Names
from envs.schema import ARROW_ENGINE, GLUE_ENGINE, SPARK_ENGINE
from envs.tickets import TICKETS
from tests.emulators import ready_to_deploy, running_in
from tests.integration.oracle import Expected, expected
from tests.integration.plans import STACKS, plan_of
from tests.integration.tickets import Desk, desk
from tools.local.deployment import deploy
from tools.local.engines import Engines
from tools.local.machine_parts import MachineParts
from tools.local.machine_tools import PROJECT
from tools.local.pipeline import Pipeline
from tools.local.reconciliation import committed_summary, reconcile
from tools.local.trino.client import Connection, Rows
from tools.local.workspace import Workspace

#: What is deployed, by the fixture that gives it to tests.
DEPLOYED, ARROW_WITH_KEY, GLUE, TICKETS_PLATFORM = "deployed", "arrow_with_key", "glue_extract", "tickets_platform"
ENGINES: Final = {
    DEPLOYED: Engines.of(LOCAL),
    ARROW_WITH_KEY: Engines(transform=ARROW_ENGINE, own_key=True),
    GLUE: Engines(extract=GLUE_ENGINE),
    TICKETS_PLATFORM: Engines.of(TICKETS),
}

#: Which environment that is, where it is not LOCAL.
ENVIRONMENTS: Final = {TICKETS_PLATFORM: TICKETS}

#: What tests/conftest.py gives to the Java of all Spark jobs.
JAVA_OPTIONS: Final = "SPARK_SUBMIT_OPTS"

DAY = "2026-01-31"
EARLIER_DAY = "2026-01-29"


VIEWS = ("dashboard_usuarios", "feedback_in_context")


@dataclass(frozen=True)
class Run:
    """One run of the whole pipeline and what it must have made; ``athena`` asks the tables as they are by now."""

    pipeline: Pipeline
    summary: RunSummary
    expected: Expected
    athena: Connection
    #: What the views answered, and the tables' snapshots, when the run had ended, whatever other tests have done since.
    views: dict[str, Rows]
    snapshots: dict[str, int]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table as the run left it."""
        return rows(self.athena, table, f"FOR VERSION AS OF {self.snapshots[table]}")


def run_etl1(pipeline: Pipeline, day: str = DAY, **event: Any) -> RunSummary:
    answer = pipeline.normalize({"dt": day, **event})
    return committed_summary(pipeline.workspace.clients().s3, pipeline.environment, answer)


def night(pipeline: Pipeline, day: str = DAY, **event: Any) -> RunSummary:
    """Run ETL-1, hear its arrival, and have ETL-2 take it."""
    pipeline.arrivals.drain()
    summary = run_etl1(pipeline, day, **event)
    last = pipeline.environment.contract.last_dataset.name
    assert pipeline.await_arrival().key.endswith(f"/{last}-{summary.run_id}.csv")
    pipeline.curate(summary)
    return summary


def metadata_of(pipeline: Pipeline) -> dict[str, str]:
    """The present metadata file of each of the contract's datasets: another one after each commit."""
    return {each.name: pipeline.table(each.name).metadata_location for each in pipeline.environment.contract.datasets}


def rows(athena: Connection, table: str, travel: str = "") -> list[dict[str, Any]]:
    """All rows of a table, instants with their zone."""
    columns, found = athena.query(f"SELECT * FROM {table} {travel}")
    return [{name: _aware(value) for name, value in zip(columns, row, strict=True)} for row in found]


def in_order(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(table, key=lambda row: json.dumps(row, sort_keys=True, default=str))


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _deploy(name: str, workspace: Workspace, items: list[dict[str, Any]]) -> Workspace:
    engines = ENGINES[name]
    demo = ready_to_deploy(workspace, items, engines)
    if name == GLUE:
        # ETL-2 is none of it.
        stacks = [Names("local").normalize_stack]
        deploy(stacks, {**workspace.variables(), **engines.variables(LOCAL)}, workspace.deploy_log)
    else:
        parts = MachineParts(workspace, with_spark=engines.transform == SPARK_ENGINE)
        demo.deploy_stacks(parts)
        demo.make_pseudonym_key()
        parts.wait(lambda _: None)
    return workspace


@pytest.fixture(scope="session")
def platforms(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sample: list[dict[str, Any]],
    help_desk: Desk,
) -> Iterator[dict[str, Future[Workspace]]]:
    """All that the collected tests want deployed, each on an emulator of its own with items in its table.

    Most of a deployment is waiting, for a bucket's lifecycle rules, a queue or a key to be seen everywhere: so all are
    made at once, and that is over before the first test begins.
    """
    asked = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(running_in(tmp_path_factory.mktemp(name), ENVIRONMENTS.get(name, LOCAL)))
            for name in ENGINES
            if name in asked
        }
        with ThreadPoolExecutor() as at_once:
            begun = {
                name: at_once.submit(_deploy, name, workspace, help_desk.items if name in ENVIRONMENTS else sample)
                for name, workspace in running.items()
            }
        yield begun


@pytest.fixture(scope="session")
def deployed(platforms: dict[str, Future[Workspace]]) -> Pipeline:
    """Both local stacks, deployed by the steps of the demo, over the sample."""
    return Pipeline.of(platforms[DEPLOYED].result(), ENGINES[DEPLOYED])


@pytest.fixture(scope="session")
def arrow_with_key(platforms: dict[str, Future[Workspace]]) -> Pipeline:
    """Both stacks with ETL-2's Arrow engine and with a KMS key of their own."""
    return Pipeline.of(platforms[ARROW_WITH_KEY].result(), ENGINES[ARROW_WITH_KEY])


@pytest.fixture(scope="session")
def arrow_plans(arrow_with_key: Pipeline) -> dict[str, Any]:
    """The plans of that deployment, by their stacks' names."""
    return {stack: plan_of(arrow_with_key.workspace, stack) for stack in STACKS}


@pytest.fixture(scope="session")
def glue_extract(platforms: dict[str, Future[Workspace]]) -> Workspace:
    """ETL-1's stack alone, with its Glue engine."""
    return platforms[GLUE].result()


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """The project, to be changed and deployed from; what does not take part is left out or linked."""
    folder = tmp_path / "project"
    left_out = shutil.ignore_patterns(
        ".*", "node_modules", "build", "cdktf.out", "tests", "docs", "bench", "__pycache__"
    )
    shutil.copytree(PROJECT, folder, ignore=left_out)
    for name in (".venv", "node_modules", "build"):
        (folder / name).symlink_to(PROJECT / name)
    return folder


@pytest.fixture(scope="session")
def help_desk() -> Desk:
    """The items of the second source table."""
    return desk(60)


@pytest.fixture(scope="session")
def tickets_platform(platforms: dict[str, Future[Workspace]]) -> Pipeline:
    """Both stacks of the second source table."""
    return Pipeline.of(platforms[TICKETS_PLATFORM].result(), ENGINES[TICKETS_PLATFORM])


@contextmanager
def classes_kept_for_later() -> Iterator[None]:
    """Have Spark's Java leave the classes that the block's job loads, for all jobs of the session that come later.

    Loading them is a third of a job's processor time. A Java that cannot do this says nothing and does without.
    """
    archive, options = Path(tempfile.mkdtemp(), "classes.jsa"), os.environ[JAVA_OPTIONS]
    os.environ[JAVA_OPTIONS] = f"{options} -Xlog:disable -XX:ArchiveClassesAtExit={archive}"
    yield
    os.environ[JAVA_OPTIONS] = f"{options} -Xlog:disable -XX:SharedArchiveFile={archive}"


@pytest.fixture(scope="session")
def first_run(deployed: Pipeline, sample: list[dict[str, Any]]) -> Run:
    """The sample's first way through both ETLs, started by the event that the deployed rule delivered."""
    with classes_kept_for_later():
        summary = night(deployed)
    athena = deployed.workspace.trino.connection()
    reconcile(deployed.environment.contract, summary, athena)
    views = {view: athena.query(f"SELECT * FROM {view}")[1] for view in VIEWS}
    _, recorded = athena.query(f"SELECT dataset, snapshot_id FROM runs WHERE run_id = '{summary.run_id}'")
    return Run(deployed, summary, expected(sample), athena, views, dict(recorded))
