"""Which runs may be taken; nothing is curated here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from glue_src.clean_zone import CleanZone
from glue_src.exceptions import NoCompleteRunError
from glue_src.storage import Bucket
from sources.catia import CONTRACT, CONVERSATIONS
from tests.curation import faults
from tests.curation.lake import MONDAY, TUESDAY, Lake, rows_of_users, run_id

if TYPE_CHECKING:
    from collections.abc import Callable

# No engine has a part in this, so that one will do.
pytestmark = pytest.mark.parametrize("engine", ["arrow"], indirect=True)


DAMAGES = [
    (faults.lose_summary, "is missing"),
    (faults.garble_summary, "unreadable"),
    (faults.lose_an_item, "went nowhere"),
    (faults.take_another_runs_summary, f"speaks of run {run_id(1)}"),
    (faults.list_no_messages, "lists 0 objects for messages"),
    (faults.list_a_foreign_key, "must be"),
    (faults.lose_messages, "is missing"),
    (faults.cut_messages, "bytes, its summary says"),
]
each_damage = pytest.mark.parametrize(("damage", "reason"), DAMAGES, ids=[damage.__name__ for damage, _ in DAMAGES])


@pytest.fixture
def clean_zone(lake: Lake) -> CleanZone:
    return CleanZone(Bucket(lake.s3, lake.bucket), lake.arguments.clean_prefix, lake.contract)


def test_runs_are_listed_oldest_day_and_newest_run_first(lake: Lake, clean_zone: CleanZone) -> None:
    for number, day in ((1, TUESDAY), (3, TUESDAY), (2, TUESDAY), (1, MONDAY)):
        lake.publish_run(day, run_id(number), rows_of_users("ana"))
    lake.put(lake.clean_key(CONVERSATIONS, MONDAY, "not-a-run"), b"")
    runs = clean_zone.runs_by_day()
    assert list(runs.items()) == [(MONDAY, (run_id(1),)), (TUESDAY, (run_id(3), run_id(2), run_id(1)))]


def test_the_newest_complete_run_is_taken(lake: Lake, clean_zone: CleanZone) -> None:
    for number in (1, 2):
        lake.publish_run(MONDAY, run_id(number), rows_of_users("ana"))
    assert clean_zone.newest_complete_run(MONDAY, [run_id(2), run_id(1)]) == lake.summary(MONDAY, run_id(2))


@each_damage
def test_an_incomplete_run_is_passed_over_with_a_warning(
    lake: Lake,
    clean_zone: CleanZone,
    damage: Callable[[Lake], None],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for number in (1, 2):
        lake.publish_run(MONDAY, run_id(number), rows_of_users("ana"))
    damage(lake)
    assert clean_zone.newest_complete_run(MONDAY, [run_id(2), run_id(1)]).run_id == run_id(1)
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    fields = warning.fields  # type: ignore[attr-defined]
    assert (fields["day"], fields["run_id"]) == (MONDAY, run_id(2))
    assert reason in fields["reasons"][0]


@each_damage
def test_a_day_of_incomplete_runs_only_is_an_error(
    lake: Lake, clean_zone: CleanZone, damage: Callable[[Lake], None], reason: str
) -> None:
    for number in (1, 2):
        lake.publish_run(MONDAY, run_id(number), rows_of_users("ana"))
    damage(lake)
    with pytest.raises(NoCompleteRunError, match=f"{MONDAY} has no complete run among 1: .*{reason}.* Repeat ETL-1"):
        clean_zone.newest_complete_run(MONDAY, [run_id(2)])


def test_every_reason_is_named(lake: Lake, clean_zone: CleanZone) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    for dataset in CONTRACT.datasets:
        lake.delete(lake.clean_key(dataset, MONDAY, run_id(1)))
    with pytest.raises(NoCompleteRunError) as caught:
        clean_zone.newest_complete_run(MONDAY, [run_id(1)])
    assert len(caught.value.faults[0].reasons) == 4
