"""What operators read when something goes wrong."""

from __future__ import annotations

import json
import logging
from datetime import date

import pytest

from glue_src import logs
from glue_src.exceptions import HeldError, IncompleteRunError, NoCompleteRunError, Removal, brief

JAVA_ERROR = "An error occurred\n\tat a.Place\nCaused by: a.B: why\n\tat another.Place\nCaused by: c.D: really why\n\t"
DAY = date(2026, 2, 2)


def test_a_java_stack_trace_is_brief() -> None:
    assert brief(ValueError(JAVA_ERROR)) == "ValueError: An error occurred Caused by: c.D: really why"
    assert brief(ValueError("plain")) == "ValueError: plain"
    assert brief(ValueError()) == "ValueError: "


def test_incomplete_runs_are_told_with_their_reasons() -> None:
    incomplete = IncompleteRunError(DAY, "r1", ["its summary is missing", "no messages"])
    error = NoCompleteRunError([incomplete] * 5)
    for part in ("none of 5 clean run(s)", "run r1 of 2026-02-02", "summary is missing; no messages", "Repeat ETL-1"):
        assert part in str(error)


def test_a_held_run_is_told_with_the_command_that_lets_it_pass() -> None:
    error = HeldError("r1", "prod", [Removal("messages", 12_345, 20_000)], 0.2)
    for part in ("12,345 of 20,000 rows of messages", "at most 0.2", "python -m ops run --env prod --accept-removal"):
        assert part in str(error)


def test_log_lines_go_to_standard_output_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("cat.etl2")
    level = logger.level
    try:
        logs.write_to_standard_output()
        with logs.timed("dataset staged", day=DAY) as fields:
            fields["rows"] = 3
        logs.failure("day failed", ValueError("Año\nnuevo"), day=DAY)
    finally:
        logger.handlers, logger.propagate = [], True
        logger.setLevel(level)
    staged, failed = map(json.loads, capsys.readouterr().out.splitlines())
    assert (staged["level"], staged["step"]) == ("INFO", "dataset staged")
    assert (staged["day"], staged["rows"]) == ("2026-02-02", 3)
    assert (failed["level"], failed["error"]) == ("ERROR", "ValueError: Año")
    assert "ValueError: Año\nnuevo" in failed["traceback"]
