from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from rich.console import Console
from rich.text import Text

from contract.sources.catia import CONTRACT
from ops.checks.findings import ATTENTION, Finding
from ops.checks.lateness import Lateness
from ops.engines import DeployedEngine, EngineRun, EngineState
from ops.exits import Exit
from ops.invocations import LogLine
from ops.queries import Column
from ops.runs import RecentRuns
from ops.services import AlarmState, CrawlerState, QueueState
from ops.show import logs as show_logs
from ops.show import queries as show_queries
from ops.show import status as show_status
from ops.show.screen import document, notices, output, print_json, shortened, visible, write_json
from ops.show.tables import print_table, table
from ops.status import Status
from ops.tables import RecordedRun, TableView
from ops.wording import language
from tests.unit.ops.runs import run

AT = datetime(2026, 1, 31, 4, 30, tzinfo=UTC)
NOON = datetime(2026, 2, 4, 12, tzinfo=UTC)
NEWEST = run(4)


def engine(etl: str) -> EngineState:
    ended = EngineRun("1", "SUCCEEDED", NEWEST.started_at, 9.0, "")
    return EngineState(DeployedEngine(etl, "job", f"{etl}-job", "group"), (ended,))


WELL = Status(
    environment="prod",
    region="us-east-1",
    endpoint="",
    now=NOON,
    today=date(2026, 2, 4),
    schedule="cron(30 4 * * ? *)",
    runs=RecentRuns((NEWEST, run(3), run(2))),
    extract=engine("ETL-1"),
    transform=engine("ETL-2"),
    crawler=CrawlerState("crawler", "READY", "SUCCEEDED", NOON, ""),
    tables=(TableView("messages", 5000, 1, NOON, NEWEST.run_id, "2026-02-03", 3),),
    published=RecordedRun(NEWEST.run_id, date(2026, 2, 3), NOON, 1),
    unpublished=None,
    alarms=(AlarmState("alarm", "OK", NOON, "", ""),),
    queues=(QueueState("letters", 0),),
    next_steps=(),
    lateness=Lateness("none"),
)


def test_data_cannot_act_on_the_terminal() -> None:
    assert visible("a\x1b[2Jb\x9bc\u202ed") == "a\\x1b[2Jb\\x9bc\\u202ed"
    assert visible("one\ntwo\tthree\u2028four") == "one two three four"
    assert visible("¿Qué? 👩\u200d💻") == "¿Qué? 👩\u200d💻"
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"


#: C0 and C1 controls, marks of direction, what has no shape, half a character.
HOSTILE = "\x1b[2J \x9b1m \x85 \u202e \u2066 \u061c \u200b \ufeff \U000e0041 \ud800"
ACTING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800\U000e0041]"
)


def test_no_console_lets_data_act_whoever_forgot_to_write_it_out(capsys: pytest.CaptureFixture[str]) -> None:
    for console in (output(), notices()):
        made = table(HOSTILE, "[/dim]", title=HOSTILE)
        made.add_row(HOSTILE, "[bold]:smile:[/]")
        print_table(made, console)
        console.print(HOSTILE, soft_wrap=True)
        console.print(Text(HOSTILE))
    written = capsys.readouterr()
    for text in (written.out, written.err):
        assert ACTING.search(text) is None
        assert all(word in text for word in ("[/dim]", "[bold]:smile:[/]", "\\x1b[2J", "\\x9b1m", "\\u202e", "\\ud800"))


def test_a_columns_alias_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show_queries.show((Column("[/x]", "varchar"), Column(HOSTILE, "bigint")), [("[red]", "1")], output(), more=False)
    written = capsys.readouterr().out
    assert "[/x]" in written
    assert ACTING.search(written) is None


def test_json_acts_on_no_terminal_and_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({HOSTILE: ["¿Qué? 👩\u200d💻", HOSTILE]})
    written = capsys.readouterr().out
    write_json('{"a": "\x9b\u202e"}')
    assert capsys.readouterr().out == '{"a": "\\u009b\\u202e"}\n'
    assert ACTING.search(written) is None
    assert "¿Qué? 👩\u200d💻" in written
    assert json.loads(written) == {HOSTILE: ["¿Qué? 👩\u200d💻", HOSTILE]}


def test_json_has_every_field() -> None:
    told = document({"run": run(), "code": Exit.AWS, "days": (date(2026, 1, 31),), 1: None})
    kinds = {"conversations": 600, "feedback": 300, "registers": 99}
    assert told["run"]["items"] == {
        "scanned": 1000,
        **kinds,
        "excluded": {},
        "tombstoned": 0,
        "rejected": {"wrong_type": 1},
    }
    assert told["run"]["started_at"] == "2026-02-01T04:30:00+00:00"
    assert (told["code"], told["days"], told["1"]) == (3, ["2026-01-31"], None)
    assert json.loads(json.dumps(told)) == told


#: The longest names that an environment's parts have, and a table of a million rows.
ALARMING = "cat-local-normalize-undelivered-alerts"
ROOMY = replace(
    WELL,
    alarms=(AlarmState(ALARMING, "INSUFFICIENT_DATA", NOON, "", ""), AlarmState(ALARMING, "ALARM", NOON, "", "")),
    queues=(QueueState("cat-local-normalize-dead-letters", 12),),
    tables=(TableView("data_quality", 1_234_567, 1954862376376216542, NOON, NEWEST.run_id, "2026-02-03", 3),),
)


def test_status_fits_eighty_columns() -> None:
    written = io.StringIO()
    show_status.show(ROOMY, CONTRACT, Console(file=written, width=80))
    lines = written.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "Nothing to do: all is well." in lines
    assert any(line.split() == ["scanned", "1,000", "1,000", "+0.0%"] for line in lines)
    assert f"alarm     ALARM      2026-02-04 12:00  {ALARMING}" in [line.rstrip() for line in lines]
    assert "data_quality  1,234,567  2026-02-04 12:00  2026-02-03  1954862376376216542" in lines
    assert "\x1b" not in written.getvalue()


def test_status_shows_an_environment_where_nothing_has_run() -> None:
    written = io.StringIO()
    remedy = "python -m ops run --env prod (runbook: Normalize failed)"
    step = Finding("runs", ATTENTION, "there is no complete run\nyet", remedy)
    nothing = replace(WELL, runs=RecentRuns(), tables=(), next_steps=(step,), lateness=Lateness("no_run"))
    show_status.show(nothing, CONTRACT, Console(file=written, width=80))
    assert "there is none that is complete" in written.getvalue()
    assert (
        "! runs: there is no complete run yet\n  → python -m ops run --env prod\n    runbook: Normal"
        in written.getvalue()
    )
    assert written.getvalue().splitlines()[1] == "Data is late: no run is in the tables yet."
    assert "all is well" not in written.getvalue()


def test_two_runs_of_one_minute_are_told_apart() -> None:
    first, second = AT.replace(second=3), AT.replace(second=48)
    seen = RecordedRun(f"{first:%Y%m%dT%H%M%S}.000000Z-00000001", first.date(), first, 1)
    said = Lateness("begun", seen, second).said_in(language("en"))
    assert "begun at 2026-01-31 04:30:03 UTC, and not that begun at 2026-01-31 04:30:48 UTC" in said


def shown(message: str) -> str:
    return show_logs.text_of(LogLine(AT, "stream", message)).plain


def test_log_lines_are_made_for_people() -> None:
    fields = {"level": "INFO", "step": "day curated", "time": "x", "day": "2026-01-31", "seconds": 1.5}
    assert shown(json.dumps(fields)) == "04:30:00 INFO    day curated  day=2026-01-31 seconds=1.5"
    assert shown("START RequestId: 1\n") == "04:30:00 START RequestId: 1"
    failed = {"level": "ERROR", "message": "run failed", "exception": "Traceback:\n  KeyError: \x1b[1m"}
    assert shown(json.dumps(failed)).splitlines()[1:] == ["         Traceback:", "           KeyError: \\x1b[1m"]
    summary = {"level": "INFO", "message": "run published", "summary": {"items": {"scanned": 3, "excluded": {}}}}
    assert shown(json.dumps(summary)).endswith("summary=(scanned=3)")


def test_every_log_line_is_an_object_for_scripts() -> None:
    own = '{"level": "INFO", "step": "day curated"}'
    assert show_logs.json_of(LogLine(AT, "stream", f"{own}\n")) == own
    foreign = json.loads(show_logs.json_of(LogLine(AT, "stream", "Task timed out after 900.00 seconds\n")))
    assert foreign == {"timestamp": "2026-01-31T04:30:00+00:00", "message": "Task timed out after 900.00 seconds"}


def test_metrics_are_not_for_people() -> None:
    assert show_logs.is_metric(LogLine(AT, "stream", '{"_aws": {}, "RunSucceeded": 1}'))
    assert not show_logs.is_metric(LogLine(AT, "stream", "_aws"))
