"""The work on one work unit: its segments read, normalized, and uploaded part by part."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

from contract.runs import ScanStatistics
from contract.tombstones import Coverage
from lambda_src.clients import Clients
from lambda_src.extraction import Extraction
from lambda_src.part_buffer import PartBuffer
from lambda_src.part_uploads import PartUploads
from lambda_src.read_capacity import ReadLimit
from lambda_src.scan import Page, read_pages
from lambda_src.settings import Settings
from lambda_src.uploads import Upload, Uploads
from lambda_src.work_units import WorkUnit, WorkUnitResult


def extract_work_unit(  # noqa: PLR0913, PLR0917 - all that a worker is given
    work_unit: WorkUnit,
    uploads: Uploads,
    settings: Settings,
    open_clients: Callable[[], Clients],
    check_deadline: Callable[[], None],
    coverage: Coverage | None = None,
) -> WorkUnitResult:
    """Read, normalize and upload a work unit of the table.

    ``open_clients`` gives the clients of this process; ``check_deadline`` is called before each page and while one is
    waited for, and what it raises ends the work.

    Raises:
        NormalizeError: the source, the destination or the time gave out.
    """
    clients = open_clients()
    limit = ReadLimit(work_unit.read_capacity_units)
    pages = read_pages(
        clients.dynamodb, settings.table, work_unit.segments, work_unit.total_segments, limit, check_deadline
    )
    with closing(pages), clients.watched(check_deadline), _no_garbage_collection():
        return extract_pages(pages, work_unit, uploads.by(clients.s3), settings, check_deadline, coverage)


def extract_pages(  # noqa: PLR0913, PLR0917 - see above
    pages: Iterable[Page],
    work_unit: WorkUnit,
    upload: Upload,
    settings: Settings,
    check_deadline: Callable[[], None],
    coverage: Coverage | None = None,
) -> WorkUnitResult:
    """Normalize all ``pages`` of a work unit and upload what they give; return the remainder and all counts.

    Raises:
        NormalizeError: what ``pages``, ``upload`` or ``check_deadline`` raise.
    """
    extraction = Extraction(settings.contract, settings.exclusion_rules, coverage)
    meter = _Meter()
    with PartUploads(upload, work_unit.part_numbers) as parts:
        buffers = {
            dataset.name: PartBuffer(partial(parts.upload, dataset.name), work_unit.part_bytes)
            for dataset in settings.contract.datasets
        }
        check_deadline()
        for page in pages:
            extraction.add(page.items)
            for name, records in extraction.take_rows().items():
                buffers[name].write(records)
            meter.count(page)
            check_deadline()
        remainders = {name: buffer.finish() for name, buffer in buffers.items()}
        uploaded = parts.finish()
    return WorkUnitResult(
        scanned=meter.scanned,
        tally=extraction.tally,
        statistics=meter.statistics(len(work_unit.segments)),
        parts=uploaded,
        rows={name: buffer.rows for name, buffer in buffers.items()},
        remainders=remainders,
    )


@dataclass
class _Meter:
    """What the pages of a work unit say of themselves, added up."""

    scanned: int = 0
    pages: int = 0
    capacity_units: float = 0.0
    throttled: int = 0
    retried: int = 0

    def count(self, page: Page) -> None:
        self.scanned += page.scanned
        self.pages += 1
        self.capacity_units += page.capacity_units
        self.throttled += page.throttled
        self.retried += page.retried

    def statistics(self, segments: int) -> ScanStatistics:
        return ScanStatistics(segments, self.pages, self.capacity_units, self.throttled, self.retried)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Spare the collector's passes over millions of short-lived objects, none of which is part of a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
