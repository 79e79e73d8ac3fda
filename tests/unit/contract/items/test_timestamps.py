from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.column_types import CSV_TIMESTAMP_FORMAT
from contract.items import timestamps

OFFSETS = st.integers(min_value=-1439, max_value=1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=OFFSETS), st.sampled_from("T "))
def test_every_instant_is_parsed_from_its_iso_form(instant: datetime, separator: str) -> None:
    parsed = timestamps.parse(instant.isoformat(separator))

    assert parsed == instant
    assert parsed.tzinfo is UTC


@given(INSTANTS)
def test_a_cell_is_parsed_back_and_always_27_characters(instant: datetime) -> None:
    cell = timestamps.cell(instant)

    assert timestamps.parse(cell) == instant
    assert len(cell) == 27


@given(INSTANTS)
def test_a_cell_has_the_format_of_the_contract(instant: datetime) -> None:
    assert datetime.strptime(timestamps.cell(instant), CSV_TIMESTAMP_FORMAT).replace(tzinfo=UTC) == instant
    if instant.year >= 1000:
        assert timestamps.cell(instant) == instant.strftime(CSV_TIMESTAMP_FORMAT)


@given(st.text("0123456789-:.,TZ+ ", min_size=10, max_size=36) | st.text())
def test_what_is_parsed_is_what_the_standard_library_parses(text: str) -> None:
    try:
        parsed = timestamps.parse(text)
    except ValueError:
        return
    expected = datetime.fromisoformat(text)
    assert parsed == (expected if expected.tzinfo else expected.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("2026-01-31T04:30:00Z", "2026-01-31T04:30:00.000000Z"),
        ("2026-01-31T04:30:00", "2026-01-31T04:30:00.000000Z"),
        ("2026-01-31t04:30:00z", "2026-01-31T04:30:00.000000Z"),
        ("2026-01-31 04:30", "2026-01-31T04:30:00.000000Z"),
        ("2026-01-31T04:30:00.5-05:00", "2026-01-31T09:30:00.500000Z"),
        ("2026-01-31T04:30:00,123456789+0530", "2026-01-30T23:00:00.123456Z"),
        ("2026-01-31T04:30:00.999999999Z", "2026-01-31T04:30:00.999999Z"),
        ("20260131T043000-05", "2026-01-31T09:30:00.000000Z"),
        ("0001-01-01T00:00:00-05:00", "0001-01-01T05:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_the_forms_that_are_understood(text: str, cell: str) -> None:
    assert timestamps.cell(timestamps.parse(text)) == cell


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T",
        "2026-01-31T04",
        "2026-01-31T04:30:00ZZ",
        "2026-01-31T04:30:00 -05:00",
        "2026-01-31T04:30:00\N{MINUS SIGN}05:00",
        "2026-01-31T04:30:00Z#1",
        " 2026-01-31T04:30:00Z",
        "2026-01-31T04:30:00Z\n",
        "2026-0131T04:30:00Z",
        "2026-W05-6T04:30:00Z",
        "\N{ARABIC-INDIC DIGIT TWO}026-01-31T04:30:00Z",
        "31/01/2026 04:30",
        "1769833800",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO-8601 date and time such as 2026-01-31T04:30:00Z"):
        timestamps.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T04:30:00Z",
        "2026-13-01T04:30:00Z",
        "0000-01-01T04:30:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T04:60:00Z",
        "2026-01-31T04:30:60Z",
        "2026-01-31T04:30:00+24:00",
        "2026-01-31T04:30:00-05:60",
    ],
)
def test_times_that_no_clock_shows_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no real time: "):
        timestamps.parse(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_instants_outside_the_years_of_utc_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="lies outside the years 1 to 9999 in UTC"):
        timestamps.parse(text)
