"""When a check passes, how it is told, and which checks there are."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from glue_src.checks import Check
from modules.contract.datasets import DATA_QUALITY


@pytest.mark.parametrize(
    ("checked", "failed", "allowed", "passed"),
    [
        (10, 0, 0.0, True),
        (10, 1, 0.0, False),
        (0, 0, 0.0, True),
        (0, 1, 0.0, False),
        (10, 1, 0.1, True),
        (10, 2, 0.1, False),
        (10, 10, 1.0, True),
    ],
)
def test_a_check_passes_up_to_its_share(checked: int, failed: int, allowed: float, *, passed: bool) -> None:
    assert Check("messages", "unique_key", checked, failed, allowed).passed is passed


def test_a_check_is_told_with_its_limit_where_it_has_one() -> None:
    assert str(Check("messages", "unique_key", 10, 2, 0.0)) == "messages.unique_key: 2 of 10 fail"
    assert str(Check("rejected", "share_of_items", 10, 2, 0.05)) == (
        "rejected.share_of_items: 2 of 10 fail, 0.05 of them may"
    )


def test_a_row_has_the_columns_of_the_table() -> None:
    now = datetime(2026, 2, 5, tzinfo=timezone.utc)
    row = dict(zip(DATA_QUALITY.column_names, Check("feedback", "unique_key", 10, 2, 0.0).row("r", now), strict=True))
    assert row == {
        "run_id": "r",
        "dataset": "feedback",
        "check_name": "unique_key",
        "outcome": "failed",
        "rows_checked": 10,
        "rows_failed": 2,
        "allowed_share": 0.0,
        "checked_at": now,
    }
