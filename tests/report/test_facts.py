"""A day's facts, against the same counted from the source's items as plainly as can be."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contract.datasets import DATA_QUALITY, RUNS
from ops.lake import open_table, rows
from ops.report.catia_facts import Activity
from ops.report.catia_report import CatiaPart
from ops.report.facts import DayFacts, State
from ops.report.window import Window
from tests.iceberg_lake import BYTES_OF_A_COMMIT
from tests.integration.oracle import Expected, expected
from tests.report.conftest import DAY, HOSTILE, NIGHTS, NOW, Nights, items_until

BOGOTA = ZoneInfo("America/Bogota")
WINDOW = [DAY - timedelta(days=back) for back in range(30)]


WEEKS_DAYS = [DAY - timedelta(days=back) for back in range(91)]


def local_day(instant: datetime) -> date:
    return instant.astimezone(BOGOTA).date()


@pytest.fixture(scope="module")
def wanted() -> Expected:
    return expected(items_until(DAY))


@pytest.fixture
def activity(facts: DayFacts) -> Activity:
    assert isinstance(facts.part, CatiaPart)
    return facts.part.activity


def gerencia_of(feedback: dict[str, Any], conversations: list[dict[str, Any]]) -> str | None:
    """The gerencia of the user's newest conversation that is not after the feedback."""
    before = [
        each
        for each in conversations
        if each["user_id"] == feedback["user_id"] and each["created_at"] <= feedback["created_at"]
    ]
    newest = max(before, key=lambda each: (each["created_at"], each["conversation_id"]), default={"gerencia": None})
    return newest["gerencia"] or None


def test_days(activity: Activity, wanted: Expected) -> None:
    days = {each.day: each for each in activity.days}
    assert list(days) == WINDOW[::-1]
    for day in WINDOW:
        talks = [each for each in wanted.conversations if local_day(each["created_at"]) == day]
        rated = Counter(each["feedback_type"] for each in wanted.feedback if local_day(each["created_at"]) == day)
        sent = [each for each in wanted.messages if each["sent_at"] and local_day(each["sent_at"]) == day]
        found = days[day]
        assert found.conversations == len(talks)
        assert found.users == len({each["user_id"] for each in talks})
        assert found.questions == sum(each["question_count"] for each in talks)
        assert (found.likes, found.dislikes) == (rated["like"], rated["dislike"])
        assert found.messages == len(sent)
    assert sum(each.messages for each in activity.days) > 100


def test_weeks(activity: Activity, wanted: Expected) -> None:
    talks = [(local_day(each["created_at"]), each) for each in wanted.conversations]
    came: dict[str, date] = {}
    for day, each in talks:
        came[each["user_id"]] = min(day, came.get(each["user_id"], day))
    begins = min(came.values())
    assert activity.first_day == begins
    mondays = [each.week.first for each in activity.weeks]
    assert mondays == [each.first for each in Window(DAY, BOGOTA, NOW).weeks if each.last >= begins]
    assert 5 < len(mondays) < 13, "the sample has no twelve weeks"
    for found in activity.weeks:
        days = {found.week.first + timedelta(days=number) for number in range(7)} & {*WEEKS_DAYS}
        of_week = [each for day, each in talks if day in days]
        users = {each["user_id"] for each in of_week}
        new = {user for user in users if came[user] in days}
        rated = Counter(each["feedback_type"] for each in wanted.feedback if local_day(each["created_at"]) in days)
        sent = [each for each in wanted.messages if each["sent_at"] and local_day(each["sent_at"]) in days]
        assert (found.users, found.new_users, found.returning_users) == (len(users), len(new), len(users - new))
        assert found.conversations == len(of_week)
        assert found.questions == sum(each["question_count"] for each in of_week)
        assert found.messages == len(sent)
        assert (found.likes, found.dislikes) == (rated["like"], rated["dislike"])
        assert found.week.whole == (found.week.first >= begins and found.week.last.weekday() == 6)
    assert sum(each.new_users for each in activity.weeks) == len(came) > 100
    assert any(each.returning_users for each in activity.weeks)


def test_a_day_that_is_over_when_it_is_read_is_whole(activity: Activity) -> None:
    assert (activity.read_at.hour, activity.last_whole_day, activity.is_running) == (23, DAY, False)


def test_hours(activity: Activity, wanted: Expected) -> None:
    sent: Counter[tuple[date, int, str]] = Counter()
    for each in wanted.messages:
        if each["sent_at"]:
            at = each["sent_at"].astimezone(BOGOTA)
            sent[at.date(), at.hour, each["sender"] if each["sender"] in {"user", "bot"} else "other"] += 1
    assert [each.begins.hour for each in activity.hours] == list(range(24))
    for hour in activity.hours:
        number = hour.begins.hour
        assert (hour.user, hour.bot, hour.other) == tuple(sent[DAY, number, who] for who in ("user", "bot", "other"))
        week = sum(sent[day, number, who] for day in WINDOW[1:8] for who in ("user", "bot", "other"))
        assert hour.usual == pytest.approx(week / 7)
    assert sum(each.user for each in activity.hours) >= len(HOSTILE)


def test_questions(activity: Activity, wanted: Expected) -> None:
    talks = [(local_day(each["created_at"]), min(each["question_count"], 8)) for each in wanted.conversations]
    window = Counter(asked for day, asked in talks if day in WINDOW)
    today = Counter(asked for day, asked in talks if day == DAY)
    found = {each.questions: (each.conversations, each.in_window) for each in activity.questions}
    assert found == {asked: (today[asked], window[asked]) for asked in range(9)}


def test_ratings_by_gerencia(activity: Activity, wanted: Expected) -> None:
    counted = Counter(
        (gerencia_of(each, wanted.conversations), each["feedback_type"])
        for each in wanted.feedback
        if local_day(each["created_at"]) in WINDOW
    )
    names = {name for name, _ in counted}
    assert {each.gerencia: (each.likes, each.dislikes) for each in activity.ratings} == {
        name: (counted[name, "like"], counted[name, "dislike"]) for name in names
    }
    assert set(HOSTILE) < names
    totals = [each.likes + each.dislikes for each in activity.ratings]
    assert totals == sorted(totals, reverse=True)


def test_messages_without_a_time(activity: Activity, wanted: Expected) -> None:
    assert activity.messages == len(wanted.messages)
    assert activity.untimed_messages == sum(each["sent_at"] is None for each in wanted.messages) > 0


def test_runs(facts: DayFacts, wanted: Expected) -> None:
    assert [run.dt for run in facts.runs] == list(NIGHTS)
    assert facts.run.items.accepted["conversations"] == len(wanted.conversations)
    assert facts.run.items.rejected_total == len(wanted.rejected)
    assert facts.state is State.PUBLISHED
    assert (facts.runs_of_day, facts.days_without_run, facts.failed_checks) == (1, (), ())
    assert facts.part is not None
    assert facts.part.run_id == facts.run.run_id


def test_checks_are_those_of_the_table(facts: DayFacts, nights: Nights) -> None:
    stored = list(rows(open_table(nights.platform, DATA_QUALITY), DATA_QUALITY.column_names))
    of_run = [row for row in stored if row["run_id"] == facts.run.run_id]
    assert 0 < len(of_run) < len(stored)
    found = [(check.dataset, check.name, check.rows_checked, check.rows_failed) for check in facts.checks]
    names = ("dataset", "check_name", "rows_checked", "rows_failed")
    assert found == [tuple(row[name] for name in names) for row in of_run]


def test_costs(facts: DayFacts, nights: Nights) -> None:
    read, computed, stored = facts.costs
    assert read.dollars == pytest.approx(facts.run.scan.consumed_capacity_units * 0.125 / 1e6)
    seconds = (facts.run.finished_at - facts.run.started_at).total_seconds()
    assert computed.dollars == pytest.approx(seconds * 1 * 0.0000166667)  # a GB of memory
    of_tables = rows(open_table(nights.platform, RUNS), ("bytes_written",), f"run_id = '{facts.run.run_id}'")
    written = sum(written.bytes for written in facts.run.objects) + sum(row["bytes_written"] for row in of_tables)
    assert written >= 3 * BYTES_OF_A_COMMIT
    assert stored.dollars == pytest.approx(written / 2**30 * 0.023)
