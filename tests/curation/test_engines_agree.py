"""One engine's tables are the other's: after the same days, and after nights that they take turns in."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq

from contract.datasets import Dataset
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.csv_texts import NASTY_TEXTS
from tests.curation.lake import Lake, like, months, rejection, run_id, talk, together

JAN, FEB, MAR = "2026-01", "2026-02", "2026-03"
NIGHTS = (
    together(months(JAN, FEB), talk("nasty", JAN, *NASTY_TEXTS, None), rejection("k")),
    together(months(JAN, FEB), talk("u9", FEB, "x"), like("😀", MAR, "")),
    together(months(FEB, MAR), talk("u9", FEB, "x"), rejection("l"), rejection("k")),
)


def in_file_order(lake: Lake, dataset: Dataset) -> dict[str, Any]:
    """Return each partition's rows, in the order of its one file."""
    found = {}
    for task in lake.table(dataset).scan().plan_files():
        partition = task.file.partition[0] if len(task.file.partition) else ""
        body = lake.get(task.file.file_path.partition(f"{lake.bucket}/")[2])
        assert partition not in found, "one file a partition"
        parquet = pq.ParquetFile(io.BytesIO(body))
        assert parquet.metadata.row_group(0).column(0).compression == "ZSTD"
        ids = {field.name: int(field.metadata[b"PARQUET:field_id"]) for field in parquet.schema_arrow}
        assert ids == {column.name: column.field_id for column in dataset.columns}
        found[partition] = parquet.read().to_pylist()
    return found


def told(lake: Lake) -> dict[str, Any]:
    """Return what both engines must agree about."""
    return {
        dataset.name: (
            in_file_order(lake, dataset),
            (sums := lake.state_of(dataset).trusted_sums) and (sums.version, dict(sums.partitions)),
            lake.state_of(dataset).rows,
        )
        for dataset in lake.contract.datasets
    }


def test_same_days_make_same_tables_whoever_takes_which_night(
    make_lake: Callable[..., Lake], engines: Callable[[str, str], Any]
) -> None:
    lakes = {name: make_lake(CONTRACT, name) for name in ("spark", "arrow")}
    lakes["in turns"] = make_lake(CONTRACT, "arrow")
    turns = [engines(name, lakes["in turns"].name) for name in ("spark", "arrow")]
    for number, rows in enumerate(NIGHTS, start=1):
        for name, lake in lakes.items():
            lake.publish(run_id(number), rows)
            lake.engine = turns[number % 2] if name == "in turns" else lake.engine
            lake.night(max_removed_ratio=1.0, max_rejected_ratio=1.0)
            assert lake.sees(rows)
        spark, arrow, mixed = (told(lake) for lake in lakes.values())
        assert spark == arrow == mixed
    for dataset in (MESSAGES, CONVERSATIONS, FEEDBACK):
        for rows in in_file_order(lakes["in turns"], dataset).values():
            keys = [tuple(row[name] for name in dataset.sort_by) for row in rows]
            assert keys == sorted(keys)
    rows_of_runs = [
        {
            (row["run_id"], row["dataset"], row["rows_now"], row["partitions_rewritten"], row["partitions_gone"])
            for number in range(1, len(NIGHTS) + 1)
            for row in lake.runs(run_id(number)).values()
        }
        for lake in lakes.values()
    ]
    assert rows_of_runs[0] == rows_of_runs[1] == rows_of_runs[2]
