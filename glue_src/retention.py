"""Retention: which objects the bucket's lifecycle rules may expire, and what the catalog shows once they have.

S3 lifecycle rules cannot know which day is the newest, so they expire tagged objects only, and this module tags a day
once a newer one has been curated. A day that could not be curated is never tagged: its clean data stays until it can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glue_src import logs
from modules.contract.datasets import DATA_QUALITY
from modules.contract.layout import SUPERSEDED_TAG_KEY, SUPERSEDED_TAG_VALUE

if TYPE_CHECKING:
    from datetime import date

    from glue_src.catalog import Catalog, CatalogSnapshot
    from glue_src.clean_zone import CleanZone
    from glue_src.curated_zone import CuratedZone
    from modules.contract.source import SourceContract


@dataclass(frozen=True)
class Retention:
    """Releases superseded days to expire, and forgets expired ones."""

    contract: SourceContract
    clean_zone: CleanZone
    curated_zone: CuratedZone
    catalog: Catalog

    def apply(self) -> None:
        """Release and forget whatever is older than the newest curated day; that day and newer ones are not touched.

        Of the newest day, only the runs before the one that it was curated from are released.
        """
        snapshot = self.catalog.snapshot()
        curated = snapshot.curated_days()
        if not curated:
            return
        newest = max(curated)
        published = self.curated_zone.published_keys()
        expired = {day for day in snapshot.days() if day < newest and not self._is_whole(day, published)}
        for day in sorted(expired):
            self._forget(day, snapshot)
        self._release_runs(newest, before=curated[newest])
        for day in curated:
            if day < newest and day not in expired and not snapshot.is_superseded(day):
                self._release_day(day, curated[day])
        for day, released in snapshot.checked_days().items():
            if day < newest:
                self._release_or_forget_checks(day, released=released)

    def _is_whole(self, day: date, published: frozenset[str]) -> bool:
        return published.issuperset(self.curated_zone.files_of_day(day))

    def _forget(self, day: date, snapshot: CatalogSnapshot) -> None:
        """Remove a day from all tables even if only one file is gone: readers see a whole day or none of it."""
        # The last first: what is left after a crash is no day that only lacks what the contract gained.
        for dataset in reversed(self.contract.datasets):
            if day in snapshot.partitions[dataset.name]:
                self.catalog.remove(dataset, day)
        logs.info("partitions of expired day removed", day=day)

    def _release_day(self, day: date, source_run_id: str) -> None:
        """Tag a day's objects, then mark its partitions; after a crash between the two the tags are set once more."""
        objects = self._release_runs(day, before=source_run_id, inclusive=True)
        for key in self.curated_zone.files_of_day(day):
            self._tag(key)
        for dataset in self.contract.datasets:
            self.catalog.mark_superseded(dataset, day)
        logs.info("superseded day released to expire", day=day, run_id=source_run_id, clean_objects=objects)

    def _release_or_forget_checks(self, day: date, *, released: bool) -> None:
        """Do the same for what is told of a day's checks, whether the day itself was published or not."""
        if not released:
            for key in self.curated_zone.check_files(day):
                self._tag(key)
            self.catalog.mark_superseded(DATA_QUALITY, day)
        elif not self.curated_zone.check_files(day):
            self.catalog.remove(DATA_QUALITY, day)

    def _release_runs(self, day: date, *, before: str, inclusive: bool = False) -> int:
        """Tag the clean objects of a day's runs older than ``before``; return how many these are.

        A newer run is left alone: it may be publishing its objects at this moment, to be curated next.
        """
        keys = [
            key
            for run_id, key in self.clean_zone.objects_of_day(day)
            if run_id < before or (inclusive and run_id == before)
        ]
        for key in keys:
            self._tag(key)
        return len(keys)

    def _tag(self, key: str) -> None:
        self.clean_zone.bucket.add_tag(key, SUPERSEDED_TAG_KEY, SUPERSEDED_TAG_VALUE)
