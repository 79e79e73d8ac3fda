"""When a schedule was due last, by Scheduler's own rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from envs.cron import last_due


@pytest.mark.parametrize(
    ("cron", "zone", "at", "due"),
    [
        ("30 4 * * ? *", "UTC", "2026-02-04T04:29", "2026-02-03T04:30"),
        ("30 4 * * ? *", "UTC", "2026-02-04T04:30", "2026-02-04T04:30"),
        ("30 23 * * ? *", "America/Bogota", "2026-02-04T12:00", "2026-02-04T04:30"),
        ("0 */6 * * ? *", "UTC", "2026-02-04T11:59", "2026-02-04T06:00"),
        ("0 5 ? * MON-FRI *", "UTC", "2026-02-08T12:00", "2026-02-06T05:00"),
        ("0 5 ? * 2-6 *", "UTC", "2026-02-09T04:00", "2026-02-06T05:00"),
        ("0 5 ? * SUN,WED *", "UTC", "2026-02-07T12:00", "2026-02-04T05:00"),
        ("0 5 ? * L *", "UTC", "2026-02-10T12:00", "2026-02-07T05:00"),
        ("0 5 ? * 6L *", "UTC", "2026-02-10T12:00", "2026-01-30T05:00"),
        ("0 5 ? * FRI#2 *", "UTC", "2026-02-10T12:00", "2026-01-09T05:00"),
        ("0 5 1,15 * ? *", "UTC", "2026-02-10T12:00", "2026-02-01T05:00"),
        ("0 5 L * ? *", "UTC", "2026-03-10T12:00", "2026-02-28T05:00"),
        ("0 5 LW * ? *", "UTC", "2026-03-10T12:00", "2026-02-27T05:00"),
        ("0 5 1W * ? *", "UTC", "2026-02-10T12:00", "2026-02-02T05:00"),
        ("0 5 15W * ? *", "UTC", "2026-02-20T12:00", "2026-02-16T05:00"),
        ("0 5 31W 5 ? *", "UTC", "2026-06-02T12:00", "2026-05-29T05:00"),
        ("0 5 29 FEB ? *", "UTC", "2026-02-10T12:00", "2024-02-29T05:00"),
        ("0 5 * * ? 2027", "UTC", "2026-02-10T12:00", None),
        # Clocks in Madrid go from 2 to 3 on 29 March 2026, and from 3 back to 2 on 25 October.
        ("30 2 * * ? *", "Europe/Madrid", "2026-03-29T12:00", "2026-03-28T01:30"),
        ("30 2 * * ? *", "Europe/Madrid", "2026-10-25T12:00", "2026-10-25T00:30"),
    ],
)
def test_last_due(cron: str, zone: str, at: str, due: str | None) -> None:
    found = last_due(f"cron({cron})", zone, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == (datetime.fromisoformat(due).replace(tzinfo=UTC) if due else None)
