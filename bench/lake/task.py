"""What every contender of the lake is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ZSTD_LEVEL: Final = 3
"""For all alike: what Spark and DuckDB take by default."""
THREADS: Final = 2
"""As many processors as a Lambda function of 3,538 MB has."""
UNTIL_COMPILED: Final = 3
"""After so many days of this size a further one is hardly faster for Spark."""


@dataclass(frozen=True)
class LakeTask:
    """Make Parquet, ``<target>/<dataset>/….parquet``, of the CSV in ``source``; ``scratch`` is for whatever is between.

    All are folders: the first as ``bench.lake.days`` writes it, the others empty, all on one file system.
    """

    source: str
    target: str
    scratch: str

    def source_of(self, dataset: str) -> Path:
        """Return a dataset's CSV."""
        return Path(self.source, f"{dataset}.csv")

    def target_of(self, dataset: str) -> Path:
        """Return where a dataset's Parquet goes; its folder is made."""
        folder = Path(self.target, dataset)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{dataset}.parquet"
