"""What a reader of a Parquet file has to fetch, by the file's own statistics, and what one reader really fetches.

A reader skips the row groups whose least and greatest values say that no row of theirs is wanted, and of the others it
fetches the columns that it needs; one that knows the index of pages skips pages in the same way. Athena bills what it
fetches.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.parquet as pq

from bench.lake.days import FIRST_INSTANT
from bench.lake.page_index import PageIndex
from bench.stats import Spread

WEEKS: Final = 52


@dataclass(frozen=True)
class Range:
    """Rows whose ``column`` is from ``first`` to ``last``, both included."""

    column: str
    first: Any
    last: Any


@dataclass(frozen=True)
class Query:
    """Columns of the rows in a range, or of all rows."""

    columns: tuple[str, ...]
    rows: Range | None

    @property
    def all_columns(self) -> tuple[str, ...]:
        """The columns that have to be read, that of the range included."""
        return self.columns if self.rows is None else tuple(dict.fromkeys((*self.columns, self.rows.column)))


def week(number: int) -> Range:
    """Return one of the year's weeks, from 0."""
    begin = FIRST_INSTANT + timedelta(weeks=number)
    return Range("sent_at", begin, begin + timedelta(weeks=1) - timedelta(microseconds=1))


def to_fetch(metadata: pq.FileMetaData, query: Query) -> int:
    """Return the bytes of the column chunks that a reader of the footer has to fetch."""
    places = _places(metadata)
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    return sum(
        group.column(places[name]).total_compressed_size
        for group in groups
        if query.rows is None or _may_hold(group.column(places[query.rows.column]).statistics, query.rows)
        for name in query.all_columns
    )


def _places(metadata: pq.FileMetaData) -> dict[str, int]:
    return {name: place for place, name in enumerate(metadata.schema.names)}


def _may_hold(statistics: pq.Statistics | None, wanted: Range) -> bool:
    """Tell whether a row group may hold a row of the range: without statistics it may hold any."""
    if statistics is None or not statistics.has_min_max:
        return True
    least, greatest = _plain(statistics.min), _plain(statistics.max)
    return bool(least <= wanted.last and greatest >= wanted.first)


def _plain(value: Any) -> Any:
    """Return an instant without its time zone, which is UTC."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def really_read(path: Path, query: Query) -> int:
    """Return the bytes, footer included, that DuckDB reads to answer a query."""
    sql = f"SELECT {', '.join(query.columns)} FROM read_parquet('{path}')"  # noqa: S608 our own names
    if query.rows is not None:
        sql += f" WHERE {query.rows.column} BETWEEN '{query.rows.first}' AND '{query.rows.last}'"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("PRAGMA enable_profiling = 'no_output'")
        connection.execute(sql).fetchall()
        profile = json.loads(connection.get_profiling_information("json"))
    return int(profile["io"]["total_bytes_read"])


@dataclass(frozen=True)
class Scan:
    """What a query asks for, and the shares of the file that have to be fetched and are.

    ``to_fetch`` is by row groups, ``in_pages`` by their pages, each over all ranges; ``really_read`` is of one.
    """

    title: str
    to_fetch: Spread
    in_pages: Spread
    really_read: float


@dataclass(frozen=True)
class File:
    """A Parquet file, with its footer and the index of its pages."""

    metadata: pq.FileMetaData
    pages: PageIndex
    path: Path


@dataclass(frozen=True)
class Scans:
    """A file of messages, and what several queries cost in it."""

    bytes: int
    footer_bytes: int
    row_groups: int
    scans: tuple[Scan, ...]


TEXT_OF_A_WEEK: Final = "one week of `text`"
NARROW_OF_A_WEEK: Final = "one week of `sender` and `sent_at`"
_DASHBOARD_COLUMNS: Final = ("user_id", "conversation_id", "position", "sender", "text")


def scans_of(path: Path) -> Scans:
    """Return what a file of messages costs its readers."""
    file = File(pq.read_metadata(path), PageIndex(path), path)
    metadata = file.metadata
    weeks = [week(number) for number in range(WEEKS)]
    year = [Range("sent_at", weeks[0].first, weeks[-1].last)]
    user = _first_user(path)
    asked: tuple[tuple[str, tuple[str, ...], Sequence[Range | None]], ...] = (
        (TEXT_OF_A_WEEK, ("text",), weeks),
        (NARROW_OF_A_WEEK, ("sender", "sent_at"), weeks),
        ("`text` of the year", ("text",), year),
        ("`sender` and `sent_at` of the year", ("sender", "sent_at"), year),
        ("what `dashboard_usuarios` reads", _DASHBOARD_COLUMNS, [None]),
        ("`text` of one user", ("text",), [Range("user_id", user, user)]),
    )
    size = path.stat().st_size
    scans = tuple(_scan(file, title, [Query(columns, rows) for rows in ranges]) for title, columns, ranges in asked)
    return Scans(size, metadata.serialized_size, metadata.num_row_groups, scans)


def _first_user(path: Path) -> str:
    with pq.ParquetFile(path) as file:
        user: str = next(file.iter_batches(1, columns=["user_id"])).column(0)[0].as_py()
        return user


def _scan(file: File, title: str, queries: Sequence[Query]) -> Scan:
    size = file.path.stat().st_size
    by_row_groups = Spread.of([to_fetch(file.metadata, query) / size for query in queries])
    by_pages = Spread.of([_in_pages(file, query) / size for query in queries])
    return Scan(title, by_row_groups, by_pages, really_read(file.path, queries[len(queries) // 2]) / size)


def _in_pages(file: File, query: Query) -> int:
    if query.rows is None:
        return to_fetch(file.metadata, query)
    return file.pages.to_fetch(query.all_columns, query.rows.column, query.rows.first, query.rows.last)
