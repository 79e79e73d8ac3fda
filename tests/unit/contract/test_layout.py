from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import layout
from contract.datasets import REJECTED, Dataset
from contract.sources.catia import CONTRACT, CONVERSATIONS

CLEAN = "reports/etl-process1/"
CURATED = "reports/etl-process2/"
RESTRICTED = "reports/etl-process2-restricted/"
RUN_ID = "20260131T043000.000001Z-0123abcd"
DAY = date(2026, 1, 30)
INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))


def test_the_run_of_half_past_four_belongs_to_the_day_that_just_ended_in_bogota() -> None:
    assert layout.business_day(datetime(2026, 1, 31, 4, 30, tzinfo=UTC), "America/Bogota") == DAY
    assert layout.business_day(datetime(2026, 1, 31, 5, 0, tzinfo=UTC), "America/Bogota") == date(2026, 1, 31)


@given(INSTANTS, INSTANTS)
def test_run_ids_sort_by_time(one: datetime, other: datetime) -> None:
    if one != other:
        assert (layout.new_run_id(one) < layout.new_run_id(other)) == (one < other)


def test_run_ids_of_the_same_microsecond_differ() -> None:
    instant = datetime(2026, 1, 31, 4, 30, tzinfo=timezone(timedelta(hours=-5)))
    run_ids = {layout.new_run_id(instant) for _ in range(100)}

    assert len(run_ids) == 100
    assert all(run_id.startswith("20260131T093000.000000Z-") for run_id in run_ids)


def test_keys_are_these() -> None:
    assert layout.clean_key(CLEAN, CONVERSATIONS, DAY, RUN_ID) == (
        f"reports/etl-process1/conversations/dt=2026-01-30/conversations-{RUN_ID}.csv"
    )
    assert layout.run_summary_key(CLEAN, DAY, RUN_ID) == f"reports/etl-process1/_runs/dt=2026-01-30/{RUN_ID}.json"
    assert layout.commit_marker_prefix(CLEAN, CONTRACT) == "reports/etl-process1/conversations/"
    assert layout.quarantine_key(RESTRICTED, RUN_ID) == f"reports/etl-process2-restricted/_quarantine/{RUN_ID}.json"


def test_only_rejected_items_lie_apart() -> None:
    prefixes = {table: layout.TableZones(CURATED, RESTRICTED).table_prefix(table) for table in CONTRACT.tables}
    apart = {table for table, prefix in prefixes.items() if prefix == f"{RESTRICTED}{table.name}/"}
    assert apart == {REJECTED} == {*CONTRACT.tables} - {*CONTRACT.tables_of_analysts}
    assert all(prefixes[table] == f"{CURATED}{table.name}/" for table in CONTRACT.tables_of_analysts)
    assert (REJECTED.days_kept(30, 7), REJECTED.days_kept(7, 30), CONVERSATIONS.days_kept(30, 7)) == (7, 7, 30)


def test_a_tables_first_metadata_lies_outside_its_folder_under_a_name_that_trino_takes() -> None:
    key = layout.first_metadata_key("test", CONVERSATIONS)

    assert re.fullmatch(r"artifacts/tables/conversations/00000-[0-9a-f-]{36}\.metadata\.json", key)
    assert key == layout.first_metadata_key("test", CONVERSATIONS) != layout.first_metadata_key("prod", CONVERSATIONS)


@given(st.sampled_from(CONTRACT.datasets), st.dates(), INSTANTS)
def test_a_clean_key_says_what_it_was_made_of(dataset: Dataset, day: date, instant: datetime) -> None:
    run_id = layout.new_run_id(instant)
    key = layout.clean_key(CLEAN, dataset, day, run_id)

    assert layout.parse_clean_key(CLEAN, key) == layout.CleanObject(dataset.name, day, run_id)


@pytest.mark.parametrize("name", ["a", "lines2", "line_2_of_3", "x__"])
def test_a_key_names_any_dataset_that_a_contract_may_have(name: str) -> None:
    key = layout.clean_key(CLEAN, replace(CONVERSATIONS, name=name), DAY, RUN_ID)
    assert layout.parse_clean_key(CLEAN, key) == layout.CleanObject(name, DAY, RUN_ID)


@pytest.mark.parametrize("name", ["2lines", "_runs", "Lines", "líneas", ""])
def test_a_key_names_no_other_dataset(name: str) -> None:
    key = layout.clean_key(CLEAN, replace(CONVERSATIONS, name=name), DAY, RUN_ID)
    assert layout.parse_clean_key(CLEAN, key) is None


@pytest.mark.parametrize(
    "key",
    [
        layout.run_summary_key(CLEAN, DAY, RUN_ID),
        layout.clean_key("other/", CONVERSATIONS, DAY, RUN_ID),
        f"{CLEAN}conversations/dt=2026-01-30/messages-{RUN_ID}.csv",
        f"{CLEAN}conversations/dt=2026-01-30/conversations-{RUN_ID}.csv.gz",
        f"{CLEAN}conversations/dt=2026-02-30/conversations-{RUN_ID}.csv",
        f"{CLEAN}conversations/dt=\N{ARABIC-INDIC DIGIT TWO}026-01-30/conversations-{RUN_ID}.csv",
        f"{CLEAN}conversations/dt=2026-01-30/",
        f"{CLEAN}conversations/dt=2026-01-30/conversations-20261341T256161.000000Z-0000abcd.csv",
        f"{CLEAN}conversations/dt=2026-01-30/conversations-99999999T999999.999999Z-0000abcd.csv",
    ],
)
def test_other_keys_are_none_of_a_run(key: str) -> None:
    assert layout.parse_clean_key(CLEAN, key) is None


@pytest.mark.parametrize(
    "text", ["2026-1-31", "20260131", "2026-01-31T00:00", "", "\N{ARABIC-INDIC DIGIT TWO}026-01-31", "2026-01-31\n"]
)
def test_a_day_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it as YYYY-MM-DD, for example 2026-01-31"):
        layout.parse_day(text)


def test_a_day_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(ValueError, match="day"):
        layout.parse_day("2026-02-30")
