"""The clean zone as ETL-2 sees it: which run is the newest that can be published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from typing import Final

from contract.datasets import Column, Dataset
from contract.layout import (
    TOMBSTONES_KEY,
    CleanObject,
    clean_key,
    commit_marker_prefix,
    parse_clean_key,
    run_instant,
    run_summary_key,
)
from contract.runs import RunObject, RunSummary, RunSummaryError
from contract.source import SourceContract
from contract.tombstones import HonouredTombstones, Tombstones, TombstonesError
from glue_src import logs
from glue_src.engine import Source
from glue_src.exceptions import (
    ForeignHeaderError,
    IncompleteRunError,
    NoCompleteRunError,
    SuspectCsvError,
    UnknownTombstonesError,
)
from glue_src.headers import columns_in
from glue_src.storage import Bucket

#: In bytes; far more than the names of all columns take.
_LONGEST_HEADER: Final = 64 * 1024
#: How far ahead a run's own clock may be. A run from the future would keep all others from being published.
_CLOCK_TOLERANCE: Final = timedelta(hours=1)
#: Where days begin first: a run is of its own zone's day.
_FURTHEST_EAST: Final = timezone(timedelta(hours=14))


@dataclass(frozen=True)
class CleanZone:
    """The runs that ETL-1 published under a prefix by a contract."""

    bucket: Bucket
    prefix: str
    contract: SourceContract

    def newest_complete_run(self, now: datetime, is_quarantined: Callable[[str], bool]) -> RunSummary | None:
        """Return the summary of the newest complete run, or None where no run may be taken.

        A run that does not honour the tombstones of now is never taken. Runs of the future are ignored, and incomplete
        ones passed over, with a warning; ``is_quarantined`` says of a run's id whether it failed its checks before.

        Raises:
            NoCompleteRunError: there are runs, and each of them lacks something.
            UnknownTombstonesError: the tombstones are damaged.
        """
        faults: list[IncompleteRunError] = []
        superseded = 0
        for run in self._runs(now):
            if is_quarantined(run.run_id):
                logs.info("quarantined run passed over", run_id=run.run_id)
                continue
            try:
                summary = self.complete_run(run.day, run.run_id)
            except IncompleteRunError as fault:
                logs.warning("incomplete run passed over", day=run.day, run_id=run.run_id, reasons=fault.reasons)
                faults.append(fault)
                continue
            if summary.tombstones == self.honoured_now:
                return summary
            # Published, it would bring back people who were erased since.
            logs.info("run of before an erasure passed over", day=run.day, run_id=run.run_id)
            superseded += 1
        if faults and not superseded:
            raise NoCompleteRunError(faults)
        return None

    def _runs(self, now: datetime) -> Iterator[CleanObject]:
        """Yield the runs, newest first: each by the object that commits it, complete or not."""
        stored = self.bucket.list(commit_marker_prefix(self.prefix, self.contract))
        found = (parse_clean_key(self.prefix, entry.key) for entry in stored)
        for run in sorted((run for run in found if run), key=lambda run: run.run_id, reverse=True):
            latest = now + _CLOCK_TOLERANCE
            if run_instant(run.run_id) > latest or run.day > latest.astimezone(_FURTHEST_EAST).date():
                logs.warning("run of the future ignored: delete its objects", day=run.day, run_id=run.run_id)
            else:
                yield run

    @cached_property
    def honoured_now(self) -> HonouredTombstones | None:
        """What a run has to say that it honoured: the tombstones as they are when this is first asked for.

        Raises:
            UnknownTombstonesError: they are damaged.
        """
        return tombstones_in(self.bucket).honoured

    def complete_run(self, day: date, run_id: str) -> RunSummary:
        """Return the summary of a run whose counts reconcile and whose objects all lie there, whole.

        Raises:
            IncompleteRunError: with every reason why the run may not be taken.
        """
        summary = self._summary(day, run_id)
        reasons = [reason for dataset in self.contract.datasets for reason in self._faults_of_object(summary, dataset)]
        if reasons:
            raise IncompleteRunError(day, run_id, reasons)
        return summary

    def _summary(self, day: date, run_id: str) -> RunSummary:
        key = run_summary_key(self.prefix, day, run_id)
        if self.bucket.find(key) is None:
            raise IncompleteRunError(day, run_id, [f"its summary {key} is missing"])
        try:
            summary = RunSummary.from_json(self.bucket.read(key))
            summary.check(self.contract)
        except RunSummaryError as error:
            raise IncompleteRunError(day, run_id, [str(error)]) from error
        if (summary.dt, summary.run_id) != (day, run_id):
            reason = f"its summary {key} speaks of run {summary.run_id} of {summary.dt}"
            raise IncompleteRunError(day, run_id, [reason])
        return summary

    def _faults_of_object(self, summary: RunSummary, dataset: Dataset) -> Iterator[str]:
        """Yield why the run's object of a dataset may not be read: at most one reason."""
        listed = [entry for entry in summary.objects if entry.dataset == dataset.name]
        if len(listed) != 1:
            yield f"its summary lists {len(listed)} objects for {dataset.name} and must list one"
            return
        expected_key = clean_key(self.prefix, dataset, summary.dt, summary.run_id)
        if listed[0].key != expected_key:
            yield f"its summary lists {listed[0].key} where {expected_key} must be"
            return
        stored = self.bucket.find(expected_key)
        if stored is None:
            yield f"{expected_key} is missing"
        elif stored.bytes != listed[0].bytes:
            yield f"{expected_key} has {stored.bytes} bytes, its summary says {listed[0].bytes}"

    def columns(self, dataset: Dataset, written: RunObject) -> tuple[Column, ...]:
        """Return which of the contract's columns a complete run's CSV has, in its order.

        Raises:
            ForeignHeaderError: its header does not fit the contract.
        """
        begin = self.bucket.read_range(written.key, 0, _LONGEST_HEADER) if written.bytes else b""
        header, line_feed, _ = begin.partition(b"\n")
        if not line_feed:
            raise ForeignHeaderError(dataset.name, written.key, f"does not end within {_LONGEST_HEADER} bytes")
        return columns_in(header.decode("utf-8", "replace"), dataset, written.key)

    def check_ends(self, sources: Iterable[Source]) -> None:
        """Check that each CSV ends with a whole record: an engine could take one that is cut off for a whole one.

        Raises:
            SuspectCsvError: one does not.
        """
        for source in sources:
            if self.bucket.read_range(source.key, source.bytes - 1, source.bytes) != b"\n":
                raise SuspectCsvError(source.dataset.name, source.key)


def tombstones_in(bucket: Bucket) -> Tombstones:
    """Return the tombstones: none where there is no such object.

    Raises:
        UnknownTombstonesError: they are damaged.
    """
    if bucket.find(TOMBSTONES_KEY) is None:
        return Tombstones()
    try:
        return Tombstones.from_json(bucket.read(TOMBSTONES_KEY))
    except TombstonesError as error:
        raise UnknownTombstonesError(str(error)) from None
