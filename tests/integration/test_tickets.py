"""A second source table, by ``sources/tickets.py`` and ``envs/tickets.py`` alone: deployed, run, and run again."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from envs.tickets import TICKETS
from local.demo import open_warehouse
from local.errors import FunctionError
from local.reconciliation import reconcile
from modules.etl.serving import named_queries_of, views_of
from ops.exits import Exit
from tests.integration.conftest import DAY, EARLIER_DAY, rows, run_etl1
from tests.integration.evidence import calls_made
from tests.integration.plans import planned_changes
from tests.integration.tickets import FAULTS, Desk
from tests.unit.ops.command import ops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.athena_sql import LocalAthena
    from local.pipeline import Pipeline
    from modules.contract.runs import RunSummary


@dataclass(frozen=True)
class Night:
    """The desk's way through both ETLs, and what the tables held afterwards."""

    pipeline: Pipeline
    summary: RunSummary
    athena: LocalAthena
    registered: int


@pytest.fixture(scope="module")
def pipeline(tickets_platform: Pipeline) -> Pipeline:
    return tickets_platform


@pytest.fixture(scope="module")
def night(pipeline: Pipeline) -> Iterator[Night]:
    summary = run_etl1(pipeline)
    assert pipeline.await_arrival().key.endswith(f"/tickets-{summary.run_id}.csv")
    pipeline.curate(summary)
    warehouse = open_warehouse(pipeline.workspace)
    with closing(warehouse.open()) as athena:
        registered = reconcile(TICKETS.contract, summary, athena, warehouse.partitions())
        yield Night(pipeline, summary, athena, registered)


def test_every_item_is_counted(night: Night, help_desk: Desk) -> None:
    items = night.summary.items
    assert items.scanned == len(help_desk.items)
    assert items.placed == {"tickets": len(help_desk.tickets)}
    assert items.excluded == {"drills": help_desk.excluded}
    assert items.rejected == dict.fromkeys(FAULTS, 1)
    assert night.registered == len(help_desk.tickets) + len(help_desk.replies) + len(help_desk.rejected)


@pytest.mark.parametrize("table", ["tickets", "replies"])
def test_tables_hold_exactly_the_expected_rows(night: Night, help_desk: Desk, table: str) -> None:
    key = ("ticket_id", "position") if table == "replies" else ("ticket_id",)
    found = sorted(rows(night.athena, table), key=lambda row: [row[name] for name in key])
    assert found == getattr(help_desk, table)


def test_rejected_tickets_are_kept_whole_with_a_reason(night: Night, help_desk: Desk) -> None:
    items = {item["ticket_id"]["S"]: item for item in help_desk.items}
    found = rows(night.athena, "rejected")
    assert {json.loads(row["item_key"])["ticket_id"]["S"]: row["reason"].partition(":")[0] for row in found} == (
        help_desk.rejected
    )
    assert all(json.loads(row["item_json"]) == items[json.loads(row["item_key"])["ticket_id"]["S"]] for row in found)


def test_the_checks_are_those_of_the_contract(night: Night) -> None:
    checks = {(row["dataset"], row["check_name"]): row["outcome"] for row in rows(night.athena, "data_quality")}
    assert set(checks.values()) == {"passed"}
    assert {("replies", "has_ticket"), ("tickets", "reply_count"), ("tickets", "unique_key")} <= checks.keys()


def test_views_and_named_queries_answer(night: Night, help_desk: Desk) -> None:
    contract = TICKETS.contract
    assert [view.name for view in views_of(contract)] == ["latest_snapshot", "latest_tickets", "latest_replies"]
    (count,) = night.athena.query("SELECT count(*) FROM latest_replies")[1][0]
    assert count == len(help_desk.replies)
    answers = {query.name: night.athena.query(query.sql) for query in named_queries_of(contract)}
    columns, rejected = answers["rejected_by_reason"]
    assert sum(row[columns.index("items")] for row in rejected) == len(help_desk.rejected)
    columns, fresh = answers["snapshot_freshness"]
    assert {row[columns.index("dataset")] for row in fresh} == {dataset.name for dataset in contract.datasets}


def test_roles_are_refused_nothing(night: Night) -> None:
    roles = {call.role for call in calls_made(night.pipeline.workspace)}
    assert len(roles) == 2, "calls_made has looked for refusals, of both functions' roles"


def test_a_plan_leaves_the_tables_alone(night: Night) -> None:
    changes = planned_changes(night.pipeline.workspace, TICKETS.names.etl_stack)
    assert not [address for address in changes if address.startswith("aws_glue_catalog_table.")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "--json"), '"tickets"'),
        (("rejects", "--json"), "unknown_value"),
        (("replay", "--json"), "invalid_json"),
    ],
)
def test_operators_see_it(night: Night, words: tuple[str, ...], said: str) -> None:
    variables = {**night.pipeline.workspace.variables(), "CAT_ENV": TICKETS.name}
    done = ops(*words, environment=variables)
    assert done.returncode in (Exit.WELL, Exit.ATTENTION), done.stderr
    assert said in done.stdout
    json.loads(done.stdout)


def test_the_report_has_the_contracts_own_names(night: Night, tmp_path: Path) -> None:
    variables = {**night.pipeline.workspace.variables(), "CAT_ENV": TICKETS.name}
    page = tmp_path / "report.html"
    done = ops("report", "--dt", DAY, "--output", str(page), environment=variables)
    assert done.returncode == Exit.WELL, done.stderr
    written = page.read_text(encoding="utf-8").replace("_", " ")
    assert [name for name in ("tickets", "replies", "has ticket", "unknown value") if name not in written] == []
    assert [word for word in ("conversations", "gerencia", "CatIA") if word in written] == []


def test_a_day_that_is_run_again_is_replaced(night: Night, help_desk: Desk) -> None:
    pipeline, table = night.pipeline, night.pipeline.workspace.source_table()
    kept = [item for item in help_desk.items if item["ticket_id"]["S"] != "T-0001"]
    try:
        pipeline.curate(run_etl1(pipeline, EARLIER_DAY))
        table.load(kept)
        again = run_etl1(pipeline, EARLIER_DAY)
        pipeline.curate(again)
    finally:
        table.load(help_desk.items)
    warehouse = open_warehouse(pipeline.workspace)
    with closing(warehouse.open()) as athena:
        reconcile(TICKETS.contract, again, athena, warehouse.partitions())
        found: list[dict[str, Any]] = rows(athena, "tickets", EARLIER_DAY)
        assert len(rows(athena, "tickets", DAY)) == len(help_desk.tickets), "the other day stays as it was"
    assert {row["ticket_id"] for row in found} == {row["ticket_id"] for row in help_desk.tickets} - {"T-0001"}


def test_a_run_that_rejects_too_much_is_quarantined(night: Night, help_desk: Desk) -> None:
    pipeline, table = night.pipeline, night.pipeline.workspace.source_table()
    faulty = [item for item in help_desk.items if item["ticket_id"]["S"] in help_desk.rejected]
    try:
        table.load(faulty)
        summary = run_etl1(pipeline, "2026-01-28")
        with pytest.raises(
            FunctionError, match=rf"(?s){summary.run_id} of 2026-01-28 is not in the tables.*quarantined"
        ):
            pipeline.curate(summary)
    finally:
        table.load(help_desk.items)
