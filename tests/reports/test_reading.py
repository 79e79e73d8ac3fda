"""How much of a day's file is fetched: the columns and the row groups that are counted, and no text."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modules.contract.layout import curated_key
from reports.tables import curated_table
from sources.catia import MESSAGES

if TYPE_CHECKING:
    from pathlib import Path

    from reports.tables import CuratedTable
    from tests.reports.nights import Platform

DAY = date(2026, 1, 30)
NOON = datetime(2026, 1, 30, 12, tzinfo=timezone.utc)
ROWS, GROUPS = 60_000, 60
PREFIX = "reading/"


@pytest.fixture
def table(platform: Platform, tmp_path: Path) -> CuratedTable:
    """A year of messages, the newest last, of which each hundredth has no time."""
    words = random.Random(1)
    times = [NOON - timedelta(days=365) * (ROWS - 1 - row) / ROWS for row in range(ROWS)]
    columns = {
        "user_id": ["ana"] * ROWS,
        "conversation_id": [f"CONVERSATION#{at.isoformat()}" for at in times],
        "position": [1] * ROWS,
        "sender": ["user"] * ROWS,
        "text": [words.randbytes(60).hex() for _ in times],
        "sent_at": pa.array(
            [None if row % 100 == 0 else at for row, at in enumerate(times)], pa.timestamp("us", "UTC")
        ),
    }
    path = tmp_path / "messages.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=ROWS // GROUPS, compression="zstd")
    platform.lake.put(curated_key(PREFIX, MESSAGES, DAY), path.read_bytes())
    opened = curated_table(platform.lake.s3, platform.lake.bucket, PREFIX, MESSAGES, DAY)
    assert opened is not None
    return opened


def test_a_month_is_a_few_row_groups_and_two_columns(table: CuratedTable) -> None:
    groups = table.groups_between("sent_at", NOON - timedelta(days=30), NOON + timedelta(days=1))
    assert groups == list(range(55, 60))
    found = table.reader(("sender", "sent_at"), groups).read_all()
    assert found.column_names == ["sender", "sent_at"]
    assert found.num_rows == 5 * ROWS // GROUPS
    assert table.remote.fetched < table.remote.size * 0.05


def test_days_before_and_after_are_not_read(table: CuratedTable) -> None:
    assert table.groups_between("sent_at", NOON + timedelta(days=1), NOON + timedelta(days=2)) == []
    assert table.groups_between("sent_at", NOON - timedelta(days=900), NOON - timedelta(days=800)) == []


def test_what_has_no_time_is_counted_without_reading(table: CuratedTable) -> None:
    before = table.remote.fetched
    assert table.nulls("sent_at") == ROWS // 100
    assert table.remote.fetched == before
