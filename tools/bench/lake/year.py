"""A year of nights: what is stored at its end, history and noncurrent versions included.

The table begins with a year's conversations; each night brings a hundredth of that, all of its own day. What nights
leave behind is gone after HISTORY_DAYS and NONCURRENT_DAYS nights more. So the earlier nights' rows come as one load,
and only the last nights, somewhat more than that, are run one by one. Nothing waits: a snapshot's age is counted in
nights, by moving the age rule's ``now`` so that exactly those expire whose successor is older than HISTORY_DAYS nights.
The bucket is taken to be versioned: what a night deletes stays for NONCURRENT_DAYS nights more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from contract.partition_sums import PartitionSums, total
from contract.sources.catia import CONTRACT
from envs.schema import LifecycleSettings
from tools.bench.lake.clean import CleanRun, write_csv
from tools.bench.lake.days import Span, csv_path, write_part
from tools.bench.lake.front import take_log
from tools.bench.lake.lake import HISTORY_DAYS, Lake
from tools.bench.lake.task import Traffic, curated_prefix, is_data

NIGHTS: Final = 365
NIGHTS_RUN: Final = 65
#: So many times fewer conversations than the measured nights have.
REDUCTION: Final = 50
NEW_RATIO: Final = 0.01
NONCURRENT_DAYS: Final = LifecycleSettings().noncurrent_version_expiration
LAKE: Final = "a_year"
#: All runs lie in the past: ETL-2 passes over those that claim to come from the future.
_FIRST_DAY: Final = datetime(2025, 2, 1)
_YEAR: Final = timedelta(days=365)

#: Brings the run below a clean prefix to a lake, at a time.
Publish = Callable[[str, str, datetime], None]


@dataclass(frozen=True)
class Stored:
    """Bytes of data files, of what ETL-2 records (``runs`` and ``data_quality``), and of metadata."""

    data: int = 0
    records: int = 0
    metadata: int = 0

    @classmethod
    def of(cls, sizes: Mapping[str, int]) -> Stored:
        """Add up objects, given by key."""
        data = sum(size for key, size in sizes.items() if is_data(key))
        parquet = sum(size for key, size in sizes.items() if key.endswith(".parquet"))
        return cls(data, parquet - data, sum(sizes.values()) - parquet)

    def __add__(self, other: Stored) -> Stored:
        """Return the sum of both."""
        return Stored(self.data + other.data, self.records + other.records, self.metadata + other.metadata)


@dataclass(frozen=True)
class YearResults:
    """What is stored after ``nights``, in a lake ``reduction`` times smaller than the measured ones.

    ``current`` are the bytes of the data files that readers see, ``visible`` all objects below the tables' prefix,
    ``noncurrent`` the versions that S3 keeps besides. Data files grow with the rows, records with the nights; of those
    ``nights_run`` were run. Metadata counts as it is.
    """

    nights: int
    nights_run: int
    reduction: int
    csv_bytes: int
    current: int
    visible: Stored
    noncurrent: Stored
    snapshots: int
    last_night: Traffic

    @property
    def with_history(self) -> float:
        """How many times the current tables' bytes are stored."""
        return self._times(self.visible)

    @property
    def with_noncurrent(self) -> float:
        """The same, with S3's noncurrent versions."""
        return self._times(self.visible + self.noncurrent)

    def _times(self, stored: Stored) -> float:
        records = stored.records * self.nights / self.nights_run
        return (stored.data + (records + stored.metadata) / self.reduction) / self.current


class _Source:
    """A source table that grows; each night its whole CSV, as one run below one prefix."""

    def __init__(self, root: Path, conversations: int, first_nights: int) -> None:
        self._root = root
        self._a_night = int(conversations * NEW_RATIO)
        self._parts = root / "year"
        self._parts.mkdir()
        self._sums: dict[str, PartitionSums] = {}
        self._run: CleanRun | None = None
        self._number = first_nights
        self._part = 0
        self._write(conversations, Span(_FIRST_DAY - _YEAR, _YEAR))
        self._write(first_nights * self._a_night, Span(_FIRST_DAY, timedelta(days=first_nights)))

    @property
    def prefix(self) -> str:
        """Where the newest run lies."""
        return "clean/year/"

    @property
    def bytes(self) -> int:
        """Size of its CSV."""
        return self._run.bytes if self._run else 0

    def grow(self) -> None:
        """Add a day's conversations."""
        day = timedelta(days=1)
        self._write(self._a_night, Span(_FIRST_DAY + self._number * day, day))
        self._number += 1

    def _write(self, conversations: int, span: Span) -> None:
        run = CleanRun(self._root, self.prefix, (span.first + span.length).replace(tzinfo=UTC))
        write_part(self._parts, self._part, conversations, span)
        self._part += 1
        new = {}
        for dataset in CONTRACT.datasets:
            records = self._parts / "new.csv"
            new[dataset.name] = write_csv(dataset, records, [csv_path(self._parts, dataset)])
            if self._run is None:
                records.rename(run.path(dataset))
            else:
                self._run.path(dataset).rename(run.path(dataset))
                _, _, content = records.read_bytes().partition(b"\n")
                with run.path(dataset).open("ab") as file:
                    file.write(content)
        self._sums = {name: total([self._sums.get(name, {}), sums]) for name, sums in new.items()}
        run.write_summary(self._sums)
        self._run = run


def simulate(lake: Lake, conversations: int, publish: Publish, nights_run: int = NIGHTS_RUN) -> YearResults:
    """Bring a year to a lake, the last nights one by one, and return what it then holds."""
    lake.make(LAKE)
    prefix = curated_prefix(LAKE)
    source = _Source(lake.root, conversations, NIGHTS - nights_run)
    begun: list[datetime] = []
    deleted: deque[Stored] = deque(maxlen=NONCURRENT_DAYS)
    before: dict[str, int] = {}
    log: list[tuple[str, str, int]] = []
    for number in range(nights_run + 1):
        if number:
            source.grow()
        begun.append(datetime.now(UTC))
        take_log(lake.port)
        publish(LAKE, source.prefix, now_for(begun))
        log = take_log(lake.port)
        written = {key: size for method, key, size in log if method == "PUT" and key.startswith(prefix)}
        after = lake.objects(prefix)
        deleted.append(Stored.of({key: size for key, size in {**written, **before}.items() if key not in after}))
        before = after
    states = [lake.state(LAKE, dataset) for dataset in CONTRACT.datasets]
    return YearResults(
        nights=NIGHTS,
        nights_run=nights_run,
        reduction=REDUCTION,
        csv_bytes=source.bytes,
        current=sum(state.current.data_bytes for state in states if state.current),
        visible=Stored.of(before),
        noncurrent=sum(deleted, Stored()),
        snapshots=len(states[0].snapshots),
        last_night=Traffic.of(log),
    )


def now_for(begun: list[datetime]) -> datetime:
    """Return a time at which a snapshot is too old if its successor is older than HISTORY_DAYS nights."""
    oldest = begun[max(0, len(begun) - 1 - HISTORY_DAYS)]
    return oldest + timedelta(days=HISTORY_DAYS)
