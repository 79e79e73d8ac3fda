"""What every contract gets, made for one that is not CatIA's: it answers, and its names are kept apart."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contract.serving import named_queries_of, served_datasets, views_of
from contract.source import ContractError
from contract.views import NamedQuery, View, text
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients
from tests.curation.lake import Lake, day_of, run_id
from tests.more_sources.parcels import CONTRACT, PARCELS, STOPS
from tests.shop import MEASURED, MEASURES, NINES, STATION
from tests.sql.lake import BUCKET, SqlLake
from tests.sql.samples import rejected, row, run

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(parcels_lake: SqlLake) -> SqlLake:
    today = datetime.now(UTC).date()
    parcels_lake.fill(
        {
            "parcels": [row(PARCELS, parcel_id="a", order="cups", stop_count=1)],
            "stops": [row(STOPS, **{"parcel_id": "a", "position": 1, "from": "Cali", "left_at": AT})],
            "rejected": [rejected("r", "k")],
            "runs": [run(1, "stops", today, snapshot_id=5, partitions_rewritten=1)],
        }
    )
    return parcels_lake


def test_tables_have_the_contracts_columns(filled: SqlLake) -> None:
    database = filled.database
    assert filled.query(f'SELECT * FROM {database}.parcels WHERE "order" IS NOT NULL') == (
        ("parcel_id", "order", "stop_count"),
        [("a", "cups", 1)],
    )
    assert filled.query(f"SELECT * FROM {database}.stops") == (
        ("parcel_id", "position", "from", "left_at"),
        [("a", 1, "Cali", AT.replace(tzinfo=None))],
    )


def test_named_queries_answer_for_its_tables(filled: SqlLake) -> None:
    answers = {
        query.name: filled.query(query.sql.replace("FROM ", f"FROM {filled.database}."))[1]
        for query in named_queries_of(CONTRACT)
    }
    today = datetime.now(UTC).date().isoformat()
    assert list(answers) == ["changes_by_run", "failed_checks", "freshness", "rejected_by_reason", "snapshots_by_day"]
    assert answers["failed_checks"] == []
    assert answers["rejected_by_reason"] == [("r", 1, "k")]
    assert [found[:3] for found in answers["changes_by_run"]] == [(today, "run-001", "stops")]
    assert [found[:3] for found in answers["freshness"]] == [("stops", today, 0)]
    assert [found[:3] for found in answers["snapshots_by_day"]] == [(today, "stops", 5)]


def test_a_contract_has_no_views_but_its_own() -> None:
    assert views_of(CONTRACT) == ()


def test_datasets_to_be_read_leave_rejected_items_out() -> None:
    assert [dataset.name for dataset in served_datasets(CONTRACT)] == ["parcels", "stops"]


OWN_VIEW = View("slow_parcels", "Slow.", "SELECT parcel_id FROM parcels", (text("parcel_id", "The parcel."),))
OWN_QUERY = NamedQuery("a_question", "Asked.", "SELECT 1")


def own(monkeypatch: pytest.MonkeyPatch, view: View = OWN_VIEW, query: NamedQuery = OWN_QUERY) -> Any:
    """The contract with a view and a query of its own, in a module."""
    monkeypatch.setitem(sys.modules, "parcels_views", SimpleNamespace(VIEWS=(view,), NAMED_QUERIES=(query,)))
    return replace(CONTRACT, views="parcels_views")


def test_own_views_come_last_and_own_queries_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    contract = own(monkeypatch)
    assert [view.name for view in views_of(contract)][-1] == "slow_parcels"
    assert [query.name for query in named_queries_of(contract)][:2] == ["a_question", "changes_by_run"]


@pytest.mark.parametrize("taken", ["stops", "data_quality", "runs"])
def test_a_view_that_has_anothers_name_is_refused(monkeypatch: pytest.MonkeyPatch, taken: str) -> None:
    with pytest.raises(ContractError) as raised:
        views_of(own(monkeypatch, view=replace(OWN_VIEW, name=taken)))
    assert str(raised.value) == (
        f"contract 'parcels': {taken} is there already, among its tables and what every contract gets: choose another "
        "name in parcels_views"
    )


def test_a_query_that_has_anothers_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ContractError, match="failed_checks is there already"):
        named_queries_of(own(monkeypatch, query=replace(OWN_QUERY, name="failed_checks")))


def station_in(lake: SqlLake, database: str, folder: Path) -> Lake:
    """Return the station's tables, which ETL-2's own engine writes."""
    found = lake.clients
    clients = Clients(found.s3, found.glue, found.cloudwatch, found.events, found.ssm)
    engine = ArrowEngine(found.glue, found.s3, BUCKET, database, folder)
    station = Lake(engine, clients, BUCKET, found.s3.meta.endpoint_url, database, STATION)
    station.create_tables()
    return station


def test_several_runs_of_a_day_leave_one_day(lake: SqlLake, tmp_path: Path) -> None:
    """As docs/how-to/change-the-schedule.md says of a run every six hours."""
    station = station_in(lake, "cat_six_hours_db", tmp_path)
    *first, third, last = (run_id(1 + hours / 24) for hours in (0, 6, 12, 18))
    for number, taken in enumerate((*first, last), start=1):
        station.publish(taken, {MEASURES: MEASURED[:number]})
        assert station.night().recorded_run == taken
    # One that is late is older than what is there.
    station.publish(third, {MEASURES: MEASURED})
    assert station.night().recorded_run is None
    assert lake.query(f"SELECT count(*), count(DISTINCT number) FROM {station.name}.measures")[1] == [(3, 3)]
    asked = {
        query.name: lake.query(query.sql.replace("FROM ", f"FROM {station.name}."))
        for query in named_queries_of(STATION)
        if query.name in ("freshness", "snapshots_by_day")
    }
    day, newest = day_of(last).isoformat(), station.state_of(MEASURES).current_snapshot_id
    assert [row[:4] for row in asked["snapshots_by_day"][1] if row[1] == "measures"] == [(day, "measures", newest, 3)]
    fresh = [dict(zip(asked["freshness"][0], row, strict=True)) for row in asked["freshness"][1]]
    assert [(row["business_day"], row["rows_now"]) for row in fresh if row["dataset"] == "measures"] == [(day, 3)]


def test_athena_reads_columns_of_all_types_as_etl_2_writes_them(lake: SqlLake, tmp_path: Path) -> None:
    station = station_in(lake, "cat_station_db", tmp_path)
    database = station.name
    station.publish(run_id(1), {MEASURES: MEASURED})
    station.night()
    columns = ", ".join(f"typeof({name})" for name in MEASURES.column_names)
    assert lake.query(f"SELECT DISTINCT {columns} FROM {database}.measures")[1] == [
        tuple(column.type.athena for column in MEASURES.columns)
    ]
    asked = f"SELECT number, small, large, is_right, taken_on FROM {database}.measures WHERE"
    least = (Decimal(f"-{NINES}"), Decimal("-999.99"), Decimal(f"-0.{NINES}"), False, date(1, 1, 1))
    for condition in ("small < 0", "middle < -1", "taken_on < DATE '1000-01-01'", "NOT is_right", "whole < 0"):
        assert lake.query(f"{asked} {condition}")[1] == [least], condition
    tags = "CAST(json_parse(tags) AS array(varchar))"
    assert lake.query(f"SELECT {tags}, about FROM {database}.measures WHERE taken_on > DATE '2100-01-01'")[1] == [
        (["a", "ñ\n"], 1.7976931348623157e308)
    ]
