"""The curated zone: a day is prepared out of sight, published file by file or quarantined, and cleaned up after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glue_src.exceptions import StagedFilesError
from modules.contract.datasets import DATA_QUALITY, Dataset
from modules.contract.layout import (
    CURATED_SUFFIX,
    curated_key,
    data_quality_key,
    partition_prefix,
    quarantine_day_prefix,
    quarantine_key,
    staging_prefix,
    staging_root,
    table_prefix,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from glue_src.storage import Bucket, StoredObject
    from modules.contract.source import SourceContract


@dataclass(frozen=True)
class CuratedZone:
    """The tables of a contract under a prefix, the folder in which their next day is prepared, and the quarantine."""

    bucket: Bucket
    prefix: str
    contract: SourceContract

    # a day on its way

    def staging(self, dataset: Dataset, run_id: str) -> str:
        """Return the key prefix below which an engine writes a dataset."""
        return staging_prefix(self.prefix, dataset, run_id)

    def staged_file(self, dataset: Dataset, run_id: str) -> StoredObject:
        """Return the one Parquet file that an engine left for a dataset.

        Raises:
            StagedFilesError: there are more, or none.
        """
        prefix = self.staging(dataset, run_id)
        files = [stored for stored in self.bucket.list(prefix) if stored.key.endswith(CURATED_SUFFIX)]
        if len(files) != 1:
            raise StagedFilesError(prefix, [stored.key for stored in files])
        return files[0]

    def discard_staging(self, run_id: str) -> None:
        """Delete all that was prepared for a run, with the ``$folder$`` markers that EMRFS leaves beside it."""
        prefix = f"{staging_root(self.prefix)}{run_id}"
        self.bucket.delete([stored.key for stored in self.bucket.list(prefix)])

    # a day in sight

    def publish(self, dataset: Dataset, day: date, staged: StoredObject) -> None:
        """Make a staged file the day's only one.

        The copy replaces the day's file at once. Whatever else lies in the folder goes afterwards: never before,
        or a reader would find the day empty.
        """
        key = curated_key(self.prefix, dataset, day)
        self.bucket.copy(staged.key, key)
        folder = self.bucket.list(partition_prefix(self.prefix, dataset, day))
        self.bucket.delete([stored.key for stored in folder if stored.key != key])

    def publish_checks(self, day: date, run_id: str, staged: StoredObject) -> None:
        """Put what the checks of a run found beside that of the day's other runs."""
        self.bucket.copy(staged.key, data_quality_key(self.prefix, day, run_id))

    def location(self, dataset: Dataset, day: date) -> str:
        """Return the address of a day's folder, as the catalog stores it."""
        return self.bucket.uri(partition_prefix(self.prefix, dataset, day))

    def files_of_day(self, day: date) -> tuple[str, ...]:
        """Return the keys that a whole day has, one per dataset; whether they exist is another question."""
        return tuple(curated_key(self.prefix, dataset, day) for dataset in self.contract.datasets)

    def check_files(self, day: date) -> list[str]:
        """Return the keys of what was found in the checks of a day's runs."""
        return [stored.key for stored in self.bucket.list(partition_prefix(self.prefix, DATA_QUALITY, day))]

    def published_keys(self) -> frozenset[str]:
        """Return the keys of all objects of all datasets."""
        return frozenset(
            stored.key
            for dataset in self.contract.datasets
            for stored in self.bucket.list(table_prefix(self.prefix, dataset))
        )

    # the quarantine

    def quarantine(self, day: date, run_id: str, staged: Mapping[Dataset, StoredObject]) -> str:
        """Keep a run's staged files where no table looks, and return the prefix that they are under.

        The contract's last dataset comes last here too: its file says that the others are there.
        """
        for dataset in self.contract.datasets:
            self.bucket.copy(staged[dataset].key, quarantine_key(self.prefix, dataset, day, run_id))
        return f"{quarantine_day_prefix(self.prefix, day)}{run_id}/"

    def without_quarantined(self, day: date, run_ids: Iterable[str]) -> tuple[str, ...]:
        """Return those runs of a day that are not in quarantine, in their order."""
        keys = {stored.key for stored in self.bucket.list(quarantine_day_prefix(self.prefix, day))}
        last = self.contract.last_dataset
        return tuple(run_id for run_id in run_ids if quarantine_key(self.prefix, last, day, run_id) not in keys)
