"""The rows of the tables that tell of runs, ``runs`` and ``data_quality``: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.datasets import DATA_QUALITY, RUNS, Dataset

Row = tuple[object, ...]

_RUN_ID: Final = RUNS.column_names.index("run_id")
_NAME: Final = RUNS.column_names.index("dataset")
_SNAPSHOT_ID: Final = RUNS.column_names.index("snapshot_id")
_EXPIRED_AT: Final = RUNS.column_names.index("snapshot_expired_at")


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """What ``runs`` says of one run and one table; instants are in UTC, without a zone.

    ``is_change`` says whether the run committed to the table.
    """

    run_id: str
    business_day: str
    dataset: str
    committed_at: datetime
    snapshot_id: int | None
    rows_now: int
    rows_before: int
    partitions_rewritten: int = 0
    partitions_gone: int = 0
    bytes_written: int = 0
    seconds: float = 0.0
    is_change: bool = False

    def cells(self) -> Row:
        """Return the row, in the order of the table's columns."""
        values = {**vars(self), "snapshot_expired_at": None}
        return tuple(values[name] for name in RUNS.column_names)


def recorded_runs(rows: Iterable[Row]) -> set[tuple[object, object]]:
    """Return which runs and tables ``runs`` has rows of."""
    return {(row[_RUN_ID], row[_NAME]) for row in rows}


def with_runs(
    rows: Sequence[Row], added: Sequence[RunRow], existing: Mapping[str, frozenset[int]], now: datetime
) -> list[Row]:
    """Return the rows of ``runs`` with those of one run in it, each in the place of an earlier one of that key.

    Rows whose snapshot is none of ``existing`` (ids by table) say since when it is no longer there: ``now``.
    """
    merged = _merged(RUNS, rows, [row.cells() for row in added])
    return [_with_expiry(row, existing, now) for row in merged]


def _with_expiry(row: Row, existing: Mapping[str, frozenset[int]], now: datetime) -> Row:
    name, snapshot_id = str(row[_NAME]), row[_SNAPSHOT_ID]
    is_there = snapshot_id is None or name not in existing or snapshot_id in existing[name]
    if is_there or row[_EXPIRED_AT] is not None:
        return row
    return (*row[:_EXPIRED_AT], now, *row[_EXPIRED_AT + 1 :])


def with_forgotten(
    rows: Sequence[Row], current: Mapping[str, tuple[int | None, str | None]], now: datetime
) -> list[Row]:
    """Return the rows of ``runs`` once each table has but one snapshot: ``current``, its id and run by table.

    Rows of the state that is kept name its snapshot; all others say that theirs is gone.
    """
    kept = {
        (row[_NAME], row[_SNAPSHOT_ID])
        for row in rows
        if row[_NAME] in current and row[_RUN_ID] == current[str(row[_NAME])][1] and row[_EXPIRED_AT] is None
    }
    forgotten = []
    for row in rows:
        name, snapshot_id = str(row[_NAME]), row[_SNAPSHOT_ID]
        if name not in current or snapshot_id is None or row[_EXPIRED_AT] is not None:
            forgotten.append(row)
        elif (name, snapshot_id) in kept:
            forgotten.append((*row[:_SNAPSHOT_ID], current[name][0], *row[_SNAPSHOT_ID + 1 :]))
        else:
            forgotten.append((*row[:_EXPIRED_AT], now, *row[_EXPIRED_AT + 1 :]))
    return forgotten


def with_checks(rows: Sequence[Row], added: Sequence[Row]) -> list[Row]:
    """Return the rows of ``data_quality`` with those of one run; each replaces an earlier one of its key."""
    return _merged(DATA_QUALITY, rows, added)


def _merged(dataset: Dataset, rows: Sequence[Row], added: Sequence[Row]) -> list[Row]:
    indexes = [dataset.column_names.index(name) for name in dataset.key]
    by_key = {tuple(row[index] for index in indexes): row for row in (*rows, *added)}
    return [by_key[key] for key in sorted(by_key, key=lambda key: tuple(map(str, key)))]
