from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from local.demo import open_warehouse
from local.reconciliation import committed_summary
from local.warehouse import Warehouse
from tests.integration.oracle import Expected, expected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.athena_sql import LocalAthena
    from local.pipeline import Pipeline
    from local.warehouse import Partition
    from modules.contract.runs import RunSummary

DAY = "2026-01-31"
EARLIER_DAY = "2026-01-29"


@dataclass(frozen=True)
class Run:
    """One run of the whole pipeline and what it must have made."""

    pipeline: Pipeline
    summary: RunSummary
    expected: Expected
    #: The tables and views as they were when the run had ended, whatever other tests have done since.
    athena: LocalAthena
    partitions: list[Partition]

    def warehouse(self) -> Warehouse:
        return open_warehouse(self.pipeline.workspace)


def run_etl1(pipeline: Pipeline, day: str = DAY) -> RunSummary:
    answer = pipeline.normalize({"dt": day})
    return committed_summary(pipeline.workspace.clients().s3, pipeline.environment, answer)


def rows(athena: LocalAthena, table: str, day: str = DAY) -> list[dict[str, Any]]:
    """All rows of a table's day, instants with their zone."""
    columns, found = athena.query(f"SELECT * FROM {table} WHERE dt = '{day}'")  # noqa: S608 our own names
    return [{name: _aware(value) for name, value in zip(columns, row, strict=True) if name != "dt"} for row in found]


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=timezone.utc) if isinstance(value, datetime) else value


@pytest.fixture(scope="session")
def first_run(deployed: Pipeline, sample: list[dict[str, Any]]) -> Iterator[Run]:
    """The sample's first way through both ETLs, started by the event that the deployed rule delivered."""
    summary = run_etl1(deployed)
    assert deployed.await_arrival().key.endswith(f"/conversations-{summary.run_id}.csv")
    deployed.curate(summary)
    clients, folder = deployed.workspace.clients(), deployed.workspace.directory / "first-run"
    warehouse = Warehouse(clients.glue, clients.s3, deployed.names.database, folder)
    with closing(warehouse.open()) as athena:
        yield Run(deployed, summary, expected(sample), athena, warehouse.partitions())


@pytest.fixture
def athena(first_run: Run) -> LocalAthena:
    return first_run.athena
