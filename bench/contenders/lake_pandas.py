"""What notebooks do: ``read_csv``, ``sort_values``, ``to_parquet``, with pandas' own text type."""

from __future__ import annotations

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from bench.contenders.task import Report, Work
from bench.lake.task import ZSTD_LEVEL, LakeTask
from modules.contract.cells import restore
from modules.contract.datasets import ColumnType, Dataset
from sources.catia import CONTRACT


def prepare(task: LakeTask) -> Work:
    """Nothing to prepare: pandas is imported."""
    return lambda: Report({dataset.name: _write(task, dataset) for dataset in CONTRACT.datasets})


def _write(task: LakeTask, dataset: Dataset) -> int:
    names = {kind: [column.name for column in dataset.columns if column.type is kind] for kind in ColumnType}
    frame = pd.read_csv(
        task.source_of(dataset.name),
        dtype=dict.fromkeys(names[ColumnType.TEXT], "str") | dict.fromkeys(names[ColumnType.COUNT], "int64"),
        parse_dates=names[ColumnType.INSTANT],
        keep_default_na=False,
        na_values=[""],
    )
    for name in names[ColumnType.TEXT]:
        escaped = frame[name].str.contains("\\", regex=False, na=False)
        # With a pattern over all texts it would take longer than everything else.
        frame.loc[escaped, name] = frame.loc[escaped, name].map(restore)
    frame = frame.sort_values(list(dataset.sort_by))
    frame.to_parquet(task.target_of(dataset.name), index=False, compression="zstd", compression_level=ZSTD_LEVEL)
    return len(frame)
