from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.items import timestamps
from lambda_src.fast_readers.catia import instant_cells
from lambda_src.fast_readers.catia.instant_cells import InstantCells
from lambda_src.fast_readers.protocol import SlowPathError

OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
WHOLE_HOURS = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
INSTANTS = st.datetimes(timezones=OFFSETS | WHOLE_HOURS | st.just(UTC) | st.none())
PRECISIONS = st.sampled_from(["auto", "minutes", "seconds", "milliseconds", "microseconds"])
WRITTEN = st.builds(lambda instant, precision: instant.isoformat(timespec=precision), INSTANTS, PRECISIONS)
#: Written times with a character or two of another kind in them.
CHANGED = st.builds(
    lambda text, place, more: text[:place] + more + text[place + len(more) :],
    WRITTEN,
    st.integers(0, 32),
    st.text("0123456789-+:.,TtZz ٣é", min_size=1, max_size=2),
)
SHARED = InstantCells()


def expected(time: str) -> bytes | None:
    try:
        return f",{timestamps.cell(timestamps.parse(time))}\n".encode()
    except ValueError:
        return None


def found(instants: InstantCells, time: str) -> bytes | None:
    try:
        return instants.last_cell(time)
    except SlowPathError:
        return None


@given(WRITTEN | CHANGED | CHANGED.map(lambda text: text + "Z") | st.text(max_size=30))
def test_cells_are_those_of_the_parser(time: str) -> None:
    cell = expected(time)

    assert found(InstantCells(), time) in (cell, None)
    assert found(SHARED, time) in (cell, None)
    if cell is not None and not time.startswith(("0001-", "9999-")):
        assert found(SHARED, time) == cell


@pytest.mark.parametrize(
    ("time", "cell"),
    [
        ("2026-01-31T04:30:05Z", "2026-01-31T04:30:05.000000Z"),
        ("2026-01-31T04:30:05", "2026-01-31T04:30:05.000000Z"),
        ("2026-01-31T04:30:05.123Z", "2026-01-31T04:30:05.123000Z"),
        ("2026-01-31T04:30:05.123456", "2026-01-31T04:30:05.123456Z"),
        ("2026-01-31T04:30:05.1234567890Z", "2026-01-31T04:30:05.123456Z"),
        ("2026-01-31T04:30:05.5Z", "2026-01-31T04:30:05.500000Z"),
        ("2026-01-31T23:30:05.123000-05:00", "2026-02-01T04:30:05.123000Z"),
        ("2026-01-01T00:30:05+14:00", "2025-12-31T10:30:05.000000Z"),
        ("2026-01-31T04:30:05.25+05:30", "2026-01-30T23:00:05.250000Z"),
        ("2026-01-31 04:30:05.123456+01:00", "2026-01-31T03:30:05.123456Z"),
        ("2026-01-31t04:30:05", "2026-01-31T04:30:05.000000Z"),
        ("2026-01-31 04:30", "2026-01-31T04:30:00.000000Z"),
        ("20260131T043005,5-05", "2026-01-31T09:30:05.500000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_all_forms_have_the_same_cells_the_first_time_and_later(time: str, cell: str) -> None:
    instants = InstantCells()

    assert [instants.last_cell(time) for _ in range(2)] == [f",{cell}\n".encode()] * 2


@pytest.mark.parametrize(
    "time",
    [
        "",
        "ayer",
        "2026-01-31",
        "2026-02-29T04:30:05Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T04:60:05Z",
        "2026-01-31T04:30:60Z",
        "2026-01-31T04:30:05.Z",
        "2026-01-31T04:30:05ZZ",
        "2026-01-31T04:30:05Z-05:00",
        "2026-01-31T04:30:05-05:00Z",
        "2026-01-31T04:30:05.123Z+05:00",
        "2026-01-31T04:30:05+24:00",
        "2026-01-31T04:30:0٣Z",
        "2026-01-31T04:30:05.12٣Z",
        "2026-01-31T04:30:05Z\n",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_no_time_is_unusual(time: str) -> None:
    instants = InstantCells()
    instants.last_cell("2026-01-31T04:30:05Z")
    instants.last_cell("2026-01-31T04:30:05-05:00")

    for _ in range(2):
        with pytest.raises(SlowPathError):
            instants.last_cell(time)


def test_only_so_many_hours_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instant_cells, "_HOURS_KEPT", 3)
    instants = InstantCells()
    first = datetime(2026, 1, 31, 22, tzinfo=UTC)
    for hour in range(10):
        time = (first + timedelta(hours=hour)).isoformat()
        assert instants.last_cell(time) == expected(time)
        assert len(instants.hours) <= 3
