from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contract.sources.catia import CONTRACT
from ops.advice import next_steps
from ops.engines import DeployedEngine, EngineRun, EngineState
from ops.runs import BrokenRun, RecentRuns
from ops.services import AlarmState, CrawlerState, QueueState
from ops.status import Status
from ops.tables import RecordedRun, TableView, Unpublished, UnpublishedRun
from tests.unit.ops.runs import run

NOW = datetime(2026, 2, 4, 12, tzinfo=UTC)
NEWEST = run(4)


def engine(etl: str, state: str = "SUCCEEDED", error: str = "") -> EngineState:
    ended = EngineRun("1", state, NEWEST.started_at + timedelta(minutes=1), 9.0, error)
    return EngineState(DeployedEngine(etl, "job", f"{etl}-job", "group"), (ended,))


def left(state: Unpublished) -> UnpublishedRun:
    removals = ("9 of 10 rows of messages",) if state is Unpublished.HELD else ()
    return UnpublishedRun(NEWEST.run_id, NEWEST.dt, state, removals)


PUBLISHED = RecordedRun(NEWEST.run_id, date(2026, 2, 3), NOW, 1)
WELL = Status(
    environment="prod",
    region="us-east-1",
    endpoint="",
    now=NOW,
    today=date(2026, 2, 4),
    schedule="cron(30 4 * * ? *)",
    runs=RecentRuns((NEWEST, run(3), run(2))),
    extract=engine("ETL-1"),
    transform=engine("ETL-2"),
    crawler=CrawlerState("crawler", "READY", "SUCCEEDED", NOW, ""),
    tables=(TableView("messages", 5000, 1, NOW, NEWEST.run_id, "2026-02-03", 3),),
    published=PUBLISHED,
    unpublished=None,
    alarms=(AlarmState("alarm", "OK", NOW, "", ""),),
    queues=(QueueState("letters", 0),),
    unanswered=(),
)


def test_nothing_is_to_be_done_where_all_is_well() -> None:
    assert next_steps(WELL, CONTRACT) == ()


@pytest.mark.parametrize(
    ("change", "matter", "remedy"),
    [
        (
            {"alarms": (AlarmState("a", "ALARM", NOW, "why", "See the runbook, No fresh data."),)},
            "alarm a: why",
            "See the runbook, No fresh data.",
        ),
        ({"alarms": (AlarmState("a", "MISSING", None, "", ""),)}, "does not exist", "deploy"),
        ({"queues": (QueueState("letters", 2),)}, "letters holds 2", "python -m ops redrive --env prod"),
        ({"extract": engine("ETL-1", "FAILED", "no\nmore")}, "ETL-1: last run FAILED", "logs --env prod normalize"),
        ({"transform": engine("ETL-2", "TIMEOUT")}, "ETL-2: last run TIMEOUT", "logs --env prod etl"),
        ({"published": replace(PUBLISHED, dt=date(2026, 2, 2))}, "2 days old", "run --env prod"),
        ({"tables": (TableView("messages", fault="its metadata file is missing"),)}, "messages cannot", "is missing"),
        ({"runs": RecentRuns()}, "no complete run", "run --env prod"),
        ({"unpublished": left(Unpublished.QUARANTINED)}, "quarantined", "failed_checks"),
        ({"unpublished": left(Unpublished.LATE)}, "not published", "curate --env prod"),
        ({"unpublished": left(Unpublished.HELD)}, "would remove 9 of 10 rows", "run --env prod --accept-removal"),
        (
            {"runs": RecentRuns((NEWEST,), (BrokenRun(NEWEST.dt, "9", ("its summary is missing",)),))},
            "run 9 of 2026-01-31 is incomplete",
            "run --env prod",
        ),
        ({"crawler": CrawlerState("c", "READY", "FAILED", NOW, "why")}, "the crawler failed: why", "start-crawler"),
        ({"runs": RecentRuns((run(4, rejected=90), run(3)))}, "9.0% of the items", "rejects --env prod"),
        ({"unanswered": ("AccessDenied",)}, "AccessDenied", "The rest"),
    ],
)
def test_each_matter_has_its_remedy(change: dict[str, object], matter: str, remedy: str) -> None:
    (step,) = next_steps(replace(WELL, **change), CONTRACT)  # type: ignore[arg-type]
    assert matter in step.matter
    assert remedy in step.remedy
    assert "\n" not in step.matter + step.remedy


def test_what_is_no_matter() -> None:
    young = left(Unpublished.ON_ITS_WAY)
    assert next_steps(replace(WELL, unpublished=young), CONTRACT) == (), "it is on its way"
    late = replace(WELL, unpublished=young, transform=engine("ETL-2", "FAILED"))
    assert [step.matter.partition(" ")[0] for step in next_steps(late, CONTRACT)] == ["ETL-2:", "run"]
    older = BrokenRun(NEWEST.dt, "1", ("cut off",))
    assert next_steps(replace(WELL, runs=RecentRuns((NEWEST,), (older,))), CONTRACT) == (), "a newer run took its place"
    unscheduled = replace(WELL, schedule="", published=replace(PUBLISHED, dt=date(2025, 12, 31)))
    assert next_steps(unscheduled, CONTRACT) == (), "nobody expects a run every day"
    before = replace(WELL.extract.runs[0], state="FAILED", started_at=NEWEST.started_at - timedelta(minutes=1))
    retried = replace(WELL, extract=replace(WELL.extract, runs=(before,)))
    assert next_steps(retried, CONTRACT) == (), "the retry went well"
