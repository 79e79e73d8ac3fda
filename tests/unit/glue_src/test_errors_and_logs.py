"""What operators read when something goes wrong."""

from __future__ import annotations

import json
import logging
from datetime import date
from typing import TYPE_CHECKING

from glue_src import logs
from glue_src.exceptions import FailedDaysError, IncompleteRunError, NoCompleteRunError, brief

if TYPE_CHECKING:
    import pytest

JAVA_ERROR = "An error occurred\n\tat a.Place\nCaused by: a.B: why\n\tat another.Place\nCaused by: c.D: really why\n\t"
DAY = date(2026, 2, 2)


def test_a_java_stack_trace_is_brief() -> None:
    assert brief(ValueError(JAVA_ERROR)) == "ValueError: An error occurred Caused by: c.D: really why"
    assert brief(ValueError("plain")) == "ValueError: plain"
    assert brief(ValueError()) == "ValueError: "


def test_failed_days_are_all_named() -> None:
    incomplete = IncompleteRunError(DAY, "r1", ["its summary is missing", "no messages"])
    error = FailedDaysError({DAY: NoCompleteRunError(DAY, [incomplete]), date(2026, 2, 3): ValueError("other")})
    for part in ("2 day(s)", "2026-02-02: NoCompleteRunError", "summary is missing; no messages", "ValueError: other"):
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
