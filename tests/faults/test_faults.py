"""The fault matrix of ETL-1: whatever fails, a run is whole and taken or nothing of it is, and its retry succeeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from operator import attrgetter
from typing import Any, Final

import pytest

from tests.faults.cases import Case
from tests.faults.matrix import CASES
from tests.faults.stage import Stage

#: So many texts of people the items have, at the least.
MANY: Final = 500
#: What is no longer than this can be a word of the logs' own.
SHORT: Final = 8


def texts_in(value: Any) -> Iterator[str]:
    """Yield what people wrote in an item: its texts of several words, and the user's id."""
    if isinstance(value, str):
        if (" " in value and len(value) > SHORT) or value.startswith("USER#"):
            yield value
        return
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(part)


@pytest.mark.parametrize("case", CASES, ids=attrgetter("id"))
def test_run_is_whole_or_absent(case: Case, played: Callable[[Case], None]) -> None:
    played(case)


def test_no_log_of_any_case_quotes_an_item(stage: Stage, played: Callable[[Case], None]) -> None:
    """The function's logs have its metrics, its errors with all that is behind them, and the runs' summaries."""
    for case in CASES:
        with suppress(KeyError):  # one that was not asked for
            played(case)
    told = "".join(path.read_text(errors="replace") for path in stage.function_logs())
    assert "run failed" in told or "run published" in told
    words = {word for items in stage.items.values() for item in items for word in texts_in(item)}
    assert len(words) > MANY
    assert [word for word in words if word in told or ascii(word)[1:-1] in told] == []
