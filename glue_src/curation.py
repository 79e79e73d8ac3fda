"""Curating days: which need it, and how one goes from a clean run to published, registered partitions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from glue_src import logs
from glue_src.catalog import ROW_COUNT, SOURCE_RUN_ID
from glue_src.checks import checks_of
from glue_src.engine import Source
from glue_src.exceptions import NoCompleteRunError, OutOfTimeError, QuarantinedError
from glue_src.gained import GainedDatasets
from modules.contract.datasets import DATA_QUALITY, Dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from glue_src.catalog import Catalog, CatalogSnapshot
    from glue_src.checks import Check
    from glue_src.clean_zone import CleanZone
    from glue_src.curated_zone import CuratedZone
    from glue_src.engine import TransformEngine
    from glue_src.storage import StoredObject
    from modules.contract.runs import RunSummary
    from modules.contract.source import SourceContract


@dataclass(frozen=True)
class Outcome:
    """The days that were curated, oldest first, and the days that could not be, with their errors."""

    curated: list[date] = field(default_factory=list)
    failures: dict[date, Exception] = field(default_factory=dict)


@dataclass(frozen=True)
class StagedRun:
    """A run's datasets, prepared and checked."""

    summary: RunSummary
    files: dict[Dataset, StoredObject]
    checks: tuple[Check, ...]

    @property
    def failed(self) -> list[Check]:
        """The checks that the run did not pass."""
        return [check for check in self.checks if not check.passed]


@dataclass(frozen=True)
class Curation:
    """Curates days of the clean zone into the curated zone and the catalog."""

    engine: TransformEngine
    contract: SourceContract
    clean_zone: CleanZone
    curated_zone: CuratedZone
    catalog: Catalog
    most_rejected_share: float

    def run(self, check_time: Callable[[], None]) -> Outcome:
        """Curate every day that needs it, oldest first.

        A failed day stops no other, unless ``check_time`` says that time is up. One that fails a check leaves what
        readers see of it as it was; one that is cut short while it is published is done again by the next run.
        """
        snapshot = self.catalog.snapshot()
        gained = GainedDatasets(self.engine, self.contract, self.clean_zone, self.curated_zone, self.catalog)
        # After a crash, what one pass fills may be what another dataset's days have waited for.
        while gained.fill(snapshot):
            snapshot = self.catalog.snapshot()
        runs = self.clean_zone.runs_by_day()
        outcome = Outcome()
        for day, run_ids in runs.items():
            try:
                if self._curate_if_needed(day, run_ids, snapshot, check_time):
                    outcome.curated.append(day)
            except Exception as error:  # noqa: BLE001 - whatever it is, the run raises it once all days had their turn
                logs.failure("day failed", error, day=day)
                outcome.failures[day] = error
                if isinstance(error, OutOfTimeError):
                    break
        if not outcome.curated and not outcome.failures:
            logs.info("nothing to curate", days=len(runs))
        return outcome

    def _curate_if_needed(
        self, day: date, run_ids: Sequence[str], snapshot: CatalogSnapshot, check_time: Callable[[], None]
    ) -> bool:
        summary = self._pending_run(day, run_ids, snapshot)
        if summary is None:
            return False
        check_time()
        with logs.timed("day curated", day=day, run_id=summary.run_id):
            self._curate(summary)
        return True

    def _pending_run(self, day: date, run_ids: Sequence[str], snapshot: CatalogSnapshot) -> RunSummary | None:
        """Return the run that a day is to be curated from, or None where nothing is to be done.

        Raises:
            NoCompleteRunError: the day has never been curated and has no complete run.
        """
        curated_from = snapshot.source_run(day)
        candidates = [run_id for run_id in run_ids if curated_from is None or run_id > curated_from]
        if not candidates or (curated_from is None and self._has_expired(day, run_ids[0])):
            return None
        allowed = self.curated_zone.without_quarantined(day, candidates)
        if len(allowed) < len(candidates):
            logs.warning("quarantined runs passed over", day=day, run_ids=sorted({*candidates} - {*allowed}))
        if not allowed:
            return None
        try:
            return self.clean_zone.newest_complete_run(day, allowed)
        except NoCompleteRunError:
            if curated_from is None:
                raise
            return None  # the run that the day was curated from is still its newest complete one

    def _has_expired(self, day: date, newest_run_id: str) -> bool:
        """Return whether a day without partitions is one that has had its time, not one that is new.

        Clean files may be kept for longer than curated ones; without this they would bring the day back every night.
        A curated file that is still there means that only its partition was lost.
        """
        if not self.clean_zone.is_superseded(day, newest_run_id):
            return False
        bucket = self.curated_zone.bucket
        return any(bucket.find(key) is None for key in self.curated_zone.files_of_day(day))

    def _curate(self, summary: RunSummary) -> None:
        """Stage a run, check it, publish and register it or quarantine it; staging is gone afterwards in any case.

        Raises:
            QuarantinedError: the run failed a check.
            ForeignHeaderError, MalformedDataError, StagedFilesError: it could not be staged.
        """
        try:
            staged = self._stage(summary)
            self._publish_checks(staged)
            if staged.failed:
                self._quarantine(staged)
            for dataset in self.contract.datasets:
                self._publish(staged, dataset)
            for dataset in self.contract.datasets:
                self._register(staged, dataset)
        finally:
            self.curated_zone.discard_staging(summary.run_id)

    def _stage(self, summary: RunSummary) -> StagedRun:
        """Let the engine write a run's Parquet out of every table's sight, and check what it found."""
        sources = [self._source(summary, dataset) for dataset in self.contract.datasets]
        begun = self.engine.transform(sources, self.contract.relations)
        with logs.timed("run staged", **_labels(summary)), begun as transform:
            facts = transform.stage()
            relations = transform.relate()
        files = {dataset: self.curated_zone.staged_file(dataset, summary.run_id) for dataset in self.contract.datasets}
        for dataset, file in files.items():
            logs.info("dataset staged", **_labels(summary, dataset), rows=facts[dataset.name].rows, bytes=file.bytes)
        checks = checks_of(self.contract, summary, facts, relations, self.most_rejected_share)
        return StagedRun(summary, files, checks)

    def _source(self, summary: RunSummary, dataset: Dataset) -> Source:
        written = summary.object_of(dataset.name)
        return Source(
            dataset,
            key=written.key,
            bytes=written.bytes,
            columns=self.clean_zone.columns(dataset, written),
            target=self.curated_zone.staging(dataset, summary.run_id),
        )

    def _publish_checks(self, staged: StagedRun) -> None:
        """Tell what the checks found before anything else is to be seen of the run, whatever they found."""
        summary, now = staged.summary, datetime.now(timezone.utc)
        rows = sorted(check.row(summary.run_id, now) for check in staged.checks)
        self.engine.write(DATA_QUALITY, rows, self.curated_zone.staging(DATA_QUALITY, summary.run_id))
        file = self.curated_zone.staged_file(DATA_QUALITY, summary.run_id)
        self.curated_zone.publish_checks(summary.dt, summary.run_id, file)
        location = self.curated_zone.location(DATA_QUALITY, summary.dt)
        self.catalog.register(DATA_QUALITY, summary.dt, location, {SOURCE_RUN_ID: summary.run_id})
        logs.info("checks published", **_labels(summary), checks=len(rows), failed=len(staged.failed))

    def _quarantine(self, staged: StagedRun) -> None:
        summary = staged.summary
        prefix = self.curated_zone.quarantine(summary.dt, summary.run_id, staged.files)
        address = self.curated_zone.bucket.uri(prefix)
        raise QuarantinedError(summary.dt, summary.run_id, address, [str(check) for check in staged.failed])

    def _publish(self, staged: StagedRun, dataset: Dataset) -> None:
        summary, file = staged.summary, staged.files[dataset]
        with logs.timed("dataset published", **_labels(summary, dataset), bytes=file.bytes):
            self.curated_zone.publish(dataset, summary.dt, file)

    def _register(self, staged: StagedRun, dataset: Dataset) -> None:
        summary = staged.summary
        location, rows = self.curated_zone.location(dataset, summary.dt), summary.rows_of(dataset.name)
        with logs.timed("partition registered", **_labels(summary, dataset), rows=rows):
            parameters = {SOURCE_RUN_ID: summary.run_id, ROW_COUNT: str(rows)}
            self.catalog.register(dataset, summary.dt, location, parameters)


def _labels(summary: RunSummary, dataset: Dataset | None = None) -> dict[str, object]:
    labels: dict[str, object] = {"day": summary.dt, "run_id": summary.run_id}
    return labels if dataset is None else {**labels, "dataset": dataset.name}
