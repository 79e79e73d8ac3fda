"""Datasets that the contract has gained: days of before have them too, without rows.

Readers, checks and retention take a day for whole when all tables have it from the same run. Without this, the days of
before would be whole no more: curated anew from runs that know nothing of the dataset, and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glue_src import logs
from glue_src.catalog import ROW_COUNT, SOURCE_RUN_ID
from modules.contract.layout import clean_key, curated_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from glue_src.catalog import Catalog, CatalogSnapshot
    from glue_src.clean_zone import CleanZone
    from glue_src.curated_zone import CuratedZone
    from glue_src.engine import TransformEngine
    from modules.contract.datasets import Dataset
    from modules.contract.source import SourceContract


@dataclass(frozen=True)
class GainedDatasets:
    """Gives each dataset, other than the last, the days that the others have from before its first one."""

    engine: TransformEngine
    contract: SourceContract
    clean_zone: CleanZone
    curated_zone: CuratedZone
    catalog: Catalog

    def fill(self, snapshot: CatalogSnapshot) -> int:
        """Publish and register what is missing, and return how many partitions that were; newest first.

        After a crash the next run goes on with what is left, for all of that is older.
        """
        missing = {dataset: dict(self._days_before(dataset, snapshot)) for dataset in self.contract.datasets[:-1]}
        for dataset, days in missing.items():
            if days:
                self._fill(dataset, days)
        return sum(map(len, missing.values()))

    def _days_before(self, dataset: Dataset, snapshot: CatalogSnapshot) -> Iterator[tuple[date, str]]:
        """Yield the days that were curated before there was the dataset, newest first, with the run of each."""
        first = min(snapshot.partitions[dataset.name], default=None)
        others = [other for other in self.contract.datasets if snapshot.partitions[other.name] and other != dataset]
        for day in sorted(snapshot.days(), reverse=True):
            if first is not None and day >= first:
                continue
            run_id = snapshot.source_run(day, others)
            if run_id is not None and not self._is_somewhere(dataset, day, run_id):
                yield day, run_id

    def _is_somewhere(self, dataset: Dataset, day: date, run_id: str) -> bool:
        """Return whether the day has rows of the dataset all the same: then it is curated anew, not filled.

        Only its partition was lost, or ETL-1 was deployed with the new contract before ETL-2 was.
        """
        bucket = self.curated_zone.bucket
        keys = (
            curated_key(self.curated_zone.prefix, dataset, day),
            clean_key(self.clean_zone.prefix, dataset, day, run_id),
        )
        return any(bucket.find(key) is not None for key in keys)

    def _fill(self, dataset: Dataset, days: dict[date, str]) -> None:
        newest_run = next(iter(days.values()))
        try:
            self.engine.write(dataset, [], self.curated_zone.staging(dataset, newest_run))
            empty = self.curated_zone.staged_file(dataset, newest_run)
            for day, run_id in days.items():
                self.curated_zone.publish(dataset, day, empty)
                location = self.curated_zone.location(dataset, day)
                self.catalog.register(dataset, day, location, {SOURCE_RUN_ID: run_id, ROW_COUNT: "0"})
        finally:
            self.curated_zone.discard_staging(newest_run)
        logs.info("dataset gained", dataset=dataset.name, days=len(days), newest=max(days), oldest=min(days))
