"""What a reader has to fetch, in files whose row groups are known."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.lake.days import FIRST_INSTANT
from bench.lake.page_index import PageIndex
from bench.lake.scans import NARROW_OF_A_WEEK, TEXT_OF_A_WEEK, Query, Range, really_read, scans_of, to_fetch, week

ROWS_A_GROUP = 1_000
GROUPS = 4
ROWS_A_PAGE = 100
HOUR = timedelta(hours=1)


def write(path: Path, *, statistics: bool = True, time_zone: str | None = "UTC", in_pages: bool = True) -> Path:
    """Four row groups of a thousand hours each; user of no order; texts of ten letters."""
    numbers = range(GROUPS * ROWS_A_GROUP)
    instants = [None if number % 7 == 0 else FIRST_INSTANT + number * HOUR for number in numbers]
    table = pa.table(
        {
            "conversation_id": [f"c{number:04}" for number in numbers],
            "position": list(numbers),
            "user_id": [f"u{(number * 7919 + 2000) % 4000:04}" for number in numbers],
            "sender": ["user" if number % 2 else "bot" for number in numbers],
            "text": [f"{number * 104729 % 10**10:010}" for number in numbers],
            "sent_at": pa.array(instants, pa.timestamp("us")).cast(pa.timestamp("us", time_zone)),
        }
    )
    pq.write_table(
        table,
        path,
        row_group_size=ROWS_A_GROUP,
        compression="zstd",
        write_statistics=statistics,
        write_page_index=in_pages,
        max_rows_per_page=ROWS_A_PAGE if in_pages else None,
        use_dictionary=["sender"] if in_pages else True,
    )
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "messages.parquet")


def bytes_of(file: Path, groups: list[int], columns: list[int]) -> int:
    metadata = pq.read_metadata(file)
    return sum(metadata.row_group(group).column(place).total_compressed_size for group in groups for place in columns)


@pytest.mark.parametrize(
    ("hours", "groups"),
    [((1, 10), [0]), ((990, 1_010), [0, 1]), ((1_001, 1_001), [1]), ((0, 4_000), [0, 1, 2, 3]), ((5_000, 5_001), [])],
)
def test_only_the_row_groups_of_the_range_are_fetched(file: Path, hours: tuple[int, int], groups: list[int]) -> None:
    first, last = (FIRST_INSTANT + hour * HOUR for hour in hours)
    query = Query(("text",), Range("sent_at", first, last))

    assert to_fetch(pq.read_metadata(file), query) == bytes_of(file, groups, [4, 5])


def test_without_order_all_row_groups_are_fetched(file: Path) -> None:
    query = Query(("text",), Range("user_id", "u2000", "u2000"))

    assert to_fetch(pq.read_metadata(file), query) == bytes_of(file, [0, 1, 2, 3], [2, 4])


def test_without_statistics_all_row_groups_are_fetched(tmp_path: Path) -> None:
    file = write(tmp_path / "blind.parquet", statistics=False)

    assert to_fetch(pq.read_metadata(file), Query(("text",), week(0))) == bytes_of(file, [0, 1, 2, 3], [4, 5])


def test_without_a_range_whole_columns_are_fetched(file: Path) -> None:
    query = Query(("sender", "text"), None)

    assert to_fetch(pq.read_metadata(file), query) == bytes_of(file, [0, 1, 2, 3], [3, 4])
    assert really_read(file, query) >= bytes_of(file, [0, 1, 2, 3], [3, 4])


def test_a_column_is_counted_once() -> None:
    assert Query(("sender", "sent_at"), week(0)).all_columns == ("sender", "sent_at")


def test_weeks_follow_each_other() -> None:
    assert week(0).first == datetime(2025, 1, 1)  # noqa: DTZ001
    assert week(1).first - week(0).last == timedelta(microseconds=1)


@pytest.mark.parametrize("time_zone", [None, "UTC"])
def test_a_reader_fetches_about_as_much(tmp_path: Path, time_zone: str | None) -> None:
    file = write(tmp_path / "messages.parquet", time_zone=time_zone, in_pages=False)
    one, all_ = (Query(("text",), Range("sent_at", FIRST_INSTANT, last)) for last in (week(0).last, week(51).last))

    assert to_fetch(pq.read_metadata(file), one) < really_read(file, one) < really_read(file, all_) / 2


def in_pages(file: Path, hours: tuple[int, int], *columns: str) -> int:
    first, last = (FIRST_INSTANT + hour * HOUR for hour in hours)
    return PageIndex(file).to_fetch(columns, "sent_at", first, last)


@pytest.mark.parametrize(
    ("hours", "pages"), [((1, 10), 1), ((95, 105), 2), ((990, 1_010), 2), ((101, 399), 3), ((5_000, 5_001), 0)]
)
def test_only_the_pages_of_the_range_are_fetched(file: Path, hours: tuple[int, int], pages: int) -> None:
    all_pages = bytes_of(file, [0, 1, 2, 3], [4]) / (GROUPS * ROWS_A_GROUP / ROWS_A_PAGE)

    assert in_pages(file, hours, "text") == pytest.approx(pages * all_pages, rel=0.1)


def test_all_pages_are_all_that_row_groups_have(file: Path) -> None:
    everything = bytes_of(file, [0, 1, 2, 3], [3, 4, 5])

    assert in_pages(file, (0, 4_000), "text", "sent_at", "sender") == everything, "dictionaries included"


def test_a_dictionary_is_fetched_with_the_first_of_its_pages(file: Path) -> None:
    two, one = in_pages(file, (101, 299), "sender"), in_pages(file, (101, 199), "sender")

    assert one > two - one > 0


def test_pages_without_limits_are_all_fetched(tmp_path: Path) -> None:
    file = write(tmp_path / "blind.parquet", statistics=False)

    assert in_pages(file, (1, 10), "text") == bytes_of(file, [0, 1, 2, 3], [4])


def test_pages_of_nulls_hold_no_value(tmp_path: Path) -> None:
    path = tmp_path / "nulls.parquet"
    instants = pa.array([None] * 100 + [FIRST_INSTANT] * 100, pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"sent_at": instants}), path, write_page_index=True, max_rows_per_page=100)

    assert (
        0 < PageIndex(path).to_fetch(("sent_at",), "sent_at", FIRST_INSTANT, FIRST_INSTANT) < bytes_of(path, [0], [0])
    )


def test_texts_are_compared_by_their_bytes(file: Path) -> None:
    one = PageIndex(file).to_fetch(("text",), "conversation_id", "c0150", "c0150")

    assert one == in_pages(file, (101, 199), "text")


def test_a_file_is_asked_for_weeks_and_a_user(file: Path) -> None:
    found = scans_of(file)
    shares = {scan.title: scan.to_fetch for scan in found.scans}

    assert (found.row_groups, found.bytes) == (GROUPS, file.stat().st_size)
    one = to_fetch(pq.read_metadata(file), Query(("text",), week(2))) / found.bytes
    assert shares[TEXT_OF_A_WEEK].least == 0, "the rows end before the year does"
    assert one == pytest.approx(shares[TEXT_OF_A_WEEK].greatest / 2, rel=0.1), "a week is in one row group or in two"
    assert all(scan.in_pages.median <= scan.to_fetch.median for scan in found.scans)
    assert shares[NARROW_OF_A_WEEK].greatest < shares[TEXT_OF_A_WEEK].greatest < shares["`text` of one user"].least
