"""What a simulated year counts, and which questions are asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tools.bench.lake.lake import HISTORY_DAYS
from tools.bench.lake.queries import QUESTIONS, questions
from tools.bench.lake.task import Traffic
from tools.bench.lake.year import NIGHTS_RUN, NONCURRENT_DAYS, Stored, YearResults, now_for

NIGHTS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number) for number in range(50)]


def test_bytes_are_told_apart_by_key() -> None:
    sizes = {
        "curated/a/messages/data/1.parquet": 100,
        "curated/a/runs/data/2.parquet": 20,
        "curated/a/messages/metadata/3.avro": 3,
        "curated/a/_quarantine/4.json": 4,
    }
    assert Stored.of(sizes) == Stored(100, 20, 7)


def test_what_does_not_grow_with_the_rows_counts_beside_more_rows() -> None:
    year = YearResults(
        nights=360,
        nights_run=60,
        reduction=10,
        csv_bytes=0,
        current=1_000,
        visible=Stored(2_000, 100, 400),
        noncurrent=Stored(500, 0, 100),
        snapshots=31,
        last_night=Traffic(),
    )

    assert year.with_history == pytest.approx(2 + (600 + 400) / 10 / 1_000)
    assert year.with_noncurrent == pytest.approx(2.5 + (600 + 500) / 10 / 1_000)


@pytest.mark.parametrize(("nights", "expired_before"), [(1, 0), (31, 0), (32, 1), (50, 19)])
def test_a_snapshot_expires_once_its_successor_is_old_enough(nights: int, expired_before: int) -> None:
    bound = now_for(NIGHTS[:nights]) - timedelta(days=HISTORY_DAYS)

    assert bound == NIGHTS[expired_before]


def test_enough_nights_are_run_for_all_that_nights_leave_behind() -> None:
    assert NIGHTS_RUN > HISTORY_DAYS + NONCURRENT_DAYS


def test_the_documentation_asks_ten_questions() -> None:
    found = questions(QUESTIONS.read_text(encoding="utf-8"))

    assert len(found) == 10
    assert all(one.sql.startswith(("SELECT", "WITH")) for one in found)
