from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from ops.queries import Column
from tools.local import screen
from tools.local.screen import Screen


def test_rows_without_room_are_counted_and_the_command_that_shows_all_is_told() -> None:
    written = io.StringIO()
    shown = Screen(Console(file=written, width=200))
    rows = [(number,) for number in range(11)]
    shown.answer("Why?", [Column("reason", "varchar")], rows, "make query SQL=it")
    said = [line.strip() for line in written.getvalue().splitlines()]
    assert said[-2:] == ["7", "Rows left out: 3. All: make query SQL=it"]
    shown.answer("Why?", [Column("reason", "varchar")], rows[:8], "make query SQL=all")
    assert "SQL=all" not in written.getvalue()


def test_in_a_pipe_a_step_says_what_the_program_logs_and_nothing_of_sparks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "SAID_AGAIN", 0.0)
    written = io.StringIO()
    with Screen(Console(file=written, width=200)).step("ETL-2") as step:
        for line in (
            "26/11/30 14:22:05 WARN NativeCodeLoader: Unable to load native-hadoop library",
            json.dumps({"level": "INFO", "step": "published", "table": "messages"}),
            "WARNING: sun.reflect.Reflection.getCallerClass is not supported.",
            json.dumps({"_aws": {}, "count": 1}),
        ):
            step.line(line)
    said = [line for line in written.getvalue().splitlines() if line.strip()]
    assert len(said) == 2, said
    assert said[0].startswith("  ETL-2: ")
    assert said[0].endswith("INFO    published  table=messages")
    assert said[1].startswith("✔ ETL-2")
