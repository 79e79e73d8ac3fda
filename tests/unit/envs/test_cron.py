"""Which cron expressions Scheduler takes, and when a schedule was due last, by its own rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from envs.cron import check_cron, last_due
from tests.unit.envs.samples import changed, faults

EXAMPLE = "write it as in cron(30 4 * * ? *)"
SIX_FIELDS = (
    "must be cron(...) with six fields (minutes, hours, day-of-month, month, day-of-week, year), one space between "
    f"them; {EXAMPLE}"
)


@pytest.mark.parametrize(
    "fields",
    [
        # From the EventBridge Scheduler User Guide and the EventBridge cron reference.
        "0 10 * * ? *",
        "15 12 * * ? *",
        "0 18 ? * MON-FRI *",
        "0 8 1 * ? *",
        "0/15 * * * ? *",
        "0/10 * ? * MON-FRI *",
        "0/5 8-17 ? * MON-FRI *",
        "0/30 20-2 ? * MON-FRI *",
        "15 10 ? * 6L 2022-2023",
        "0 9 ? * 2#1 *",
        "1/10 * * * ? *",
        "0 0 3W * ? *",
        "0 0 L * ? *",
        "0 0 LW * ? *",
        "0 0 ? JAN,FEB,MAR TUE#3 *",
        # Each field's edges.
        "30 4 * * ? *",
        "0,59 0,23 1,31 1,12 ? 1970,2199",
        "*/59 */23 */31 */12 ? *",
        "0 0 ? * 1,7 *",
        "0 0 ? JAN-DEC sun,sat *",
        "0 0 31W * ? *",
        "0 0 ? * L *",
        "0 0 ? * 7L *",
        "0 0 ? * FRIL *",
        "0 0 ? * 7#5 *",
        "0-29/5,45 0 1-15/2 * ? 2026/2",
    ],
)
def test_accepted(fields: str) -> None:
    expression = f"cron({fields})"
    assert check_cron(expression) == expression
    # What rings between two runs is refused: test_zones.py.
    environment = changed("alarms.freshness_hours", 168)
    assert faults(changed("normalize.schedule.cron_expression", expression, environment)) == []


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        (
            "minutes",
            ["60", "-1", "1-60", "*/0", "*/60", "0/", "/5", "1-", "-", "1,,2", "a", "?", "L", "1.5", "٣", "1-2-3"],
        ),
        ("hours", ["24", "0/24", "?", "MON"]),
        ("day-of-month", ["0", "32", "0W", "32W", "W", "1,L", "L,1", "1,?", "3W,5W", "MON", "1#2", "L-3", "*,?"]),
        ("month", ["0", "13", "JANUARY", "ENE", "JAN-", "?", "L", "*/13"]),
        ("day-of-week", ["0", "8", "2#0", "2#6", "8#1", "3#1,6#3", "2#1,3", "MON/2", "*/2", "?,1", "8L", "1W", "DOM"]),
        ("year", ["1969", "2200", "26", "?", "2026-"]),
    ],
)
def test_field_refused(field: str, texts: list[str]) -> None:
    order = ["minutes", "hours", "day-of-month", "month", "day-of-week", "year"]
    limits = {"minutes": "0 to 59", "hours": "0 to 23", "day-of-month": "1 to 31", "month": "1 to 12"}
    limits |= {"day-of-week": "1 to 7", "year": "1970 to 2199"}
    for text in texts:
        fields = ["0", "0", "?", "*", "?", "*"]
        fields[order.index(field)] = text
        with pytest.raises(ValueError, match="which takes") as raised:
            check_cron(f"cron({' '.join(fields)})")
        assert str(raised.value) == f"has {text!r} for {field}, which takes {limits[field]}; {EXAMPLE}"


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "0 10 * * ? *",
        "cron()",
        "cron(0 10 * * ?)",
        "cron(0 0 10 * * ? *)",
        "cron(0 10 * * ? *",
        "cron 0 10 * * ? *",
        "CRON(0 10 * * ? *)",
        " cron(0 10 * * ? *)",
        "cron(0 10 * * ? *)\n",
        "cron( 0 10 * * ? * )",
        "cron(0  10 * * ? *)",
        "cron(0\t10 * * ? *)",
        "rate(1 day)",
        "at(2026-01-01T00:00:00)",
    ],
)
def test_not_six_fields(expression: str) -> None:
    with pytest.raises(ValueError, match="six fields") as raised:
        check_cron(expression)
    assert str(raised.value) == SIX_FIELDS


@pytest.mark.parametrize("days", ["* * *", "? * ?", "1 * MON", "* * MON", "L * L"])
def test_question_mark_for_exactly_one_of_the_days(days: str) -> None:
    with pytest.raises(ValueError, match="exactly one") as raised:
        check_cron(f"cron(0 10 {days} *)")
    assert str(raised.value) == f"must have ? for exactly one of day-of-month and day-of-week; {EXAMPLE}"


def test_fault_names_setting_value_rule_and_remedy() -> None:
    assert faults(changed("normalize.schedule.cron_expression", "cron(0 25 * * ? *)")) == [
        (
            "normalize.schedule.cron_expression = 'cron(0 25 * * ? *)': has '25' for hours, which takes 0 to 23; "
            "write it as in cron(30 4 * * ? *)"
        )
    ]


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
