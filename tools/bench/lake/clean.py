"""A run of ETL-1 as it lies in the bucket: one CSV for each dataset, and the summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from contract.cells import record
from contract.datasets import REJECTED, Dataset
from contract.layout import clean_key, run_summary_key
from contract.partition_sums import PartitionSums, rows_in, version_of
from contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics
from contract.sources.catia import CONTRACT
from contract.units import MIB
from tools.bench.lake.sums import Summing

Keeps = Callable[[Dataset, bytes], bool]


@dataclass(frozen=True)
class CleanRun:
    """A run in a clean prefix of its own, below ``root``: a folder whose files are the bucket's objects."""

    root: Path
    prefix: str
    started_at: datetime

    @property
    def run_id(self) -> str:
        """The run's id: the same each time, so that all engines are given the same."""
        return f"{self.started_at:%Y%m%dT%H%M%S.%fZ}-00000000"

    def key(self, dataset: Dataset) -> str:
        """Return the key of a dataset's CSV."""
        return clean_key(self.prefix, dataset, self.started_at.date(), self.run_id)

    def path(self, dataset: Dataset) -> Path:
        """Return the file of a dataset's CSV; its folder is made."""
        path = self.root / self.key(dataset)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def bytes(self) -> int:
        """Size of all CSV."""
        return sum(self.path(dataset).stat().st_size for dataset in CONTRACT.datasets)

    def write_summary(self, sums: Mapping[str, PartitionSums]) -> None:
        """Write the run's summary, with each dataset's sums."""
        path = self.root / run_summary_key(self.prefix, self.started_at.date(), self.run_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._summary(sums).to_json(), encoding="utf-8")

    def _summary(self, sums: Mapping[str, PartitionSums]) -> RunSummary:
        rows = {name: rows_in(of_dataset) for name, of_dataset in sums.items()}
        accepted = {kind.name: rows[kind.dataset.name] if kind.dataset else 0 for kind in CONTRACT.kinds}
        rejected = {"not_json": rows[REJECTED.name]}
        objects = (
            RunObject(
                dataset.name,
                self.key(dataset),
                rows[dataset.name],
                self.path(dataset).stat().st_size,
                version_of(dataset),
                sums[dataset.name],
            )
            for dataset in CONTRACT.datasets
        )
        return RunSummary(
            run_id=self.run_id,
            dt=self.started_at.date(),
            time_zone="UTC",
            source_table="bench",
            started_at=self.started_at,
            finished_at=self.started_at + timedelta(minutes=1),
            items=ItemCounts(sum(accepted.values()) + rows[REJECTED.name], accepted, {}, rejected),
            scan=ScanStatistics(1, 1, 1.0, 0, 0),
            objects=tuple(objects),
        )


def write_csv(dataset: Dataset, target: Path, pieces: Iterable[Path], keeps: Keeps | None = None) -> PartitionSums:
    """Write those records of ``pieces`` that ``keeps`` lets pass below one header, and return their sums.

    Pieces may have a header or none.
    """
    header = record(dataset.column_names).encode()
    summing = Summing(dataset)
    with target.open("wb", buffering=MIB) as file:
        file.write(header)
        lines = (line for line in _lines(pieces) if line != header and (keeps is None or keeps(dataset, line)))
        file.writelines(summing.through(lines))
    return summing.sums()


def _lines(pieces: Iterable[Path]) -> Iterator[bytes]:
    for piece in pieces:
        with piece.open("rb", buffering=MIB) as file:
            yield from file
