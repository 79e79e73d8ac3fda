"""Runs Athena SQL on one machine: sqlglot translates it, DuckDB runs it over the curated Parquet files.

What differs from Athena: timestamps keep their microseconds (Athena shows milliseconds), nothing is billed, and only
functions that sqlglot translates faithfully are right. It stands in for the answers, not for the engine's cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb
import sqlglot
from sqlglot.errors import ErrorLevel, SqlglotError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: A table's business days (YYYY-MM-DD) and the Parquet file of each; a day may have several files.
Days: TypeAlias = "Sequence[tuple[str, Path]]"
Rows: TypeAlias = list[tuple[Any, ...]]

_ZONED_TIMESTAMP = "TIMESTAMP WITH TIME ZONE"


class AthenaSqlError(ValueError):
    """SQL that is no Athena SQL, that has no equivalent here, or that the data cannot answer."""


def to_duckdb(name: str, sql: str) -> str:
    """Return one Athena statement in DuckDB's dialect.

    Raises:
        AthenaSqlError: the statement called ``name`` does not parse, or DuckDB has nothing for a part of it.
    """
    try:
        statements = sqlglot.transpile(sql, read="athena", write="duckdb", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        message = f"{name}: {error}"
        raise AthenaSqlError(message) from error
    if len(statements) != 1:
        message = f"{name}: {len(statements)} statements; Athena runs one at a time."
        raise AthenaSqlError(message)
    return str(statements[0])


class LocalAthena:
    """An in-memory database with the given tables and views; it answers in UTC.

    ``dt`` comes from ``tables``, not from paths. Beside each table stands its ``"<table>$partitions"``, as in Athena.
    Views are created in the order given.

    Raises:
        AthenaSqlError: a table has no day, or a view's SQL cannot be run.
    """

    def __init__(self, tables: Mapping[str, Days], views: Mapping[str, str]) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        for name, days in tables.items():
            self._create_table(name, days)
            self._create_partitions(name, days)
        for name, sql in views.items():
            self._create_view(name, to_duckdb(name, sql))

    def query(self, sql: str, name: str = "query") -> tuple[tuple[str, ...], Rows]:
        """Return the column names and rows that Athena SQL gives.

        Raises:
            AthenaSqlError: the query, called ``name`` in the message, cannot be translated or run.
        """
        result = self._run(name, to_duckdb(name, sql))
        return tuple(column[0] for column in result.description or ()), result.fetchall()

    def close(self) -> None:
        """Drop everything."""
        self._connection.close()

    def _run(self, name: str, duckdb_sql: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(duckdb_sql)
        except duckdb.Error as error:
            message = f"{name}: {error}"
            raise AthenaSqlError(message) from error

    def _create_table(self, name: str, days: Days) -> None:
        if not days:
            message = f"table {name} has no day, so that its columns are unknown: give it at least one Parquet file."
            raise AthenaSqlError(message)
        files = " UNION ALL BY NAME ".join(_one_file(dt, path) for dt, path in days)
        described = self._run(name, f"DESCRIBE {files}").fetchall()
        columns = ", ".join(_column(column, kind) for column, kind, *_ in described if column != "dt")
        self._create_view(name, f"SELECT {columns}, dt FROM ({files})")  # noqa: S608 names and paths are quoted

    def _create_partitions(self, name: str, days: Days) -> None:
        listed = ", ".join(f"({_literal(dt)})" for dt in sorted({dt for dt, _ in days}))
        self._create_view(f"{name}$partitions", f"FROM (VALUES {listed}) AS partitions(dt)")

    def _create_view(self, name: str, duckdb_sql: str) -> None:
        self._run(name, f"CREATE VIEW {_identifier(name)} AS {duckdb_sql}")


def _one_file(dt: str, path: Path) -> str:
    """Read one file; a ``dt=`` folder in its path must not become a second column."""
    file = f"read_parquet({_literal(str(path))}, hive_partitioning = false)"
    return f"SELECT *, {_literal(dt)} AS dt FROM {file}"  # noqa: S608 dt and path are quoted


def _column(name: str, kind: str) -> str:
    """Athena's timestamps carry no zone; a Parquet instant is shown as its UTC wall clock."""
    quoted = _identifier(name)
    return f"CAST({quoted} AS TIMESTAMP) AS {quoted}" if kind == _ZONED_TIMESTAMP else quoted


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
