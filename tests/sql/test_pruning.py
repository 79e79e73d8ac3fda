"""No view or named query may read more than one day of a table."""

from __future__ import annotations

import pytest

from modules.contract.datasets import DATA_QUALITY
from modules.etl.serving import named_queries_of, views_of
from sources.catia import CONTRACT
from tests.sql.pruning import SNAPSHOTS, tables_of, unpruned_scans

NAMED_QUERIES = named_queries_of(CONTRACT)
VIEWS = views_of(CONTRACT)

ALL_SQL = {view.name: view.sql for view in VIEWS} | {query.name: query.sql for query in NAMED_QUERIES}
SCANNING = sorted(name for name, sql in ALL_SQL.items() if tables_of(sql) & SNAPSHOTS)


@pytest.mark.parametrize("name", ALL_SQL)
def test_no_query_scans_all_days(name: str) -> None:
    assert unpruned_scans(ALL_SQL[name]) == []


def test_queries_read_only_known_relations() -> None:
    known = SNAPSHOTS | {f"{table}$partitions" for table in SNAPSHOTS} | {DATA_QUALITY.name}
    for view in VIEWS:
        assert tables_of(view.sql) <= known
        known |= {view.name}
    for query in NAMED_QUERIES:
        assert tables_of(query.sql) <= known


@pytest.mark.parametrize("name", SCANNING)
@pytest.mark.parametrize("weakened", ["dt >=", "dt = '2026-01-01' OR dt =", "user_id ="])
def test_a_weaker_condition_is_found(name: str, weakened: str) -> None:
    assert unpruned_scans(ALL_SQL[name].replace("dt =", weakened))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM messages",
        "SELECT * FROM messages WHERE dt = (SELECT max(dt) FROM messages)",
        "SELECT * FROM messages AS m JOIN feedback AS f ON m.user_id = f.user_id WHERE m.dt = '2026-01-01'",
        "SELECT * FROM messages WHERE dt = substr(text, 1, 10)",
        "SELECT * FROM (SELECT * FROM messages) AS m WHERE dt = '2026-01-01'",
    ],
)
def test_a_scan_of_all_days_is_found(sql: str) -> None:
    assert unpruned_scans(sql)
