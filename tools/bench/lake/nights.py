"""The nights that are measured: what has changed in the source since the night before."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from typing import Final

from contract.datasets import REJECTED, Dataset
from contract.partition_sums import PartitionSums, rows_in
from contract.settings import NO_TABLES
from contract.sources.catia import CONTRACT
from tools.bench.lake.clean import CleanRun, Keeps, write_csv
from tools.bench.lake.days import NEWEST_MONTH, PERSON, csv_path, write_part
from tools.bench.lake.sums import partition_reader

#: So many more conversations, all in the newest month.
NEW_RATIO: Final = 0.01
ALL_TABLES: Final = "all"
_FIRST_RUN: Final = datetime(2026, 2, 1, 4, 30, tzinfo=UTC)
_VANISHED_MONTH: Final = "2025-03"


@dataclass(frozen=True)
class Change:
    """What happens before a night: which records stay, and whether new ones come; ``rebuild`` is ETL-2's argument."""

    name: str
    title: str
    rebuild: str = NO_TABLES
    keeps: Keeps | None = None
    grows: bool = False


@dataclass(frozen=True)
class Night:
    """A night's run of ETL-1; ``bytes`` are those of all CSV, ``keys`` and ``rows`` are by dataset."""

    change: Change
    clean_prefix: str
    bytes: int
    keys: dict[str, str]
    rows: dict[str, int]


def _not_of_person(_: Dataset, line: bytes) -> bool:
    return PERSON.encode() not in line


def _not_of_month(dataset: Dataset, line: bytes) -> bool:
    return dataset == REJECTED or not partition_reader(dataset)(line).endswith(_VANISHED_MONTH)


FIRST: Final = Change("first", "first load", grows=True)
UNCHANGED: Final = Change("unchanged", "the same again")
GROWN: Final = Change("grown", "1 % new messages", grows=True)
REBUILT: Final = Change("rebuilt", "full rewrite", rebuild=ALL_TABLES)
ERASED: Final = Change("erased", "a person erased", keeps=_not_of_person)
VANISHED: Final = Change("vanished", "a month vanished", keeps=_not_of_month)
CHANGES: Final = (FIRST, UNCHANGED, GROWN, REBUILT, ERASED, VANISHED)


def write_nights(root: Path, conversations: int, processes: int) -> list[Night]:
    """Write all nights below ``root``, whose files are the bucket's objects; the first has so many conversations."""
    parts = root / "parts"
    with ProcessPoolExecutor(processes) as pool:
        written = [
            pool.submit(write_part, _made(parts / f"{number}"), number, conversations // processes, person=number == 0)
            for number in range(processes)
        ]
        new = int(conversations * NEW_RATIO)
        written.append(pool.submit(write_part, _made(parts / "new"), processes, new, NEWEST_MONTH))
        for one in written:
            one.result()
        pieces = {FIRST: [parts / f"{number}" for number in range(processes)], GROWN: [parts / "new"]}
        nights: list[Night] = []
        before: CleanRun | None = None
        for number, change in enumerate(CHANGES):
            run = CleanRun(root, f"clean/{change.name}/", _FIRST_RUN + timedelta(days=number))
            sums = _write(pool, run, change, before, pieces.get(change, []))
            run.write_summary(sums)
            rows = {name: rows_in(of_dataset) for name, of_dataset in sums.items()}
            keys = {dataset.name: run.key(dataset) for dataset in CONTRACT.datasets}
            nights.append(Night(change, run.prefix, run.bytes, keys, rows))
            before = run
    return nights


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _write(
    pool: ProcessPoolExecutor, run: CleanRun, change: Change, before: CleanRun | None, folders: list[Path]
) -> dict[str, PartitionSums]:
    """Write a night's CSV: what is kept of the night's before, and the records of new folders."""
    pieces = [
        [*([before.path(dataset)] if before else []), *(csv_path(folder, dataset) for folder in folders)]
        for dataset in CONTRACT.datasets
    ]
    targets = map(run.path, CONTRACT.datasets)
    sums = pool.map(write_csv, CONTRACT.datasets, targets, pieces, repeat(change.keeps))
    return {dataset.name: found for dataset, found in zip(CONTRACT.datasets, sums, strict=True)}
