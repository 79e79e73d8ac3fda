"""The clean zone as ETL-2 sees it: which runs exist, and which of them are complete."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from glue_src import logs
from glue_src.exceptions import ForeignHeaderError, IncompleteRunError, NoCompleteRunError
from glue_src.headers import columns_in
from modules.contract.datasets import Dataset
from modules.contract.layout import (
    RUNS_FOLDER,
    SUPERSEDED_TAG_KEY,
    SUPERSEDED_TAG_VALUE,
    clean_key,
    commit_marker_prefix,
    parse_clean_key,
    partition,
    run_summary_key,
)
from modules.contract.runs import RunSummary, RunSummaryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from glue_src.storage import Bucket
    from modules.contract.datasets import Column
    from modules.contract.runs import RunObject
    from modules.contract.source import SourceContract

#: In bytes; far more than the names of all columns take.
_LONGEST_HEADER = 64 * 1024


@dataclass(frozen=True)
class CleanZone:
    """The runs that ETL-1 published under a prefix by a contract."""

    bucket: Bucket
    prefix: str
    contract: SourceContract

    def runs_by_day(self) -> dict[date, tuple[str, ...]]:
        """Return the ids of each day's runs, oldest day first and newest run first.

        A run is listed by the object that commits it; whether it is complete is not known yet.
        """
        runs: defaultdict[date, list[str]] = defaultdict(list)
        for stored in self.bucket.list(commit_marker_prefix(self.prefix, self.contract)):
            clean_object = parse_clean_key(self.prefix, stored.key)
            if clean_object is not None:
                runs[clean_object.day].append(clean_object.run_id)
        return {day: tuple(sorted(runs[day], reverse=True)) for day in sorted(runs)}

    def newest_complete_run(self, day: date, run_ids: Sequence[str]) -> RunSummary:
        """Return the summary of the first complete run of ``run_ids`` (newest first); warn of those before it.

        Raises:
            NoCompleteRunError: with what each of the runs lacks.
        """
        faults: list[IncompleteRunError] = []
        for run_id in run_ids:
            try:
                return self.complete_run(day, run_id)
            except IncompleteRunError as fault:
                logs.warning("incomplete run passed over", day=day, run_id=run_id, reasons=fault.reasons)
                faults.append(fault)
        raise NoCompleteRunError(day, faults)

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

    def is_superseded(self, day: date, run_id: str) -> bool:
        """Return whether the job has already released a run to expire."""
        tags = self.bucket.tags(clean_key(self.prefix, self.contract.last_dataset, day, run_id))
        return tags.get(SUPERSEDED_TAG_KEY) == SUPERSEDED_TAG_VALUE

    def objects_of_day(self, day: date) -> Iterator[tuple[str, str]]:
        """Yield the run id and key of every clean object and run summary of a day, complete runs or not."""
        for dataset in self.contract.datasets:
            for stored in self.bucket.list(f"{self.prefix}{dataset.name}/{partition(day)}/"):
                clean_object = parse_clean_key(self.prefix, stored.key)
                if clean_object is not None:
                    yield clean_object.run_id, stored.key
        for stored in self.bucket.list(f"{self.prefix}{RUNS_FOLDER}/{partition(day)}/"):
            yield PurePosixPath(stored.key).stem, stored.key
