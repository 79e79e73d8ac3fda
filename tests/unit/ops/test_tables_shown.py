"""Tables in terminals of different widths: words fold, ids, instants and numbers do not, and nothing is cut."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rich.console import Console

from ops.lake import RecordedRow
from ops.show.history import show_runs
from ops.show.tables import print_table, table

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SNAPSHOT = 1954862376376216542
KEY = "reports/etl-process2/messages/data/conversation_month=2026-01/00000-0-1f0c.parquet"
VERSION = "7kVn0PmQ2jXo4rTzWbYc8dLs1aHfGe6u"


def printed(width: int, show: Callable[[Console], None]) -> list[str]:
    file = io.StringIO()
    show(Console(file=file, width=width))
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 140])
def test_only_words_fold(width: int) -> None:
    made = table("part", "when (UTC)", "what", "snapshot", numbers=("snapshot",), folds=("what",))
    made.add_row("a-function-of-ours", "2026-11-27 12:00", "so many words that they need lines " * 3, str(SNAPSHOT))
    lines = printed(width, lambda console: print_table(made, console))
    assert max(map(len, lines)) <= width
    assert lines[1].startswith("a-function-of-ours  2026-11-27 12:00  so many words")
    assert lines[1].endswith(str(SNAPSHOT))
    assert len(lines) > 2


def test_what_is_too_wide_is_shown_record_by_record_and_whole() -> None:
    made = table("key", "version", "times", numbers=("times",))
    made.add_row(KEY, VERSION, "1,234")
    lines = printed(80, lambda console: print_table(made, console))
    assert lines[0] == "-- 1 of 1"
    told = "".join(lines).replace(" ", "")
    assert KEY in told
    assert [line.split() for line in lines[-2:]] == [["version", VERSION], ["times", "1,234"]]
    assert printed(140, lambda console: print_table(made, console))[1].split() == [KEY, VERSION, "1,234"]


def test_runs_fit_80_columns_and_name_no_snapshot_that_is_gone() -> None:
    numbers = (12_345_678, 12_345_678, 365, 11, 123_456_789)
    rows = [
        RecordedRow("run", "2026-11-26", "conversations", NOON, SNAPSHOT, *numbers, 9.0, gone) for gone in (None, NOON)
    ]
    lines = printed(80, lambda console: show_runs(rows, console))
    assert max(map(len, lines)) <= 80
    cells = ["conversations", "12,345,678", "12,345,678", "365,", "11", "117.7", "MB"]
    assert [line.split() for line in lines[2:4]] == [[*cells, str(SNAPSHOT)], [*cells, "gone"]]
