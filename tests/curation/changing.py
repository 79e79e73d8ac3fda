"""A source that changes in several tables every night, and what becomes of it in the lake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from contract.column_types import ColumnType
from contract.datasets import Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from glue_src.tables import TableState
from tests.curation.lake import Cells, Lake, like, months, run_id, talk, together

TABLES: Final = (MESSAGES, FEEDBACK, CONVERSATIONS)
#: A word of the people whose rows they are.
SECRET: Final = "geheim"
_SECONDS_PER_DAY: Final = 86_400

#: The texts of a table's rows, sorted.
Texts = list[tuple[str | None, ...]]


def run_of_night(number: int) -> str:
    """Return a run's id; there is room for many, and none of them is of the future."""
    return run_id(number / _SECONDS_PER_DAY)


def rows_of_night(number: int) -> dict[Dataset, list[Cells]]:
    """Return what the source holds at one night: no two are alike in any table."""
    changing = [
        talk(f"u{number}", "2026-02", f"{SECRET} {number}"),
        like(f"u{number}", "2026-02", f"{SECRET} {number}"),
    ]
    return together(months("2026-01"), *changing)


def told(number: int) -> dict[str, Texts]:
    """Return what readers must see after a night."""
    return {each.name: _texts(each, rows_of_night(number)[each]) for each in TABLES}


def _texts(dataset: Dataset, rows: list[Cells]) -> Texts:
    places = [dataset.column_names.index(name) for name in _names(dataset)]
    return sorted([tuple(row[place] for place in places) for row in rows], key=repr)


def seen(lake: Lake) -> dict[str, Texts]:
    """Return what readers see."""
    return {each.name: _seen(lake, each) for each in TABLES}


def _seen(lake: Lake, dataset: Dataset) -> Texts:
    columns = lake.arrow(dataset).select(_names(dataset)).to_pydict()
    return sorted(zip(*columns.values(), strict=True), key=repr)


def _names(dataset: Dataset) -> list[str]:
    return [column.name for column in dataset.columns if column.type == ColumnType.TEXT]


def torn(found: Mapping[str, Texts], before: Mapping[str, Texts], after: Mapping[str, Texts]) -> list[str]:
    """Return the tables that are neither as before nor as after."""
    return [name for name, texts in found.items() if texts not in (before[name], after[name])]


def unseen(lake: Lake) -> list[tuple[str, int]]:
    """Return the snapshots, each with its table, that readers never saw and that nothing they see stands on."""
    return [(name, snapshot) for dataset in lake.contract.tables for name, snapshot in _unseen(lake.state_of(dataset))]


def _unseen(state: TableState) -> Iterator[tuple[str, int]]:
    line = state.ancestors(state.current_snapshot_id) if state.current_snapshot_id is not None else ()
    known = {entry.snapshot_id for entry in state.log} | {snapshot.id for snapshot in line}
    return ((state.name, snapshot.id) for snapshot in state.snapshots if snapshot.id not in known)


def left_behind(lake: Lake) -> set[str]:
    """Return the keys of all tables' files that none of their snapshots and metadata names."""
    return {key for dataset in lake.contract.tables for key in {*lake.table_keys(dataset)} - _named(lake, dataset)}


def _named(lake: Lake, dataset: Dataset) -> set[str]:
    """Return the keys of the files that a table names, as PyIceberg tells them."""
    table = lake.table(dataset)
    told = table.inspect
    addresses = {
        table.metadata_location,
        *told.all_files()["file_path"].to_pylist(),
        *told.all_manifests()["path"].to_pylist(),
        *told.snapshots()["manifest_list"].to_pylist(),
        *told.metadata_log_entries()["file"].to_pylist(),
    }
    return {address.partition(f"{lake.bucket}/")[2] for address in addresses}
