"""A day's facts as they may be, small and without a bucket."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contract.partition_sums import version_of
from contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics
from contract.sources.catia import CONTRACT
from ops.prices import Cost
from ops.report.catia_facts import Activity, DayFigures, GerenciaRatings, Hour, QuestionCount, WeekFigures
from ops.report.catia_report import CatiaPart
from ops.report.facts import Check, DayFacts, State
from ops.report.window import Window

DAY = date(2026, 1, 30)
BOGOTA = ZoneInfo("America/Bogota")
#: DAY is a Friday.
WINDOW = Window(DAY, BOGOTA, datetime(2026, 1, 31, 4, 30, tzinfo=UTC))
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def run(day: date, conversations: int = 1200, **values: Any) -> RunSummary:
    items = ItemCounts(
        scanned=conversations + 345,
        accepted={"conversations": conversations, "feedback": 300, "registers": 20},
        excluded={"automated-checks": 5},
        rejected=values.pop("rejected", {"invalid_json": 13, "wrong_type": 7}),
    )
    rows = {"conversations": conversations, "feedback": 300, "messages": 5000, "rejected": 20}
    began = datetime(day.year, day.month, day.day, 4, 30, tzinfo=UTC) + timedelta(days=1)
    scan = ScanStatistics(2, 40, 1234.5, values.pop("throttled", 0), 1)
    return RunSummary(
        run_id=f"run-of-{day}",
        dt=day,
        time_zone="America/Bogota",
        source_table="cat-test-catia-conversations-table",
        started_at=began,
        finished_at=began + timedelta(seconds=values.pop("seconds", 75)),
        items=items,
        scan=scan,
        objects=tuple(
            RunObject(each.name, f"{each.name}.csv", rows[each.name], 2**20, version_of(each), {})
            for each in CONTRACT.datasets
        ),
    )


def activity(
    ratings: tuple[GerenciaRatings, ...] = (GerenciaRatings("Gerencia Financiera", likes=3, dislikes=1),),
) -> Activity:
    days = [DAY - timedelta(days=back) for back in reversed(range(30))]
    midnight = datetime(2026, 1, 30, tzinfo=BOGOTA)
    return Activity(
        run_id=f"run-of-{DAY}",
        days=tuple(
            DayFigures(day, conversations=40 + day.day, users=30, questions=90, messages=200, likes=3, dislikes=1)
            for day in days
        ),
        hours=tuple(Hour(midnight + timedelta(hours=hour), hour, hour, 1, 7.5) for hour in range(24)),
        questions=tuple(QuestionCount(asked, asked == 8, asked, 10 * asked) for asked in range(9)),
        ratings=ratings,
        messages=5000,
        untimed_messages=1000,
        weeks=tuple(
            WeekFigures(
                week,
                users=60 + place,
                new_users=10,
                conversations=200,
                questions=500,
                messages=1500,
                likes=15,
                dislikes=5,
            )
            for place, week in enumerate(WINDOW.weeks)
        ),
        first_day=WINDOW.weeks[0].first,
        last_whole_day=DAY,
        read_at=WINDOW.read_at.astimezone(BOGOTA),
    )


def check(*, passed: bool = True) -> Check:
    return Check(f"run-of-{DAY}", "messages", "unique_key", passed, 5000, 0 if passed else 4, 0.0, NOON)


def facts(**values: Any) -> DayFacts:
    made: dict[str, Any] = {
        "environment": "test",
        "language": "en",
        "contract": CONTRACT,
        "day": DAY,
        "made_at": NOON,
        "runs": tuple(run(DAY - timedelta(days=back), 1200 - back) for back in reversed(range(9))),
        "runs_of_day": 1,
        "days_without_run": (),
        "state": State.PUBLISHED,
        "checks": (check(),),
        "part": CatiaPart(activity()),
        "costs": (Cost("function", 75.0, "GB-seconds", 0.00125),),
    }
    return DayFacts(**{**made, **values})
