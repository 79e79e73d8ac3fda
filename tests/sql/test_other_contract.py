"""What every contract gets, made for one that is not CatIA's: it answers, and its names are kept apart."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlglot

from local.athena_sql import LocalAthena
from modules.contract.datasets import DATA_QUALITY, REJECTED, Column, ColumnType, Dataset
from modules.contract.source import ContractError, ItemKind
from modules.contract.views import NamedQuery, View, text
from modules.etl.serving import named_queries_of, served_datasets, views_of
from tests.more_sources.parcels import CONTRACT, PARCELS, STOPS
from tests.sql.lake import write_table
from tests.sql.pruning import tables_of

AT = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
OLDER, WHOLE, HALF = "2026-03-01", "2026-03-03", "2026-03-04"
ROWS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("parcels", OLDER): [{"parcel_id": "old", "order": "tea", "stop_count": 0}],
    ("stops", OLDER): [],
    ("parcels", WHOLE): [{"parcel_id": "a", "order": "cups", "stop_count": 1}],
    ("stops", WHOLE): [{"parcel_id": "a", "position": 1, "from": "Cali", "left_at": AT}],
    ("parcels", HALF): [{"parcel_id": "b", "order": None, "stop_count": 0}],
    ("rejected", WHOLE): [{"item_key": "k", "reason": "r", "item_json": "{}"}],
    ("data_quality", WHOLE): [],
}


@pytest.fixture
def athena(tmp_path: Path) -> Iterator[LocalAthena]:
    tables: dict[str, list[tuple[str, Path]]] = {}
    for (name, day), rows in ROWS.items():
        (dataset,) = (table for table in CONTRACT.tables if table.name == name)
        path = tmp_path / name / f"{day}.parquet"
        write_table(path, dataset, rows)
        tables.setdefault(name, []).append((day, path))
    opened = LocalAthena(tables, {view.name: view.sql for view in views_of(CONTRACT)})
    yield opened
    opened.close()


def test_the_snapshot_is_the_newest_day_that_has_all_datasets(athena: LocalAthena) -> None:
    assert athena.query("SELECT * FROM latest_snapshot") == (("dt",), [(WHOLE,)])


def test_latest_views_have_the_datasets_columns_of_that_day(athena: LocalAthena) -> None:
    assert athena.query("SELECT * FROM latest_parcels") == (
        ("parcel_id", "order", "stop_count", "dt"),
        [("a", "cups", 1, WHOLE)],
    )
    assert athena.query("SELECT * FROM latest_stops") == (
        ("parcel_id", "position", "from", "left_at", "dt"),
        [("a", 1, "Cali", AT.replace(tzinfo=None), WHOLE)],
    )


def test_named_queries_answer_for_its_tables(athena: LocalAthena) -> None:
    queries = {query.name: query.sql for query in named_queries_of(CONTRACT)}
    assert list(queries) == ["failed_checks", "rejected_by_reason", "snapshot_freshness"]
    assert athena.query(queries["failed_checks"])[1] == []
    assert athena.query(queries["rejected_by_reason"])[1] == [("r", 1, "k")]
    today = datetime.now(timezone.utc).date()
    behind = {day: (today - date.fromisoformat(day)).days for day in (WHOLE, HALF)}
    assert athena.query(queries["snapshot_freshness"])[1] == [
        ("parcels", OLDER, HALF, 3, 1, behind[HALF]),
        ("rejected", WHOLE, WHOLE, 1, 0, behind[WHOLE]),
        ("stops", OLDER, WHOLE, 2, 1, behind[WHOLE]),
    ]


def test_views_of_every_contract_say_what_they_are() -> None:
    views = {view.name: view for view in views_of(CONTRACT)}
    assert list(views) == ["latest_snapshot", "latest_parcels", "latest_stops"]
    assert views["latest_snapshot"].description == (
        "The newest business day of which parcels and stops are all registered; one row."
    )
    assert views["latest_stops"].description == "Stops as of the newest snapshot."
    (last, *_) = (column for column in views["latest_stops"].columns if column.name == "left_at")
    assert (last.presto_type, last.comment) == ("timestamp(3)", "When it went on; UTC.")


def test_one_dataset_is_enough_and_every_type_is_known() -> None:
    columns = tuple(Column(kind.value, kind, nullable=True, comment="It is.") for kind in ColumnType)
    order = Dataset(name="order", description="One.", columns=columns, key=("string",), sort_by=("string",))
    contract = replace(
        CONTRACT, kinds=(ItemKind("order", order),), datasets=(REJECTED, order), relations=(), name="orders"
    )
    contract.check()
    snapshot, latest = views_of(contract)
    assert snapshot.description == "The newest business day of which order are all registered; one row."
    assert tables_of(snapshot.sql) == {"order$partitions"}
    assert tables_of(latest.sql) == {"order", "latest_snapshot"}
    types = [column.presto_type for column in latest.columns]
    assert types == ["varchar", "bigint", "timestamp(3)", "double", "varchar"]
    assert 'FROM "order"' in latest.sql


@pytest.mark.parametrize("word", ["select", "FROM", "current_time", "current_timestamp", "json_table", "localtime"])
def test_words_of_sqls_own_stand_in_quotes(word: str) -> None:
    column = Column(word, ColumnType.TEXT, nullable=True, comment="A word.")
    stops = replace(STOPS, columns=(*STOPS.columns, column))
    contract = replace(CONTRACT, datasets=(stops, REJECTED, PARCELS))
    (sql,) = (view.sql for view in views_of(contract) if view.name == "latest_stops")
    assert f'    "{word}",\n' in sql
    assert "    position,\n" in sql
    selected = sqlglot.parse_one(sql, read="athena").expressions
    assert [each.alias_or_name for each in selected] == [*stops.column_names, "dt"]


def test_rejected_rows_and_checks_have_no_latest_view() -> None:
    assert [dataset.name for dataset in served_datasets(CONTRACT)] == ["parcels", "stops"]
    assert DATA_QUALITY in CONTRACT.tables


OWN_VIEW = View("slow_parcels", "Slow.", "SELECT parcel_id FROM latest_parcels", (text("parcel_id", "The parcel."),))
OWN_QUERY = NamedQuery("a_question", "Asked.", "SELECT 1")


def own(monkeypatch: pytest.MonkeyPatch, view: View = OWN_VIEW, query: NamedQuery = OWN_QUERY) -> Any:
    """The contract with a view and a query of its own, in a module."""
    monkeypatch.setitem(sys.modules, "parcels_views", SimpleNamespace(VIEWS=(view,), NAMED_QUERIES=(query,)))
    return replace(CONTRACT, views="parcels_views")


def test_own_views_come_last_and_own_queries_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    contract = own(monkeypatch)
    assert [view.name for view in views_of(contract)][-1] == "slow_parcels"
    assert [query.name for query in named_queries_of(contract)][:2] == ["a_question", "failed_checks"]


@pytest.mark.parametrize("taken", ["latest_stops", "data_quality", "parcels"])
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
