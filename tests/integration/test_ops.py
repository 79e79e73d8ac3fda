"""``python -m ops`` as operators run it, on the session's deployed platform.

Its runs are of days before the others' and are left to nobody: the newest day stays the one that other tests look at.
This module comes before the ones that run more of that day.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

import pytest

from ops.checks.findings import UNKNOWN
from ops.engines import extract_engine
from ops.execution import execute
from ops.exits import Exit, OpsError
from ops.invocations import LogLine
from ops.platform import Platform
from tests.integration.conftest import DAY, Run
from tests.unit.ops.command import ROOT, ops_here

#: No other test looks at this day.
SEEN_DAY: Final = "2026-01-27"
WELL, ATTENTION = Exit.WELL, Exit.ATTENTION


@pytest.fixture
def variables(first_run: Run) -> dict[str, str]:
    return {**first_run.pipeline.workspace.variables(), "CAT_ENV": "local"}


def told(done: subprocess.CompletedProcess[str]) -> Any:
    """What a command says with --json: one document, without any colours."""
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    return json.loads(done.stdout)


def test_status_shows_the_newest_run_and_its_tables(first_run: Run, variables: dict[str, str]) -> None:
    summary = first_run.summary
    done = ops_here("status", "--json", environment=variables)
    found = told(done)
    assert done.returncode == (ATTENTION if found["next_steps"] else WELL)
    runs = {run["run_id"]: run for run in found["runs"]["complete"]}
    assert runs[summary.run_id]["items"]["scanned"] == summary.items.scanned
    assert found["published"]["run_id"] == summary.run_id
    tables = {table["name"]: table["rows"] for table in found["tables"]}
    assert {name: tables[name] for name in first_run.snapshots} == {
        name: summary.rows_of(name) for name in first_run.snapshots
    }
    assert found["extract"]["runs"], "the function's runs are found in its log"
    assert [step["said"] for step in found["next_steps"] if step["state"] == UNKNOWN] == []


def test_status_is_a_screen(variables: dict[str, str]) -> None:
    done = ops_here("status", environment={**variables, "COLUMNS": "80", "NO_COLOR": "1"})
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert all(part in done.stdout for part in ("ETL-1", "ETL-2", "crawler", "dead-letters", "conversations"))


def test_doctor_finds_a_rule_that_is_off(first_run: Run, variables: dict[str, str]) -> None:
    events, rule = first_run.pipeline.workspace.clients().events, first_run.pipeline.names.arrival_rule
    events.disable_rule(Name=rule)
    try:
        done = ops_here("doctor", "--json", environment=variables)
    finally:
        events.enable_rule(Name=rule)
    found = told(done)
    assert done.returncode == ATTENTION
    matters = {finding["check"]: finding for finding in found["findings"] if finding["state"] != "ok"}
    assert matters["arrival rule"]["remedy"] == f"aws events enable-rule --name {rule}"
    states = {finding["check"]: finding["state"] for finding in found["findings"]}
    sound = (
        "credentials",
        "state bucket",
        "bucket",
        "source table",
        "ETL-1",
        "ETL-2",
        "schedule",
        "workflow",
        "tables",
    )
    upkeep = ("columns", "agreement", "partitions", "history", "branches", "orphans", "crawler", "workgroup")
    assert {states[check] for check in (*sound, *upkeep)} == {"ok"}


def test_dry_run_counts_and_publishes_nothing(first_run: Run, variables: dict[str, str]) -> None:
    done = ops_here("run", "--dry-run", "--dt", SEEN_DAY, "--json", environment=variables)
    assert done.returncode == WELL, done.stderr
    run = told(done)
    assert (run["dry_run"], run["faults"]) == (True, [])
    assert run["summary"]["items"]["scanned"] == first_run.summary.items.scanned
    assert "run started" in done.stderr, "the function's log is shown"
    assert days_in_clean_zone(first_run) & {SEEN_DAY} == set()


def test_nothing_is_changed_without_a_yes(first_run: Run, variables: dict[str, str]) -> None:
    done = ops_here("run", "--dt", SEEN_DAY, environment=variables, answer="y\n")
    assert done.returncode == Exit.NOT_CONFIRMED
    assert "Add --yes" in done.stderr
    assert days_in_clean_zone(first_run) & {SEEN_DAY} == set()


def test_run_waits_until_it_is_published(first_run: Run, variables: dict[str, str]) -> None:
    pipeline = first_run.pipeline
    pipeline.arrivals.drain()
    words = ("run", "--dt", SEEN_DAY, "--yes", "--minutes", "10", "--json")
    command = (sys.executable, "-m", "ops", *words)
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert SEEN_DAY in pipeline.arrivals.wait(120)[-1].key
        pipeline.curate(first_run.summary)
        answer, errors = started.communicate(timeout=300)
    assert started.returncode == WELL, errors
    run = json.loads(answer)
    assert run["published"] == run["summary"]["run_id"]
    assert {table["name"]: table["held"] for table in run["tables"]} == {
        written["dataset"]: written["rows"] for written in run["summary"]["objects"]
    }


def test_rejects_and_replay_agree_with_the_run(first_run: Run, variables: dict[str, str]) -> None:
    done = ops_here("rejects", "--json", environment=variables)
    found = told(done)
    assert (done.returncode, found["by_code"]) == (WELL, first_run.summary.items.rejected)
    replayed = told(ops_here("replay", "--json", environment=variables))
    assert (replayed["still"], replayed["accepted"]) == (first_run.summary.items.rejected, {})


def test_history_names_snapshots_that_can_be_asked_for(first_run: Run, variables: dict[str, str]) -> None:
    states = told(ops_here("history", "--table", "conversations", "--json", environment=variables))["conversations"]
    for state in states:
        _, ((count,),) = first_run.athena.query(f"SELECT count(*) FROM conversations {state['by_version']}")
        assert count == state["rows"]
    assert first_run.snapshots["conversations"] in {state["snapshot_id"] for state in states}


def test_cost_is_measured(variables: dict[str, str]) -> None:
    done = ops_here("cost", "--json", environment=variables)
    found = told(done)
    costs = {cost["component"]: cost for cost in found["costs"]}
    assert done.returncode == WELL
    assert costs["ETL-1 (Lambda)"]["dollars"] > 0
    assert costs["S3: tables, current rows"]["usage"] > 0
    assert costs["source table (DynamoDB)"]["usage"] > 0
    assert found["total"] == pytest.approx(sum(cost["dollars"] for cost in costs.values()))
    assert found["not_counted"]


def test_an_environment_that_is_not_deployed_is_told(variables: dict[str, str]) -> None:
    done = ops_here("status", "--env", "prod", environment=variables)
    assert done.returncode == Exit.AWS
    assert "prod's bucket does not exist." in done.stderr
    assert "Deploy cat-prod-normalize" in done.stderr
    report = ops_here("doctor", "--env", "prod", environment=variables)
    assert report.returncode == ATTENTION
    assert "✘ bucket: cat-prod-normalize-reports does not exist" in report.stdout
    assert "Traceback" not in report.stderr


class Onlooker:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, line: LogLine) -> None:
        self.lines.append(line.message)

    def beat(self, doing: str) -> None:
        assert doing


def test_a_function_that_fails_says_why_and_what_to_do(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    platform, onlooker = Platform.named("local", variables), Onlooker()
    with pytest.raises(OpsError, match=r"(?s)ETL-1 .*failed: .*'dryrun' is no key of this event") as caught:
        execute(platform, extract_engine(platform), {"dryrun": True}, onlooker)
    assert caught.value.code is ATTENTION
    assert "docs/runbook.md, Run ETL-1 by hand" in caught.value.remedy
    assert any("run failed" in line for line in onlooker.lines), "its log was followed"


def days_in_clean_zone(run: Run) -> set[str]:
    s3 = run.pipeline.workspace.clients().s3
    found = s3.list_objects_v2(
        Bucket=run.pipeline.names.reports_bucket, Prefix="reports/etl-process1/conversations/dt="
    )
    return {entry["Key"].split("/dt=")[1][: len(DAY)] for entry in found["Contents"]}
