"""Curating days: which need it, and how one goes from a clean run to published, registered partitions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glue_src import logs, transform
from glue_src.exceptions import NoCompleteRunError, RowCountError
from modules.contract.datasets import DATASETS, Dataset

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pyspark.sql import SparkSession

    from glue_src.catalog import Catalog, CatalogSnapshot
    from glue_src.clean_zone import CleanZone
    from glue_src.curated_zone import CuratedZone
    from glue_src.storage import StoredObject
    from modules.contract.runs import RunSummary


@dataclass(frozen=True)
class StagedDataset:
    """A dataset of one run, prepared and counted."""

    dataset: Dataset
    file: StoredObject
    rows: int


@dataclass(frozen=True)
class Curation:
    """Curates days of the clean zone into the curated zone and the catalog."""

    spark: SparkSession
    clean_zone: CleanZone
    curated_zone: CuratedZone
    catalog: Catalog

    def run(self) -> dict[date, Exception]:
        """Curate every day that needs it, oldest first; return the days that failed with their errors.

        A failed day stops no other. One that fails a check leaves what readers see of it as it was; one that is cut
        short while it is published is done again by the next run.
        """
        snapshot = self.catalog.snapshot()
        runs = self.clean_zone.runs_by_day()
        failures: dict[date, Exception] = {}
        curated = [day for day, run_ids in runs.items() if self._attempt(day, run_ids, snapshot, failures)]
        if not curated and not failures:
            logs.info("nothing to curate", days=len(runs))
        return failures

    def _attempt(
        self, day: date, run_ids: Sequence[str], snapshot: CatalogSnapshot, failures: dict[date, Exception]
    ) -> bool:
        """Curate a day if it needs it and return whether it did; add to ``failures`` if it could not be."""
        try:
            summary = self._pending_run(day, run_ids, snapshot)
            if summary is None:
                return False
            self._curate(summary)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job raises it once all days have had their turn
            logs.failure("day failed", error, day=day)
            failures[day] = error
            return False
        return True

    def _pending_run(self, day: date, run_ids: Sequence[str], snapshot: CatalogSnapshot) -> RunSummary | None:
        """Return the run that a day is to be curated from, or None where nothing is to be done.

        Raises:
            NoCompleteRunError: the day has never been curated and has no complete run.
        """
        curated_from = snapshot.source_run(day)
        if curated_from is None:
            return None if self._has_expired(day, run_ids[0]) else self.clean_zone.newest_complete_run(day, run_ids)
        newer = [run_id for run_id in run_ids if run_id > curated_from]
        try:
            return self.clean_zone.newest_complete_run(day, newer)
        except NoCompleteRunError:
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
        """Stage all datasets of a run, then publish and register them; staging is gone afterwards in any case."""
        with logs.timed("day curated", day=summary.dt, run_id=summary.run_id):
            try:
                staged = self._stage_all(summary)
                for prepared in staged:
                    self._publish(summary, prepared)
                for prepared in staged:
                    self._register(summary, prepared)
            finally:
                self.curated_zone.discard_staging(summary.run_id)

    def _stage_all(self, summary: RunSummary) -> list[StagedDataset]:
        """Stage all datasets side by side: each ends in one task, which leaves the rest of the cluster idle."""
        with ThreadPoolExecutor(len(DATASETS)) as threads:
            return list(threads.map(lambda dataset: self._stage(summary, dataset), DATASETS))

    def _stage(self, summary: RunSummary, dataset: Dataset) -> StagedDataset:
        """Write a dataset's Parquet out of every table's sight and check it against the run's summary.

        Raises:
            RowCountError: the rows are not as many as the summary says.
            NullsError, StagedFilesError: the file is not what the contract asks for.
        """
        source = self.clean_zone.uri(dataset, summary)
        target = self.curated_zone.staging_uri(dataset, summary.run_id)
        with logs.timed("dataset staged", **_labels(summary, dataset)) as fields:
            transform.write_parquet(transform.read_clean(self.spark, source, dataset), target, dataset)
            rows = transform.count_rows(self.spark, target, dataset)
            staged = self.curated_zone.staged_file(dataset, summary.run_id)
            fields.update(rows=rows, bytes=staged.bytes)
        if rows != summary.rows_of(dataset.name):
            raise RowCountError(dataset.name, staged=rows, promised=summary.rows_of(dataset.name))
        return StagedDataset(dataset, staged, rows)

    def _publish(self, summary: RunSummary, staged: StagedDataset) -> None:
        fields = {**_labels(summary, staged.dataset), "rows": staged.rows, "bytes": staged.file.bytes}
        with logs.timed("dataset published", **fields):
            self.curated_zone.publish(staged.dataset, summary.dt, staged.file)

    def _register(self, summary: RunSummary, staged: StagedDataset) -> None:
        location = self.curated_zone.location(staged.dataset, summary.dt)
        with logs.timed("partition registered", **_labels(summary, staged.dataset), rows=staged.rows):
            self.catalog.register(staged.dataset, summary.dt, location, summary.run_id, staged.rows)


def _labels(summary: RunSummary, dataset: Dataset) -> dict[str, object]:
    return {"day": summary.dt, "run_id": summary.run_id, "dataset": dataset.name}
