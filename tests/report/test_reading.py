"""How much of a table is fetched: the files, row groups and columns that are counted, and no text."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from contract.datasets import TECHNICAL, Dataset, Partition, prose, text
from contract.datasets import instant as instant_column
from envs.local import LOCAL
from glue_src.arrow import s3_files
from ops.lake import open_table
from ops.report.tables import CuratedTable
from tests.report.conftest import Nights

NOON = datetime(2026, 1, 30, 12)
ROWS = 24_000
LOG = Dataset(
    name="reading",
    description="A year of texts.",
    columns=(
        text(1, "id", TECHNICAL, "Begins with the time.", nullable=False),
        prose(2, "said", TECHNICAL, "Long."),
        instant_column(3, "at", TECHNICAL, "When."),
    ),
    key=("id",),
    sort_by=("id",),
    partition=Partition("id", 7),
)


@pytest.fixture(scope="module")
def table(nights: Nights) -> CuratedTable:
    """A year of texts, the newest last, each hundredth without a time; a file a month."""
    words = random.Random(1)
    times = [NOON - timedelta(days=365) * (ROWS - 1 - row) / ROWS for row in range(ROWS)]
    nights.lake.create_table(LOG)
    nights.lake.commit(
        LOG,
        [
            {"id": at.isoformat(), "said": words.randbytes(300).hex(), "at": None if row % 100 == 0 else at}
            for row, at in enumerate(times)
        ],
    )
    return CuratedTable(open_table(nights.platform, LOG))


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the ranges that are fetched of data files."""
    sizes: list[int] = []
    read_range = s3_files.read_range

    def counted(*arguments: object) -> bytes:
        content = read_range(*arguments)  # type: ignore[arg-type]
        sizes.append(len(content))
        return content

    monkeypatch.setattr(s3_files, "read_range", counted)
    return sizes


def test_a_week_is_one_file_a_few_row_groups_and_one_column(table: CuratedTable, fetched: list[int]) -> None:
    since = NOON - timedelta(days=7)
    found = table.reader(("at",), f"at >= '{since.isoformat()}'").read_all()
    assert found.column_names == ["at"]
    # Of 24,000 rows in 365 days, 1 of 100 without a time.
    assert found.num_rows == pytest.approx(ROWS * 7 / 365 * 0.99, abs=3)
    assert sum(fetched) < ROWS * 300 * 0.03, "the texts alone are 300 bytes a row"


def test_what_came_later_is_not_read(table: CuratedTable, fetched: list[int]) -> None:
    assert table.reader(("at",), f"at > '{NOON.isoformat()}'").read_all().num_rows == 0
    assert fetched == []


def test_rows_and_nulls_are_counted_without_reading(table: CuratedTable, fetched: list[int]) -> None:
    assert (table.rows, table.nulls("at")) == (ROWS, ROWS // 100)
    assert fetched == []


def test_a_commit_meanwhile_does_not_change_what_is_read(nights: Nights, table: CuratedTable) -> None:
    nights.lake.commit(LOG, [])
    assert table.rows == ROWS
    assert table.reader(("id",)).read_all().num_rows == ROWS
    assert CuratedTable(open_table(nights.platform, LOG)).rows == 0
    assert LOCAL.etl.catalog.database_name == nights.lake.database
