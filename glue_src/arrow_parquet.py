"""How curated Parquet files are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyarrow import parquet

from glue_src.arrow_types import schema_of
from modules.contract.datasets import ColumnType

if TYPE_CHECKING:
    from pathlib import Path

    from modules.contract.datasets import Dataset

#: What people or programs wrote at length: no value comes twice, and its least and greatest help no reader to skip.
_FREE_TEXTS: Final = frozenset({"text", "comment", "item_json"})
_COMPRESSION_LEVEL: Final = 3


def open_writer(path: Path, dataset: Dataset) -> parquet.ParquetWriter:
    """Return a writer of a dataset's file; every batch that it is given is to be a row group."""
    texts = {column.name for column in dataset.columns if column.type is ColumnType.TEXT}
    return parquet.ParquetWriter(
        path,
        schema_of(dataset),
        compression="zstd",
        compression_level=_COMPRESSION_LEVEL,
        use_dictionary=sorted(texts - _FREE_TEXTS),
        write_statistics=[name for name in dataset.column_names if name not in _FREE_TEXTS],
        write_page_index=True,
        # Pages of the first version: the second one saves little, and not every reader has it.
        data_page_version="1.0",
        store_schema=False,
    )
