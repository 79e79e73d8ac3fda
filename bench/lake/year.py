"""A year of nights, one after the other: what is stored at its end, history and noncurrent versions included.

The first night has a year's conversations; each night after it brings a hundredth of that, all of its own day. Nothing
waits: a snapshot's age is counted in nights, by moving the age rule's ``now`` so that exactly those expire whose
successor is older than HISTORY_DAYS nights. The bucket is taken to be versioned: what a night deletes or replaces stays
for NONCURRENT_DAYS nights more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from bench.lake.clean import CleanRun, write_csv
from bench.lake.days import Span, csv_path, write_part
from bench.lake.front import take_log
from bench.lake.lake import HISTORY_DAYS, Lake
from bench.lake.task import curated_prefix, is_data
from envs.schema import LifecycleSettings
from modules.contract.partition_sums import PartitionSums, total
from sources.catia import CONTRACT

NIGHTS: Final = 365
#: So many times fewer conversations than the measured nights have.
REDUCTION: Final = 50
NEW_RATIO: Final = 0.01
NONCURRENT_DAYS: Final = LifecycleSettings().noncurrent_version_expiration
LAKE: Final = "a_year"
#: All runs lie in the past: ETL-2 passes over those that claim to come from the future.
_FIRST_NIGHT: Final = datetime(2025, 2, 1, 4, 30, tzinfo=timezone.utc)

#: Brings the run below a clean prefix to a lake, at a time.
Publish = Callable[[str, str, datetime], None]


@dataclass(frozen=True)
class Stored:
    """Bytes of data files, and of all else: metadata, ``runs`` and ``data_quality``."""

    data: int
    other: int

    @classmethod
    def of(cls, sizes: Mapping[str, int]) -> Stored:
        """Add up objects, given by key."""
        data = sum(size for key, size in sizes.items() if is_data(key))
        return cls(data, sum(sizes.values()) - data)

    def plus(self, other: Stored) -> Stored:
        """Return the sum of both."""
        return Stored(self.data + other.data, self.other + other.other)


@dataclass(frozen=True)
class YearResults:
    """What is stored after so many nights, in a lake so many times smaller than the measured ones.

    ``current`` are the bytes of the data files that readers see, ``visible`` all objects below the tables' prefix,
    ``noncurrent`` the versions that S3 keeps besides. Only data files grow with the rows: the rest counts as it is.
    """

    nights: int
    reduction: int
    csv_bytes: int
    current: int
    visible: Stored
    noncurrent: Stored
    snapshots: int

    @property
    def with_history(self) -> float:
        """How many times the current tables' bytes are stored."""
        return self._times(self.visible)

    @property
    def with_noncurrent(self) -> float:
        """The same, with S3's noncurrent versions."""
        return self._times(self.visible.plus(self.noncurrent))

    def _times(self, stored: Stored) -> float:
        return (stored.data + stored.other / self.reduction) / self.current


class _Source:
    """A source table that grows; each night its whole CSV, as one run below one prefix."""

    def __init__(self, root: Path, conversations: int) -> None:
        self._root = root
        self._a_night = int(conversations * NEW_RATIO)
        self._parts = root / "year"
        self._parts.mkdir()
        self._sums: dict[str, PartitionSums] = {}
        self._run: CleanRun | None = None
        self._number = 0
        self._add(conversations, Span(_FIRST_NIGHT.replace(tzinfo=None) - timedelta(days=365), timedelta(days=365)))

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
        day = _FIRST_NIGHT.replace(hour=0, minute=0, tzinfo=None) + timedelta(days=self._number - 1)
        self._add(self._a_night, Span(day, timedelta(days=1)))

    def _add(self, conversations: int, span: Span) -> None:
        run = CleanRun(self._root, self.prefix, _FIRST_NIGHT + timedelta(days=self._number))
        write_part(self._parts, self._number, conversations, span)
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
        self._number += 1


def simulate(lake: Lake, conversations: int, publish: Publish, nights: int = NIGHTS) -> YearResults:
    """Bring so many nights to a lake, and return what it then holds."""
    lake.make(LAKE)
    prefix = curated_prefix(LAKE)
    source = _Source(lake.root, conversations)
    begun: list[datetime] = []
    deleted: deque[Stored] = deque(maxlen=NONCURRENT_DAYS)
    before: dict[str, int] = {}
    for number in range(nights + 1):
        if number:
            source.grow()
        begun.append(datetime.now(timezone.utc))
        take_log(lake.port)
        publish(LAKE, source.prefix, _now(begun))
        written = {key: size for method, key, size in take_log(lake.port) if method == "PUT" and key.startswith(prefix)}
        after = lake.objects(prefix)
        deleted.append(Stored.of({key: size for key, size in {**written, **before}.items() if key not in after}))
        before = after
    states = [lake.state(LAKE, dataset) for dataset in CONTRACT.datasets]
    noncurrent = Stored(sum(one.data for one in deleted), sum(one.other for one in deleted))
    return YearResults(
        nights=nights,
        reduction=REDUCTION,
        csv_bytes=source.bytes,
        current=sum(state.current.data_bytes for state in states if state.current),
        visible=Stored.of(before),
        noncurrent=noncurrent,
        snapshots=len(states[0].snapshots),
    )


def _now(begun: list[datetime]) -> datetime:
    """Return a time at which a snapshot is too old if its successor is older than HISTORY_DAYS nights."""
    oldest = begun[max(0, len(begun) - 1 - HISTORY_DAYS)]
    return oldest + timedelta(days=HISTORY_DAYS)
