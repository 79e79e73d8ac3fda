"""One run: the whole table in, a reconciled and published snapshot out, or nothing and the reason why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contract import cells, layout
from contract.datasets import Dataset
from contract.partition_sums import version_of
from contract.runs import RunObject, RunSummary, ScanStatistics
from contract.tombstones import HonouredTombstones
from contract.version import VERSION
from lambda_src.clients import DeadlineGuard
from lambda_src.joining import joined
from lambda_src.part_uploads import PartUploads
from lambda_src.publication import Publication
from lambda_src.s3_objects import UploadedPart
from lambda_src.settings import Settings
from lambda_src.tally import Tally
from lambda_src.uploads import Upload, Uploads
from lambda_src.work_units import WorkUnit, WorkUnitResult, numbers_for_joined_remainders

Extract = Callable[[Sequence[WorkUnit], Uploads], Sequence[WorkUnitResult]]
"""Makes all work units, in this process or in others; what it raises ends the run."""


@dataclass(frozen=True)
class Plan:
    """Which run this is, and its work units. ``started_at`` is time-zone aware.

    ``accept_removal`` is for the summary: ETL-2 publishes the run however many rows it removes. So are ``tombstones``:
    those that the run honours.
    """

    run_id: str
    day: date
    started_at: datetime
    settings: Settings
    work_units: Sequence[WorkUnit]
    accept_removal: bool = False
    tombstones: HonouredTombstones | None = None


def run(
    plan: Plan, extract: Extract, publication: Publication, guard: DeadlineGuard, now: Callable[[], datetime]
) -> RunSummary:
    """Normalize the whole table and publish it by ``publication``, all or nothing.

    ``guard`` is asked before the commit and before each attempt of a request, but for those that clean up; what it
    raises ends the run. ``now`` gives the time, time-zone aware.

    Returns:
        The run's summary, as it was published.

    Raises:
        NormalizeError: the source, the destination, a worker or the time gave out.
        RunSummaryError: the counts do not reconcile: a defect of this program.
    """
    try:
        with guard.requests():
            uploads = publication.begin()
            results = extract(plan.work_units, uploads)
            tally = _total(results)
            files = _join_all(plan, results, tally, publication.upload)
            summary = _summary(plan, results, tally, files, now())
            summary.check(plan.settings.contract)
            guard.check()
            publication.commit(summary, {file.written.dataset: file.parts for file in files})
    except BaseException as error:
        error.add_note(f"This ended run {plan.run_id} for {layout.partition(plan.day)}.")
        publication.withdraw(error)
        raise
    return summary


@dataclass(frozen=True)
class _File:
    """A dataset's whole file: all that is left to do is to complete it."""

    written: RunObject
    parts: tuple[UploadedPart, ...]


def _total(results: Sequence[WorkUnitResult]) -> Tally:
    """Return the counts and sums of all work units."""
    tally = Tally()
    for result in results:
        tally.add(result.tally)
    return tally


def _join_all(plan: Plan, results: Sequence[WorkUnitResult], tally: Tally, upload: Upload) -> list[_File]:
    """Upload the work units' remainders in front of their parts, and return the files that this makes."""
    with PartUploads(upload, range(1, numbers_for_joined_remainders(len(plan.work_units)) + 1)) as uploads:
        for dataset in plan.settings.contract.datasets:
            header = cells.record(dataset.column_names).encode()
            for body in joined(header, [result.remainders[dataset.name] for result in results]):
                uploads.upload(dataset.name, body)
        first_parts = uploads.finish()
    return [
        _file(plan, dataset, tally, [*first_parts[dataset.name], *_parts_of(dataset, results)], results)
        for dataset in plan.settings.contract.datasets
    ]


def _parts_of(dataset: Dataset, results: Sequence[WorkUnitResult]) -> Iterator[UploadedPart]:
    for result in results:
        yield from result.parts.get(dataset.name, ())


def _file(
    plan: Plan, dataset: Dataset, tally: Tally, parts: Sequence[UploadedPart], results: Sequence[WorkUnitResult]
) -> _File:
    """Return a file of these parts. Its rows are those counted in its bytes, its partitions' those made of items."""
    written = RunObject(
        dataset=dataset.name,
        key=layout.clean_key(plan.settings.clean_prefix, dataset, plan.day, plan.run_id),
        rows=sum(result.rows[dataset.name] for result in results),
        bytes=sum(part.size for part in parts),
        sums_version=version_of(dataset),
        partitions=tally.partitions(dataset.name),
    )
    return _File(written, tuple(parts))


def _summary(
    plan: Plan, results: Sequence[WorkUnitResult], tally: Tally, files: Sequence[_File], now: datetime
) -> RunSummary:
    return RunSummary(
        run_id=plan.run_id,
        dt=plan.day,
        time_zone=plan.settings.time_zone,
        source_table=plan.settings.table,
        started_at=plan.started_at,
        finished_at=now,
        items=tally.item_counts(sum(result.scanned for result in results)),
        scan=ScanStatistics.total(result.statistics for result in results),
        objects=tuple(file.written for file in files),
        accept_removal=plan.accept_removal,
        tombstones=plan.tombstones,
        code_version=VERSION,
    )
