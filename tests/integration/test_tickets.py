"""A second source table, by ``contract/sources/tickets.py`` and ``envs/tickets.py`` alone: deployed, run, run again."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from contract.runs import RunSummary
from contract.serving import named_queries_of, views_of
from envs.tickets import TICKETS
from ops.exits import Exit
from tests.integration.conftest import DAY, EARLIER_DAY, metadata_of, night, rows
from tests.integration.evidence import calls_made
from tests.integration.plans import planned_changes
from tests.integration.tickets import FAULTS, Desk
from tests.unit.ops.command import ops_here
from tools.local.cdktf_command import CDKTF
from tools.local.contract_sample import contract_sample
from tools.local.errors import FunctionError
from tools.local.followed import Program
from tools.local.machine_tools import PROJECT
from tools.local.pipeline import Pipeline
from tools.local.reconciliation import reconcile
from tools.local.trino.client import Connection
from tools.local.workspace import CHOICE, Workspace


@dataclass(frozen=True)
class Night:
    """The desk's way through both ETLs, and what asks the tables."""

    pipeline: Pipeline
    summary: RunSummary
    athena: Connection
    reconciled: int


@pytest.fixture(scope="module")
def pipeline(tickets_platform: Pipeline) -> Pipeline:
    return tickets_platform


@pytest.fixture(scope="module")
def first(pipeline: Pipeline) -> Night:
    summary, athena = night(pipeline), pipeline.workspace.trino.connection()
    return Night(pipeline, summary, athena, reconcile(TICKETS.contract, summary, athena))


def test_every_item_is_counted(first: Night, help_desk: Desk) -> None:
    items = first.summary.items
    assert items.scanned == len(help_desk.items)
    assert items.accepted == {"tickets": len(help_desk.tickets)}
    assert items.excluded == {"drills": help_desk.excluded}
    assert items.rejected == dict.fromkeys(FAULTS, 1)
    assert first.reconciled == len(help_desk.tickets) + len(help_desk.replies) + len(help_desk.rejected)


@pytest.mark.parametrize("table", ["tickets", "replies"])
def test_tables_hold_exactly_the_expected_rows(first: Night, help_desk: Desk, table: str) -> None:
    key = ("ticket_id", "position") if table == "replies" else ("ticket_id",)
    found = sorted(rows(first.athena, table), key=lambda row: [row[name] for name in key])
    assert found == getattr(help_desk, table)


def test_rejected_tickets_are_kept_whole_with_a_reason(first: Night, help_desk: Desk) -> None:
    items = {item["ticket_id"]["S"]: item for item in help_desk.items}
    found = rows(first.athena, "rejected")
    assert {json.loads(row["item_key"])["ticket_id"]["S"]: row["reason"].partition(":")[0] for row in found} == (
        help_desk.rejected
    )
    assert all(json.loads(row["item_json"]) == items[json.loads(row["item_key"])["ticket_id"]["S"]] for row in found)


def test_the_checks_are_those_of_the_contract(first: Night) -> None:
    checks = {(row["dataset"], row["check_name"]): row["outcome"] for row in rows(first.athena, "data_quality")}
    assert set(checks.values()) == {"passed"}
    assert {("replies", "has_ticket"), ("tickets", "reply_count"), ("tickets", "unique_key")} <= checks.keys()


def test_named_queries_answer(first: Night, help_desk: Desk) -> None:
    contract = TICKETS.contract
    assert views_of(contract) == ()
    answers = {query.name: first.athena.query(query.sql) for query in named_queries_of(contract)}
    columns, rejected = answers["rejected_by_reason"]
    assert sum(row[columns.index("items")] for row in rejected) == len(help_desk.rejected)
    columns, fresh = answers["freshness"]
    assert {row[columns.index("dataset")] for row in fresh} == {dataset.name for dataset in contract.datasets}


def test_roles_are_refused_nothing(first: Night) -> None:
    roles = {call.role for call in calls_made(first.pipeline.workspace)}
    assert len(roles) == 2, "calls_made has looked for refusals, of both functions' roles"


def test_a_plan_leaves_the_tables_alone(first: Night) -> None:
    changes = planned_changes(first.pipeline.workspace, TICKETS.names.etl_stack)
    assert not [address for address in changes if address.startswith("aws_glue_catalog_table.")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "--json"), '"tickets"'),
        (("rejects", "--json"), "unknown_value"),
        (("replay", "--json"), "invalid_json"),
    ],
)
def test_operators_see_it(first: Night, words: tuple[str, ...], said: str) -> None:
    variables = {**first.pipeline.workspace.variables(), "CAT_ENV": TICKETS.name}
    done = ops_here(*words, environment=variables)
    assert done.returncode in (Exit.WELL, Exit.ATTENTION), done.stderr
    assert said in done.stdout
    json.loads(done.stdout)


def test_the_report_has_the_contracts_own_names(first: Night, tmp_path: Path) -> None:
    variables = {**first.pipeline.workspace.variables(), "CAT_ENV": TICKETS.name}
    page = tmp_path / "report.html"
    done = ops_here("report", "--dt", DAY, "--output", str(page), environment=variables)
    assert done.returncode == Exit.WELL, done.stderr
    written = page.read_text(encoding="utf-8").replace("_", " ")
    assert [name for name in ("tickets", "replies", "has ticket", "unknown value") if name not in written] == []
    assert [word for word in ("conversations", "gerencia", "CatIA") if word in written] == []


def test_a_night_removes_what_is_gone(first: Night, help_desk: Desk) -> None:
    pipeline, table = first.pipeline, first.pipeline.workspace.source_table()
    kept = [item for item in help_desk.items if item["ticket_id"]["S"] != "T-0001"]
    try:
        table.load(kept)
        reconcile(TICKETS.contract, night(pipeline, EARLIER_DAY), first.athena)
        found = {row["ticket_id"] for row in rows(first.athena, "tickets")}
    finally:
        table.load(help_desk.items)
        night(pipeline)
    assert found == {row["ticket_id"] for row in help_desk.tickets} - {"T-0001"}


def test_a_run_that_rejects_too_much_is_quarantined(first: Night, help_desk: Desk) -> None:
    pipeline, table = first.pipeline, first.pipeline.workspace.source_table()
    before = metadata_of(pipeline)
    faulty = [item for item in help_desk.items if item["ticket_id"]["S"] in help_desk.rejected]
    try:
        table.load(faulty)
        with pytest.raises(FunctionError, match=r"(?s)is not recorded.*failed 1 check"):
            night(pipeline, "2026-01-28", accept_removal=True)
    finally:
        table.load(help_desk.items)
    assert metadata_of(pipeline) == before


def test_a_demo_of_made_up_items_answers_its_questions(first: Night, help_desk: Desk) -> None:
    pipeline, table = first.pipeline, first.pipeline.workspace.source_table()
    sample = contract_sample(TICKETS.contract, 40, seed=1, newest=date(2026, 1, 31))
    try:
        table.load(sample.items)
        made = night(pipeline, accept_removal=True)
        reconcile(TICKETS.contract, made, first.athena)
        answers = {title: first.athena.query(sql)[1] for title, sql in sample.questions.items()}
    finally:
        table.load(help_desk.items)
        night(pipeline, accept_removal=True)
    assert made.items.accepted == {"tickets": 38}
    assert sum(made.items.rejected.values()) == 2
    assert [title for title, rows_found in answers.items() if not rows_found] == []


def test_a_contract_is_inferred_from_the_table(first: Night, help_desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "desk.py"
    words = ("infer", "--table", TICKETS.normalize.dynamo_table_name, "--name", "desk", "--output", str(target))
    command = (sys.executable, "-m", "tools.contract", *words)
    variables = first.pipeline.workspace.variables()
    done = subprocess.run(command, check=True, cwd=PROJECT, env=variables, capture_output=True, text=True)
    assert f"{len(help_desk.items)} items were read." in done.stdout
    written = target.read_text(encoding="utf-8")
    lines = [line.strip() for line in written.splitlines() if "CONFIRM" in line]
    made = {line.split('"')[1]: line.partition("(")[0] for line in lines}
    typed = {
        "opened_at": "instant",
        "priority": "integer",
        "is_urgent": "boolean",
        "due_on": "day",
        "tags": "json",
        "replies": "json",
    }
    assert made == {
        **dict.fromkeys(("ticket_id", "subject", "status"), "text"),
        **typed,
        "refund": "decimal",
        "hours": "decimal",
    }
    # Replies are lists, or JSON in a text, or what the desk's faults are.
    assert "ODD, would reject" in written
    assert [item for item in help_desk.items if item.get("subject", {}).get("S", "T-0001") in written] == []


@pytest.fixture
def with_another_column(project_copy: Path) -> Path:
    """The project with one column more in the tickets' contract."""
    folder = project_copy
    source = folder / "contract" / "sources" / "tickets.py"
    text = source.read_text(encoding="utf-8")
    for old, new in (
        (LAST_COLUMN, f'{LAST_COLUMN}\n        text(12, "closed_by", PERSONAL, "Who closed it."),'),
        (LAST_CELL, f"{LAST_CELL}\n        None,"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    source.write_text(text, encoding="utf-8")
    return folder


LAST_COLUMN = "        *_AS_THEY_ARE,"
LAST_CELL = "        *(typed.attribute(item, column) for column in _AS_THEY_ARE),"


def test_a_deployment_that_adds_a_column_gives_it_to_the_table_at_once(
    first: Night, help_desk: Desk, with_another_column: Path
) -> None:
    pipeline = first.pipeline
    pipeline.arrivals.drain()
    changed = Workspace(TICKETS, with_another_column / "deployed", pipeline.workspace.emulator)
    changed.directory.mkdir()
    program = Program(
        [str(CDKTF), "deploy", "cat-tickets-*", "--auto-approve"],
        with_another_column,
        {**changed.variables(), CHOICE: TICKETS.name},
    )
    ended = program.follow(changed.deploy_log, lambda _: None)
    assert ended.well, ended.words
    pipeline.await_columns()
    assert [field.name for field in pipeline.table("tickets").fields][-1] == "closed_by"
    # No run yet, and all rows are there; Terraform wants nothing back of what the commit has changed.
    found = rows(first.athena, "tickets")
    assert {row["closed_by"] for row in found} == {None}
    assert len(found) == len(help_desk.tickets)
    assert not [each for each in planned_changes(changed, TICKETS.names.etl_stack) if "catalog_table" in each]
