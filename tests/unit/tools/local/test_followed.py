"""Of a program that fails, the cause in one line; the rest is in its log."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tools.local.followed import MOST_OF_A_CAUSE, Program, cause_in

STACK = ["Exception in thread main java.lang.Error: no", *["\tat org.apache.spark.X.y(X.scala:1)"] * 200]
LOGGED = json.dumps({"level": "ERROR", "step": "run failed", "error": "ForeignHeaderError: it names\n'x'"})


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ([LOGGED, *STACK], "ForeignHeaderError: it names 'x'"),
        (
            [
                json.dumps(
                    {
                        "level": "ERROR",
                        "exception": "Traceback (most recent call last):\n  File \"x\", line 1\n    x\nKeyError: 'a'",
                    }
                ),
                "bye",
            ],
            "KeyError: 'a'",
        ),
        (["Traceback (most recent call last):", "  x", "ValueError: too much", "  at end"], "ValueError: too much"),
        (["Error: state is locked", "", "  see the lock"], "Error: state is locked"),
        (["it is full", " "], "it is full"),
        (["it is full", "26/11/30 10:47:30 INFO ShutdownHookManager: Deleting directory /tmp/spark"], "it is full"),
        ([], "it said nothing"),
        (["x" * 5000], "x" * MOST_OF_A_CAUSE),
    ],
)
def test_cause(lines: list[str], cause: str) -> None:
    assert cause_in(lines) == cause


def test_a_failure_is_told_in_a_line_and_its_end_kept(tmp_path: Path) -> None:
    script = "import sys\nfor n in range(50): print('\\tat line', n)\nsys.exit('ValueError: no')"
    ended = Program((sys.executable, "-c", script), tmp_path, os.environ).follow(tmp_path / "log", lambda _: None)
    assert (ended.well, ended.words) == (False, f"ended with status 1: ValueError: no (all of it: {tmp_path / 'log'})")
    assert len(ended.tail.splitlines()) == 51
