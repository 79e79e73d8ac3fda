"""The local stand-in for Athena itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.athena_sql import AthenaSqlError, LocalAthena, to_duckdb
from tests.sql.samples import MIDNIGHT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def days(tmp_path: Path) -> list[tuple[str, Path]]:
    """Two days, of which the newer has a column more; the folders' names contradict the mapping."""
    older, newer = tmp_path / "dt=1999-01-01" / "it's.parquet", tmp_path / "dt=1999-01-02" / "b.parquet"
    for path in (older, newer):
        path.parent.mkdir()
    pq.write_table(pa.table({"id": [1]}), older)
    pq.write_table(pa.table({"id": [2], "at": pa.array([MIDNIGHT], pa.timestamp("us", tz="UTC"))}), newer)
    return [("2026-01-01", older), ("2026-01-02", newer)]


def test_dt_comes_from_the_mapping_and_missing_columns_are_null(days: list[tuple[str, Path]]) -> None:
    athena = LocalAthena({"t": days}, {})
    assert athena.query("SELECT * FROM t ORDER BY dt") == (
        ("id", "at", "dt"),
        [(1, None, "2026-01-01"), (2, datetime(2026, 3, 1), "2026-01-02")],  # noqa: DTZ001 Athena's have no zone
    )
    athena.close()


def test_partitions_are_listed_even_without_rows(tmp_path: Path, days: list[tuple[str, Path]]) -> None:
    empty = tmp_path / "empty.parquet"
    pq.write_table(pa.table({"id": pa.array([], pa.int64())}), empty)
    athena = LocalAthena({"t": [*days, ("2026-01-03", empty), ("2026-01-03", empty)]}, {})
    _, rows = athena.query('SELECT dt FROM "t$partitions" ORDER BY dt')
    assert rows == [("2026-01-01",), ("2026-01-02",), ("2026-01-03",)]
    athena.close()


def test_views_are_athena_sql(days: list[tuple[str, Path]]) -> None:
    athena = LocalAthena({"t": days}, {"v": "SELECT array_join(array_agg(dt ORDER BY dt DESC), '|') AS a FROM t"})
    assert athena.query("SELECT * FROM v") == (("a",), [("2026-01-02|2026-01-01",)])
    athena.close()


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT FROM WHERE", r"^my_query: .*Expected"),
        ("SELECT reduce(a, 0, (s, x) -> s + x, s -> s) FROM t", "^my_query: .*not supported.*DuckDB"),
        ("SELECT 1; SELECT 2", "^my_query: 2 statements"),
        ("SELECT 'open", "^my_query: "),
    ],
)
def test_what_cannot_be_translated_is_named(sql: str, message: str) -> None:
    with pytest.raises(AthenaSqlError, match=message):
        to_duckdb("my_query", sql)


def test_what_the_data_cannot_answer_is_named(days: list[tuple[str, Path]]) -> None:
    with pytest.raises(AthenaSqlError, match=r"^broken_view: .*nothing"):
        LocalAthena({"t": days}, {"broken_view": "SELECT nothing FROM t"})
    with pytest.raises(AthenaSqlError, match=r"^table t has no day"):
        LocalAthena({"t": []}, {})
