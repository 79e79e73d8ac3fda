"""Zones are those of the pinned database; and a schedule whose days would drift from the business days is refused."""

from __future__ import annotations

import zoneinfo
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import metadata, resources
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.layout import business_day
from contract.zones import zone, zone_names
from envs.cron import longest_gap, times_of_day
from envs.drift import LEFT_OUT, REPEATED, SKIPPED, Drift, drifts
from tests.unit.envs.samples import VALID, changed, faults
from tools.local.machine_tools import PROJECT

FIRST = date(2026, 1, 1)
PATH = "normalize.schedule.time_zone"


def found(cron: str, schedule_zone: str, business_zone: str) -> list[Drift]:
    return list(drifts(cron, schedule_zone, business_zone, FIRST, days=365))


def test_names_are_those_of_the_package_and_not_of_the_disk() -> None:
    assert {"UTC", "America/Bogota", "Europe/Madrid"} <= zone_names()
    assert zone_names().isdisjoint({"localtime", "posixrules", "Factory", "posix/UTC", "right/UTC", ""})
    pins = {
        line
        for file in ("requirements.txt", "ops/requirements.txt", "lambda_src/requirements.txt")
        for line in (PROJECT / file).read_text(encoding="utf-8").splitlines()
        if line.startswith("tzdata")
    }
    assert pins == {f"tzdata=={metadata.version('tzdata')}"}


def test_disk_has_no_say(tmp_path: Path) -> None:
    """Neither where settings are checked nor where a run's day is told: it may lack a rule of this year."""
    folder = tmp_path / "America"
    folder.mkdir()
    (folder / "Bogota").write_bytes((resources.files("tzdata") / "zoneinfo" / "Asia" / "Tokyo").read_bytes())
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath((tmp_path,))
    ZoneInfo.clear_cache()
    zone.cache_clear()
    try:
        assert ZoneInfo("America/Bogota").utcoffset(datetime(2026, 1, 1)) == timedelta(hours=9)
        assert zone("America/Bogota").utcoffset(datetime(2026, 1, 1)) == timedelta(hours=-5)
        assert business_day(datetime(2026, 1, 31, 4, 30, tzinfo=UTC), "America/Bogota") == date(2026, 1, 30)
    finally:
        zoneinfo.reset_tzpath(before)
        ZoneInfo.clear_cache()


@pytest.mark.parametrize(
    ("cron", "times"),
    [
        ("cron(30 4 * * ? *)", ["04:30"]),
        ("cron(0,30 4,16 ? * MON-FRI *)", ["04:00", "04:30", "16:00", "16:30"]),
        ("cron(0 22-1 * * ? *)", ["00:00", "01:00", "22:00", "23:00"]),
        ("cron(50/5 9 * * ? *)", ["09:50", "09:55"]),
        ("cron(0 */12 * * ? *)", ["00:00", "12:00"]),
        ("cron(0 8-17/4 * * ? *)", ["08:00", "12:00", "16:00"]),
    ],
)
def test_times_of_day(cron: str, times: list[str]) -> None:
    assert [f"{each:%H:%M}" for each in times_of_day(cron)] == times


@pytest.mark.parametrize(
    ("cron", "hours"),
    [
        ("cron(30 4 * * ? *)", 24),
        ("cron(30 4/6 * * ? *)", 6),
        ("cron(0 8-17/4 * * ? *)", 16),
        ("cron(0/15 * * * ? *)", 0.25),
        ("cron(0 6,18 ? * MON-FRI *)", 60),
        ("cron(0 4 ? * SUN *)", 168),
        ("cron(0 4 L * ? *)", 31 * 24),
        ("cron(0 4 1 1 ? 2199)", None),
    ],
)
def test_the_longest_time_between_two_runs(cron: str, hours: float | None) -> None:
    found = longest_gap(cron, date(2026, 3, 4))
    assert found == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize(
    ("cron", "hours", "remedy"),
    [
        ("cron(30 4 * * ? *)", 24, 26),
        ("cron(30 4 * * ? *)", 25, None),
        ("cron(30 4/6 * * ? *)", 5, 8),
        ("cron(30 4/6 * * ? *)", 6, 8),
        ("cron(30 4/6 * * ? *)", 7, None),
        ("cron(0 4 ? * MON-FRI *)", 26, 74),
        # CloudWatch looks back no further.
        ("cron(0 4 ? * SUN *)", 167, 168),
        ("cron(0 4 ? * SUN *)", 168, None),
    ],
)
def test_an_alarm_that_would_ring_between_two_runs_is_refused(cron: str, hours: int, remedy: int | None) -> None:
    environment = changed("alarms.freshness_hours", hours, changed("normalize.schedule.cron_expression", cron))
    told = faults(environment)
    if remedy is None:
        assert told == []
        return
    (fault,) = told
    assert fault.startswith(
        f"alarms.freshness_hours = {hours}: must be longer than the time between two runs and one run, and "
        f"normalize.schedule.cron_expression = {cron!r} leaves "
    )
    assert fault.endswith(f"; set it to {remedy}, or have it run more often")
    assert faults(changed("normalize.schedule.enabled", False, environment)) == []


#: Clocks there go forward at midnight.
AT_MIDNIGHT = Drift(LEFT_OUT, time(0, 30), date(2026, 9, 6))
NIGHT_MADRID = [
    Drift(SKIPPED, time(22, 30), date(2026, 3, 29)),
    Drift(REPEATED, time(22, 30), date(2026, 10, 25)),
]


@pytest.mark.parametrize(
    ("cron", "schedule_zone", "business_zone", "expected"),
    [
        # As prod has it, and the same instant told in Bogota's own time.
        ("cron(30 4 * * ? *)", "UTC", "America/Bogota", []),
        ("cron(30 23 * * ? *)", "America/Bogota", "America/Bogota", []),
        # 23:30 in winter, half past midnight of the next day in summer.
        ("cron(30 22 * * ? *)", "UTC", "Europe/Madrid", NIGHT_MADRID),
        ("cron(30 23 * * ? *)", "Europe/Madrid", "Europe/Madrid", []),
        # At noon both clocks show the same day all year.
        ("cron(0 12 * * ? *)", "UTC", "Europe/Madrid", []),
        # Zones with summer time of different dates: Madrid's changes come later in spring.
        (
            "cron(30 0 * * ? *)",
            "Europe/Madrid",
            "America/New_York",
            [],
        ),
        (
            "cron(30 5 * * ? *)",
            "Europe/Madrid",
            "America/New_York",
            [
                Drift(SKIPPED, time(5, 30), date(2026, 3, 8)),
                Drift(REPEATED, time(5, 30), date(2026, 3, 28)),
                Drift(SKIPPED, time(5, 30), date(2026, 10, 24)),
                Drift(REPEATED, time(5, 30), date(2026, 11, 1)),
            ],
        ),
        # An hour that does not exist when clocks go forward: Scheduler leaves that run out.
        ("cron(30 2 * * ? *)", "Europe/Madrid", "Europe/Madrid", [Drift(LEFT_OUT, time(2, 30), date(2026, 3, 29))]),
        (
            "cron(30 0 * * ? *)",
            "America/Santiago",
            "America/Santiago",
            [AT_MIDNIGHT],
        ),
        # An hour that comes twice is due once.
        ("cron(30 1 * * ? *)", "America/New_York", "America/New_York", []),
    ],
)
def test_drifts(cron: str, schedule_zone: str, business_zone: str, expected: list[Drift]) -> None:
    assert found(cron, schedule_zone, business_zone) == expected


@given(
    st.sampled_from(sorted(zone_names())),
    st.sampled_from(["UTC", "Europe/Madrid", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca"]),
    st.times(),
)
def test_what_is_told_is_what_etl1_would_make_of_it(business_zone: str, schedule_zone: str, at: time) -> None:
    """Each night's business day, by ETL-1's own rule from the instant that is due, day by day."""
    at = at.replace(second=0, microsecond=0, fold=0)
    clock = zone(schedule_zone)
    local = [datetime.combine(FIRST + timedelta(days=number), at, clock) for number in range(366)]
    instants = [due.astimezone(UTC) for due in local if due.astimezone(UTC).astimezone(clock).time() == at]
    made = [business_day(instant, business_zone) for instant in instants]
    told = found(f"cron({at.minute} {at.hour} * * ? *)", schedule_zone, business_zone)
    assert {each.day for each in told if each.kind == REPEATED} == {
        then for before, then in pairwise(made) if then <= before
    }
    assert {each.day for each in told if each.kind != REPEATED} == {
        before + timedelta(days=number) for before, then in pairwise(made) for number in range(1, (then - before).days)
    }


def test_zones_apart_are_refused_with_dates_and_remedy() -> None:
    extract = replace(VALID.normalize.extract, time_zone="Europe/Madrid")
    schedule = replace(VALID.normalize.schedule, cron_expression="cron(30 22 * * ? *)")
    normalize = replace(VALID.normalize, extract=extract, schedule=schedule)
    (fault,) = faults(replace(VALID, normalize=normalize))
    assert fault.startswith(
        f"{PATH} = 'UTC': against normalize.extract.time_zone, 'Europe/Madrid', the run due at 22:30 would "
    )
    assert "skip the business day 20" in fault
    assert "make the business day 20" in fault
    assert fault.endswith("set it to 'Europe/Madrid', and write normalize.schedule.cron_expression in that zone's time")
    same = replace(schedule, cron_expression="cron(30 23 * * ? *)", time_zone="Europe/Madrid")
    assert faults(replace(VALID, normalize=replace(normalize, schedule=same))) == []


def test_hour_that_does_not_exist_is_refused() -> None:
    extract = replace(VALID.normalize.extract, time_zone="Europe/Madrid")
    schedule = replace(VALID.normalize.schedule, cron_expression="cron(30 2 * * ? *)", time_zone="Europe/Madrid")
    (fault,) = faults(replace(VALID, normalize=replace(VALID.normalize, extract=extract, schedule=schedule)))
    path = "normalize.schedule.cron_expression"
    assert fault.startswith(f"{path} = 'cron(30 2 * * ? *)': no run would make the business day 20")
    assert fault.endswith("Scheduler leaves 02:30 out when clocks in 'Europe/Madrid' go forward; choose another hour")


def test_schedule_that_is_off_may_be_anything() -> None:
    schedule = replace(VALID.normalize.schedule, enabled=False, cron_expression="cron(30 22 * * ? *)")
    extract = replace(VALID.normalize.extract, time_zone="Europe/Madrid")
    assert faults(replace(VALID, normalize=replace(VALID.normalize, extract=extract, schedule=schedule))) == []
