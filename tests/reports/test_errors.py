"""Days that cannot be reported, and days that can although something went wrong: each says what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from envs.local import LOCAL
from modules.contract.layout import clean_key, curated_key
from reports.errors import ReportError
from reports.facts import State
from reports.gathering import gather
from reports.tables import curated_table
from sources.catia import CONVERSATIONS, MESSAGES
from tests.reports.conftest import DAY, NIGHTS, NOW, items_until

if TYPE_CHECKING:
    from reports.facts import DayFacts
    from tests.reports.nights import Platform

QUARANTINED, WAITING, BROKEN = date(2026, 2, 10), date(2026, 2, 11), date(2026, 2, 12)


def gathered(platform: Platform, day: date) -> DayFacts:
    return gather(platform.lake.s3, LOCAL, day, NOW)


@pytest.mark.parametrize(
    ("day", "nearest"),
    [
        (date(2026, 1, 1), "one: 2026-01-27."),
        (date(2026, 1, 28), "one: 2026-01-27 and 2026-01-29."),
    ],
)
def test_a_day_without_a_run_names_the_nearest(platform: Platform, day: date, nearest: str) -> None:
    with pytest.raises(ReportError, match=f"^{day} has no run in cat-local-normalize-reports") as caught:
        gathered(platform, day)
    assert str(caught.value).endswith(nearest)


def test_no_run_at_all(platform: Platform) -> None:
    elsewhere = replace(LOCAL, etl=replace(LOCAL.etl, clean_prefix="nothing/here/"))
    with pytest.raises(ReportError, match="There is no run in cat-local-normalize-reports yet"):
        gather(platform.lake.s3, elsewhere, DAY, NOW)


def test_no_bucket(platform: Platform) -> None:
    elsewhere = replace(LOCAL, etl=replace(LOCAL.etl, data_bucket_name="cat-local-nowhere"))
    with pytest.raises(ReportError, match="cat-local-nowhere does not exist: deploy cat-local-normalize"):
        gather(platform.lake.s3, elsewhere, DAY, NOW)


def test_a_file_that_is_replaced_while_it_is_read(platform: Platform) -> None:
    lake = platform.lake
    key = curated_key(lake.arguments.curated_prefix, MESSAGES, DAY)
    table = curated_table(lake.s3, lake.bucket, lake.arguments.curated_prefix, MESSAGES, DAY)
    assert table is not None
    before = lake.get(key)
    lake.put(key, before + b"!")
    try:
        with pytest.raises(ReportError, match="was replaced while it was being read"):
            table.reader(("sender", "sent_at")).read_all()
    finally:
        lake.put(key, before)


def test_tables_that_are_not_of_the_run_that_passed(platform: Platform) -> None:
    lake = platform.lake
    key, other = (curated_key(lake.arguments.curated_prefix, CONVERSATIONS, day) for day in (DAY, NIGHTS[0]))
    before = lake.get(key)
    lake.put(key, lake.get(other))
    try:
        with pytest.raises(ReportError, match=f"The tables conversations of {DAY} have not the rows"):
            gathered(platform, DAY)
    finally:
        lake.put(key, before)


def test_a_run_that_etl_2_has_not_seen(platform: Platform) -> None:
    run = platform.night(WAITING, items_until(DAY), curate=False)
    facts = gathered(platform, WAITING)
    assert (facts.state, facts.part, facts.checks) == (State.WAITING, None, ())
    assert facts.run.run_id == run.run_id
    for written in run.objects:
        platform.lake.delete(written.key)


def test_a_quarantined_run_beside_the_one_that_readers_see(platform: Platform) -> None:
    published = platform.night(QUARANTINED, items_until(DAY))
    broken: list[dict[str, Any]] = [{"PK": {"S": f"USER#{n}"}, "SK": {"S": "NOTHING"}} for n in range(900)]
    quarantined = platform.night(QUARANTINED, [*items_until(DAY), *broken], fails=True)
    facts = gathered(platform, QUARANTINED)
    assert (facts.state, facts.runs_of_day, facts.run.run_id) == (State.QUARANTINED, 2, quarantined.run_id)
    assert [f"{check.dataset}.{check.name}" for check in facts.failed_checks] == ["rejected.share_of_items"]
    assert facts.part is not None
    assert facts.part.run_id == published.run_id


def test_a_day_whose_runs_are_all_incomplete(platform: Platform) -> None:
    run = platform.night(BROKEN, items_until(DAY), curate=False)
    platform.lake.delete(clean_key(LOCAL.etl.clean_prefix, MESSAGES, BROKEN, run.run_id))
    with pytest.raises(ReportError, match=f"{BROKEN} has 1 runs, and none is complete"):
        gathered(platform, BROKEN)
