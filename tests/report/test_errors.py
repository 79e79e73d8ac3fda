"""Days that cannot be reported, and days that can although something went wrong: each says what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from contract.layout import clean_key, table_prefix
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from envs.local import LOCAL
from glue_src.exceptions import TableFileError
from ops.report.facts import State
from ops.report.gathering import ReportError, gather
from ops.tables import table_state
from tests.iceberg_lake import platform_on
from tests.report.conftest import DAY, NOW, Nights, items_until, rows_of

WAITING, QUARANTINED, BROKEN = date(2026, 2, 10), date(2026, 2, 11), date(2026, 2, 12)


@pytest.mark.parametrize(
    ("day", "nearest"),
    [
        (date(2026, 1, 1), "one: 2026-01-27."),
        (date(2026, 1, 28), "one: 2026-01-27 and 2026-01-29."),
    ],
)
def test_a_day_without_a_run_names_the_nearest(nights: Nights, day: date, nearest: str) -> None:
    with pytest.raises(ReportError, match=f"^{day} has no run in cat-local-normalize-reports") as caught:
        gather(nights.platform, day, NOW)
    assert str(caught.value).endswith(nearest)


def test_no_run_and_no_bucket(nights: Nights) -> None:
    elsewhere = replace(LOCAL, etl=replace(LOCAL.etl, clean_prefix="nothing/here/"))
    with pytest.raises(ReportError, match="There is no run in cat-local-normalize-reports yet"):
        gather(platform_on(nights.lake, elsewhere), DAY, NOW)
    elsewhere = replace(LOCAL, normalize=replace(LOCAL.normalize, s3_bucket_name="cat-local-nowhere"))
    with pytest.raises(ReportError, match="cat-local-nowhere does not exist: deploy cat-local-normalize"):
        gather(platform_on(nights.lake, elsewhere), DAY, NOW)


def test_a_table_that_is_not_as_the_run_left_it(nights: Nights) -> None:
    state = table_state(nights.platform, CONVERSATIONS)
    assert state.current is not None
    earlier = state.current.parent_id
    with nights.lake.table(CONVERSATIONS).manage_snapshots() as snapshots:
        snapshots.set_current_snapshot(earlier)
    try:
        with pytest.raises(ReportError, match="The tables conversations have not the rows that run"):
            gather(nights.platform, DAY, NOW)
    finally:
        with nights.lake.table(CONVERSATIONS).manage_snapshots() as snapshots:
            snapshots.set_current_snapshot(state.current.id)


def test_a_data_file_that_is_gone_is_named_and_nobodys_words_are(nights: Nights) -> None:
    (file,) = [task.file for task in nights.lake.table(FEEDBACK).scan("feedback_id >= 'FEEDBACK#2026-01'").plan_files()]
    key = file.file_path.partition(f"{nights.lake.bucket}/")[2]
    assert key.startswith(table_prefix(LOCAL.etl.curated_prefix, FEEDBACK))
    content = nights.lake.s3.get_object(Bucket=nights.lake.bucket, Key=key)["Body"].read()
    nights.lake.s3.delete_object(Bucket=nights.lake.bucket, Key=key)
    try:
        with pytest.raises(TableFileError, match=f"feedback: .*{key} is missing") as caught:
            gather(nights.platform, DAY, NOW)
        assert "hostil" not in str(caught.value)
        assert "rebuild" not in caught.value.said, "doctor has the remedy"
    finally:
        nights.lake.put(key, content)


def test_a_run_that_waits_and_one_that_is_overtaken(nights: Nights) -> None:
    waiting = nights.night(WAITING, items_until(DAY), publish=False)
    facts = gather(nights.platform, WAITING, NOW)
    assert (facts.state, facts.checks, facts.run.run_id) == (State.WAITING, (), waiting.run_id)
    assert facts.part is not None
    assert facts.part.run_id != waiting.run_id, "the tables are of a run before"
    later = nights.night(QUARANTINED, items_until(DAY))
    overtaken = gather(nights.platform, WAITING, NOW)
    assert overtaken.state is State.OVERTAKEN
    assert overtaken.part is not None
    assert overtaken.part.run_id == later.run_id


def test_a_quarantined_run_beside_the_one_that_readers_see(nights: Nights) -> None:
    published = nights.night(QUARANTINED, items_until(DAY), minute=35)
    failed = nights.night(QUARANTINED, items_until(DAY), minute=45, publish=False)
    nights.lake.record_checks(failed, outcome="failed")
    facts = gather(nights.platform, QUARANTINED, NOW)
    assert (facts.state, facts.run.run_id) == (State.QUARANTINED, failed.run_id)
    assert [f"{check.dataset}.{check.name}" for check in facts.failed_checks] == ["rejected.ratio_of_items"]
    assert facts.part is not None
    assert facts.part.run_id == published.run_id


def test_a_day_whose_runs_are_all_incomplete(nights: Nights) -> None:
    run = nights.lake.clean_run(BROKEN, rows_of([]), began=NOW)
    nights.lake.s3.delete_object(
        Bucket=nights.lake.bucket, Key=clean_key(LOCAL.etl.clean_prefix, MESSAGES, BROKEN, run.run_id)
    )
    with pytest.raises(ReportError, match=f"{BROKEN} has 1 runs, and none is complete"):
        gather(nights.platform, BROKEN, NOW)
