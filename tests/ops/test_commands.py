"""Each command once, as operators type it, on tables in an emulator."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from contract.layout import commit_marker_prefix
from contract.sources.catia import FEEDBACK, MESSAGES
from contract.version import VERSION
from envs.local import LOCAL
from ops import status
from ops.engines import transform_engine
from ops.exits import Exit
from ops.platform import Platform
from ops.report import gathering
from tests.iceberg_lake import IcebergLake, utc
from tests.ops.conftest import DAY, NAME, SHARED, AnsweringFunction, rows, told


def test_status_says_what_readers_see(ops: Callable[..., Result]) -> None:
    found = told(ops("status", "--json"))
    tables = {table["name"]: (table["rows"], table["business_day"]) for table in found["tables"]}
    assert tables["messages"] == (40, str(DAY))
    assert tables["rejected"] == (1, "2026-01-29"), "the second night left it as it was"
    assert (found["published"]["dt"], found["unpublished"]) == (str(DAY), None)
    shown = ops("status").stdout
    assert f"readers see the run of {DAY}" in shown
    assert "conversations" in shown


@pytest.mark.parametrize(
    "look", [status.gather, lambda platform, now: gathering.gather(platform, None, now)], ids=["status", "report"]
)
def test_the_runs_are_listed_once(platform: Platform, look: Callable[[Platform, datetime], object]) -> None:
    asked = Counter[str]()

    def count(params: dict[str, Any], **_: Any) -> None:
        asked[params["query_string"]["prefix"]] += 1

    platform.s3.meta.events.register("before-call.s3.ListObjectsV2", count)
    try:
        look(platform, datetime.now(UTC))
    finally:
        platform.s3.meta.events.unregister("before-call.s3.ListObjectsV2", count)
    assert asked[commit_marker_prefix(platform.clean_zone.prefix, platform.clean_zone.contract)] == 1


def test_runs_and_history_agree(ops: Callable[..., Result], lake: IcebergLake) -> None:
    recorded = told(ops("runs", "--json"))
    history = told(ops("history", "--json"))
    assert list(history) == ["messages", "feedback", "rejected", "conversations"]
    for name, states in history.items():
        ids = {row["snapshot_id"] for row in recorded if row["dataset"] == name}
        assert ids == {state["snapshot_id"] for state in states}
    now, before = history["messages"]
    assert (now["is_current"], before["is_current"], before["rows"]) == (True, False, 30)
    last = told(ops("runs", "--last", "1", "--json"))
    assert {row["business_day"] for row in last} == {str(DAY)}
    scan = lake.table(MESSAGES).scan(snapshot_id=before["snapshot_id"])
    assert scan.to_arrow().num_rows == 30
    shown = ops("history", "--table", "messages").stdout
    assert all(f"FROM messages {before[clause]}\n" in shown for clause in ("by_version", "by_time"))


def test_rollback_asks_first_and_can_be_taken_back(ops: Callable[..., Result], lake: IcebergLake) -> None:
    now, before = [state["snapshot_id"] for state in told(ops("history", "--table", "messages", "--json"))["messages"]]
    refused = ops("rollback", "--table", "messages", "--to", str(before))
    assert (refused.exit_code, lake.table(MESSAGES).scan().count()) == (Exit.NOT_CONFIRMED, 40)
    assert "40 rows now, 30 then" in refused.stderr
    assert told(ops("rollback", "--table", "messages", "--to", str(before), "--yes", "--json"))["rows"] == 30
    assert lake.table(MESSAGES).scan().count() == 30
    findings = {each["check"]: each for each in told(ops("doctor", "--json"))["findings"]}
    assert findings["agreement"]["state"] == "attention"
    assert str(before) in findings["agreement"]["said"]
    assert ops("rollback", "--table", "messages", "--to", str(now), "--yes").exit_code == Exit.WELL
    assert lake.table(MESSAGES).scan().count() == 40
    assert told(ops("rollback", "--table", "messages", "--to", str(now), "--yes", "--json"))["rows"] == 40
    unknown = ops("rollback", "--table", "messages", "--to", "1", "--yes")
    assert unknown.exit_code == Exit.USAGE
    assert "ops history --env local --table messages" in unknown.stderr


def test_rebuild_starts_etl_2_for_these_tables(ops: Callable[..., Result], lake: IcebergLake, job: str) -> None:
    assert "from run 20260131T043000" in ops("rebuild", "--table", "messages").stderr
    done = ops("rebuild", "--table", "messages", "--table", "feedback", "--yes", "--json")
    assert told(done)["tables"] == ["messages", "feedback"]
    run = lake.glue.get_job_runs(JobName=job)["JobRuns"][0]
    assert run["Arguments"] == {"--rebuild": "messages,feedback"}


def test_schema_has_nothing_to_do_where_the_columns_are_the_contracts(ops: Callable[..., Result]) -> None:
    assert ops("schema").stdout == "All tables have the contract's columns: nothing to do.\n"


def test_of_a_jobs_log_its_own_lines_are_shown_and_sparks_if_asked(
    ops: Callable[..., Result], platform: Platform, job: str
) -> None:
    logs, group = platform.logs, transform_engine(platform).log_group
    run_id = platform.glue.start_job_run(JobName=job)["JobRunId"]
    said = (
        "26/01/31 04:30:00 WARN NativeCodeLoader: Unable to load native-hadoop library",
        json.dumps({"level": "INFO", "step": "published", "table": "messages"}),
        "\tat java.base/java.lang.Thread.run(Thread.java:840)",
    )
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=run_id)
    at = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName=group, logStreamName=run_id, logEvents=[{"timestamp": at, "message": line} for line in said]
    )
    done = ops("logs", "etl")
    assert [line.split()[1:] for line in done.stdout.splitlines()] == [["INFO", "published", "table=messages"]]
    everything, for_scripts = ops("logs", "etl", "--debug").stdout, ops("logs", "etl", "--json").stdout.splitlines()
    assert done.stderr == f"Left out: {len(for_scripts) - 1} lines that are not the job's own; --debug shows them.\n"
    assert len(for_scripts) >= len(said)
    assert all(line.strip() in everything for line in said if "step" not in line)


def test_curate_says_what_is_left(ops: Callable[..., Result], job: str) -> None:
    assert told(ops("curate", "--yes", "--json"))["unpublished"] is None
    assert job == LOCAL.names.glue_job


def test_rejects_come_from_the_table_and_show_items_only_if_asked(ops: Callable[..., Result]) -> None:
    found = told(ops("rejects", "--json"))
    assert (found["by_code"], found["total"]) == ({"wrong_type": 1}, 1)
    assert found["examples"] == {"wrong_type": [{"key": "a-key", "place": "PK"}]}
    assert "wrong_type: PK\n" in ops("rejects").stdout
    assert NAME in ops("rejects", "--items").stdout
    assert NAME in told(ops("rejects", "--items", "--json"))["examples"]["wrong_type"][0]["item"]
    assert told(ops("replay", "--json"))["still"] == {"invalid_pk": 1}
    missing = ops("rejects", "--dt", "2026-01-01").stderr
    assert "There is no run of 2026-01-01" in missing
    assert ("2026-01-30" in missing, "ops run" in missing) == (True, False), "no run of now stands for another day"


def test_nobodys_words_are_told_and_the_report_names_only_what_people_share(
    ops: Callable[..., Result], tmp_path: Path
) -> None:
    """Each command's output is looked through by the fixture; ``rejects`` is asked above."""
    page = tmp_path / "report.html"
    done = ops("report", "--dt", str(DAY), "--output", str(page), "--json")
    assert done.exit_code == Exit.WELL, done.stderr
    told_of_people = page.read_text(encoding="utf-8") + done.stdout
    assert SHARED in told_of_people
    assert NAME not in told_of_people
    for words in (("status",), ("status", "--json"), ("doctor",), ("doctor", "--json"), ("runs",), ("history",)):
        assert ops(*words).stdout, words


def test_a_report_is_of_the_newest_day_unless_one_is_named(
    ops: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told(ops("report", "--json"))["file"] == f"report-{DAY}.html"
    assert "<h1" in (tmp_path / f"report-{DAY}.html").read_text(encoding="utf-8")


def test_version_says_what_is_deployed(
    ops: Callable[..., Result], platform: Platform, job: str, function: AnsweringFunction
) -> None:
    found = told(ops("version", "--json"))
    assert (found["code"], found["newest_run_version"]) == (VERSION, "")
    assert [(part["etl"], part["exists"], part["version"]) for part in found["parts"]] == [
        ("ETL-1", True, ""),
        ("ETL-2", True, ""),
    ]
    assert all("tells no version" in difference for difference in found["differences"])
    account = platform.sts.get_caller_identity()["Account"]
    job_arn = f"arn:aws:glue:{platform.environment.provider.region}:{account}:job/{job}"
    platform.glue.tag_resource(ResourceArn=job_arn, TagsToAdd={"Version": VERSION})
    function.tagged("0.0.1")
    shown = ops("version")
    assert shown.exit_code == Exit.ATTENTION
    assert f"is of version 0.0.1, this checkout of {VERSION}" in shown.stdout
    assert "→ python -m tools.local deploy deploys this checkout" in shown.stdout
    function.tagged(VERSION)
    assert ops("version").exit_code == Exit.WELL


def test_cost_tells_current_rows_from_history(ops: Callable[..., Result]) -> None:
    costs = {cost["component"]: cost for cost in told(ops("cost", "--json"))["costs"]}
    assert costs["S3: tables, current rows"]["usage"] > 0
    assert costs["S3: tables, history"]["usage"] > 0
    assert costs["S3: clean days"]["usage"] > 0
    assert costs["S3: requests that write"]["usage"] > 20


def test_dead_letters_go_once_their_run_is_in_the_tables(
    ops: Callable[..., Result], lake: IcebergLake, platform: Platform, job: str
) -> None:
    url = platform.sqs.create_queue(QueueName=LOCAL.names.etl_dead_letters)["QueueUrl"]
    (published, *_) = [row["run_id"] for row in told(ops("runs", "--last", "1", "--json"))]
    prefix = f"{LOCAL.etl.clean_prefix}conversations/dt={DAY}/conversations-"
    keys = [f"{prefix}{published}.csv", "artifacts/schemas/1.json", f"{prefix}20270101T000000.000000Z-00000000.csv"]
    for body in (*(json.dumps({"detail": {"object": {"key": key}}}) for key in keys), "no event"):
        platform.sqs.send_message(QueueUrl=url, MessageBody=body)
    before = len(lake.glue.get_job_runs(JobName=job)["JobRuns"])
    assert ops("redrive").exit_code == Exit.NOT_CONFIRMED
    done = ops("redrive", "--yes", "--json")
    found = told(done)
    assert done.exit_code == Exit.ATTENTION
    assert sorted(letter["run_id"] for letter in found["settled"]) == ["", published]
    assert sorted(letter["run_id"] for letter in found["left"]) == ["", "20270101T000000.000000Z-00000000"]
    assert len(lake.glue.get_job_runs(JobName=job)["JobRuns"]) == before + 1
    assert told(ops("status", "--json"))["queues"][0]["messages"] == 2, "they are back for everybody to see"
    assert ops("redrive", "--discard", "none", "--yes").exit_code == Exit.ATTENTION
    (command,) = re.findall(r"→ python -m ops (redrive --env local --discard \S+)", ops("redrive", "--yes").stdout)
    assert ops(*command.split()).exit_code == Exit.NOT_CONFIRMED
    done = ops(*command.split(), "--yes")
    assert ("    no event\n" in done.stdout, done.exit_code) == (True, Exit.ATTENTION), "one waits for its run"
    (left,) = told(ops("redrive", "--yes", "--json"))["left"]
    assert left["run_id"] == "20270101T000000.000000Z-00000000"
    platform.sqs.delete_queue(QueueUrl=url)


def test_run_waits_until_the_run_is_published(
    ops: Callable[..., Result], lake: IcebergLake, function: AnsweringFunction, job: str
) -> None:
    night = rows(41)
    summary = lake.clean_run(date(2026, 1, 31), night, utc(2026, 2, 1, 4, 30))
    function.answers(summary.to_json())
    late = ops("run", "--yes", "--minutes", "0")
    assert late.exit_code == Exit.NOT_IN_TIME
    assert f"Run {summary.run_id} of 2026-01-31 is not published after 0 s" in late.stderr
    assert job in late.stderr
    publication = threading.Timer(2, lambda: lake.publish(summary, night))
    publication.start()
    run = told(ops("run", "--dt", "2026-01-31", "--accept-removal", "--yes", "--minutes", "2", "--json"))
    publication.join()
    assert (run["published"], run["faults"]) == (summary.run_id, [])
    assert {table["name"]: table["held"] for table in run["tables"]}["messages"] == 41
    asked = ops("logs", "normalize", "--since", "1h", "--json").stdout
    assert json.dumps({"dt": "2026-01-31", "accept_removal": True}) in asked


def test_a_run_that_would_empty_the_tables_is_held_and_a_failed_one_quarantined(
    ops: Callable[..., Result], lake: IcebergLake
) -> None:
    few = {**rows(2), FEEDBACK: rows(41)[FEEDBACK]}
    now = lake.table(MESSAGES).scan().count()
    held = lake.clean_run(date(2026, 2, 1), few, utc(2026, 2, 2, 4, 30))
    found = told(ops("status", "--json"))
    assert found["unpublished"]["state"] == "held"
    removals = [f"{now - 2} of {now} rows of {name}" for name in ("messages", "conversations")]
    assert found["unpublished"]["removals"] == removals
    assert any("run --env local --accept-removal" in step["remedy"] for step in found["next_steps"])
    lake.quarantine(held.run_id)
    assert told(ops("status", "--json"))["unpublished"]["state"] == "quarantined"
