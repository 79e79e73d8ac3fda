from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

from rich.console import Console

from contract.sources.catia import CONTRACT
from ops.exits import Exit
from ops.invocations import LogLine
from ops.runs import RecentRuns
from ops.show import logs as show_logs
from ops.show import status as show_status
from ops.show.screen import document, shortened, visible
from tests.unit.ops.runs import run
from tests.unit.ops.test_advice import WELL

AT = datetime(2026, 1, 31, 4, 30, tzinfo=UTC)


def test_data_cannot_act_on_the_terminal() -> None:
    assert visible("a\x1b[2Jb\x9bc\u202ed") == "a\\x1b[2Jb\\x9bc\\u202ed"
    assert visible("one\ntwo\tthree\u2028four") == "one two three four"
    assert visible("¿Qué? 👩\u200d💻") == "¿Qué? 👩\u200d💻"
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"


def test_json_has_every_field() -> None:
    told = document({"run": run(), "code": Exit.AWS, "days": (date(2026, 1, 31),), 1: None})
    kinds = {"conversations": 600, "feedback": 300, "registers": 99}
    assert told["run"]["items"] == {"scanned": 1000, **kinds, "excluded": {}, "rejected": {"wrong_type": 1}}
    assert told["run"]["started_at"] == "2026-02-01T04:30:00+00:00"
    assert (told["code"], told["days"], told["1"]) == (3, ["2026-01-31"], None)
    assert json.loads(json.dumps(told)) == told


def test_status_fits_eighty_columns() -> None:
    written = io.StringIO()
    show_status.show(WELL, CONTRACT, Console(file=written, width=80))
    lines = written.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "Nothing to do: all is well." in lines
    assert any(line.split() == ["scanned", "1,000", "1,000", "+0.0%"] for line in lines)
    assert "\x1b" not in written.getvalue()


def test_status_shows_an_environment_where_nothing_has_run() -> None:
    written = io.StringIO()
    show_status.show(replace(WELL, runs=RecentRuns(), tables=()), CONTRACT, Console(file=written, width=80))
    assert "there is none that is complete" in written.getvalue()
    assert "there is no complete run yet" in written.getvalue()


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


def test_metrics_are_not_for_people() -> None:
    assert show_logs.is_metric(LogLine(AT, "stream", '{"_aws": {}, "RunSucceeded": 1}'))
    assert not show_logs.is_metric(LogLine(AT, "stream", "_aws"))
