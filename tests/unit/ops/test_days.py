from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ops.days import any_day, business_day, since
from ops.exits import Exit, OpsError

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
ZONE = "America/Bogota"


@pytest.mark.parametrize(
    ("text", "said"), [("2026-02-30", "2026-02-30"), ("2026-02-03", "still to come"), ("31.1.2026", "YYYY-MM-DD")]
)
def test_a_day_to_run_for_follows_etl_1s_rules(text: str, said: str) -> None:
    assert business_day("2026-01-31", NOW, ZONE) == date(2026, 1, 31)
    with pytest.raises(OpsError, match=said) as caught:
        business_day(text, NOW, ZONE)
    assert caught.value.code is Exit.USAGE


def test_durations() -> None:
    assert since("90m", NOW) == NOW - timedelta(minutes=90)
    assert since("7d", NOW) == NOW - timedelta(days=7)
    for text in ("7", "d", "-1h", "1w", "", "9999999999d"):
        with pytest.raises(OpsError):
            since(text, NOW)


def test_a_day_to_look_at_may_be_any() -> None:
    assert any_day("2030-01-01") == date(2030, 1, 1)
    with pytest.raises(OpsError, match="YYYY-MM-DD"):
        any_day("today")
