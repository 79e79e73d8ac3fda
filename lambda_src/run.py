"""One run: the whole table in, a reconciled and published snapshot out, or nothing and the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lambda_src.csv_file import CsvFile
from lambda_src.ledger import Ledger
from lambda_src.normalize import normalize
from modules.contract import layout
from modules.contract.datasets import DATASETS
from modules.contract.runs import RunSummary, ScanStatistics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, datetime

    from lambda_src.publication import Target
    from lambda_src.scan import Page
    from lambda_src.settings import Settings


@dataclass(frozen=True)
class Plan:
    """Which run this is. ``started_at`` is time-zone aware."""

    run_id: str
    day: date
    started_at: datetime
    settings: Settings


def run(
    plan: Plan, pages: Iterable[Page], target: Target, check_deadline: Callable[[], None], now: Callable[[], datetime]
) -> RunSummary:
    """Normalize ``pages`` and publish them to ``target``, all or nothing.

    ``check_deadline`` is called before each page and before the commit; what it raises ends the run. ``now`` gives the
    time, time-zone aware.

    Returns:
        The run's summary, as it was published.

    Raises:
        NormalizeError: the source, the target or the time gave out.
        RunSummaryError: the counts do not reconcile: a defect of this program.
    """
    try:
        target.begin()
        summary = _extract(plan, pages, target, check_deadline, now)
        summary.check()
        check_deadline()
        target.commit(summary)
    except BaseException as error:
        error.add_note(f"This ended run {plan.run_id} for {layout.partition(plan.day)}.")
        target.withdraw(error)
        raise
    return summary


def _extract(
    plan: Plan, pages: Iterable[Page], target: Target, check_deadline: Callable[[], None], now: Callable[[], datetime]
) -> RunSummary:
    """Read and write everything, and return the summary of what awaits its commit."""
    settings = plan.settings
    files = _files(plan, target)
    ledger = Ledger(files, (rule.name for rule in settings.exclusion_rules))
    scanned, statistics = _place_all(_checked(pages, check_deadline), ledger, settings)
    objects = tuple(file.finish() for file in files.values())
    return RunSummary(
        run_id=plan.run_id,
        dt=plan.day,
        time_zone=settings.time_zone,
        source_table=settings.table,
        started_at=plan.started_at,
        finished_at=now(),
        items=ledger.counts(scanned),
        scan=statistics,
        objects=objects,
    )


def _files(plan: Plan, target: Target) -> dict[str, CsvFile]:
    """Return a file for each dataset, by name, in the order in which they are published."""
    prefix = plan.settings.clean_prefix
    return {
        dataset.name: CsvFile(
            dataset,
            layout.clean_key(prefix, dataset, plan.day, plan.run_id),
            partial(target.upload_part, dataset),
        )
        for dataset in DATASETS
    }


def _checked(pages: Iterable[Page], check: Callable[[], None]) -> Iterator[Page]:
    """Yield the pages, with a check before each is asked for."""
    check()
    for page in pages:
        yield page
        check()


def _place_all(pages: Iterable[Page], ledger: Ledger, settings: Settings) -> tuple[int, ScanStatistics]:
    """Normalize and place every item; return DynamoDB's own count of them and what the scan took."""
    scanned, page_count, capacity_units = 0, 0, 0.0
    for page in pages:
        for item in page.items:
            ledger.place(normalize(item, settings.exclusion_rules))
        scanned += page.scanned
        page_count += 1
        capacity_units += page.capacity_units
    return scanned, ScanStatistics(settings.scan_segments, page_count, capacity_units)
