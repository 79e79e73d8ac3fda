"""The curated zone: a day is prepared out of sight, published file by file, and cleaned up after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glue_src.exceptions import StagedFilesError
from modules.contract.datasets import DATASETS, Dataset
from modules.contract.layout import (
    CURATED_SUFFIX,
    curated_key,
    partition_prefix,
    staging_prefix,
    staging_root,
    table_prefix,
)

if TYPE_CHECKING:
    from datetime import date

    from glue_src.storage import Bucket, StoredObject


@dataclass(frozen=True)
class CuratedZone:
    """The tables under a prefix, and the folder in which their next day is prepared."""

    bucket: Bucket
    prefix: str

    def staging_uri(self, dataset: Dataset, run_id: str) -> str:
        """Return the address of the folder into which Spark writes a dataset."""
        return self.bucket.uri(staging_prefix(self.prefix, dataset, run_id))

    def staged_file(self, dataset: Dataset, run_id: str) -> StoredObject:
        """Return the one Parquet file that Spark left for a dataset.

        Raises:
            StagedFilesError: there are more, or none.
        """
        prefix = staging_prefix(self.prefix, dataset, run_id)
        files = [stored for stored in self.bucket.list(prefix) if stored.key.endswith(CURATED_SUFFIX)]
        if len(files) != 1:
            raise StagedFilesError(prefix, [stored.key for stored in files])
        return files[0]

    def publish(self, dataset: Dataset, day: date, staged: StoredObject) -> None:
        """Make a staged file the day's only one.

        The copy replaces the day's file at once. Whatever else lies in the folder goes afterwards: never before,
        or a reader would find the day empty.
        """
        key = curated_key(self.prefix, dataset, day)
        self.bucket.copy(staged.key, key)
        folder = self.bucket.list(partition_prefix(self.prefix, dataset, day))
        self.bucket.delete([stored.key for stored in folder if stored.key != key])

    def discard_staging(self, run_id: str) -> None:
        """Delete all that was prepared for a run, with the ``$folder$`` markers that EMRFS leaves beside it."""
        prefix = f"{staging_root(self.prefix)}{run_id}"
        self.bucket.delete([stored.key for stored in self.bucket.list(prefix)])

    def location(self, dataset: Dataset, day: date) -> str:
        """Return the address of a day's folder, as the catalog stores it."""
        return self.bucket.uri(partition_prefix(self.prefix, dataset, day))

    def files_of_day(self, day: date) -> tuple[str, ...]:
        """Return the keys that a whole day has, one per table; whether they exist is another question."""
        return tuple(curated_key(self.prefix, dataset, day) for dataset in DATASETS)

    def published_keys(self) -> frozenset[str]:
        """Return the keys of all objects of all tables."""
        return frozenset(
            stored.key for dataset in DATASETS for stored in self.bucket.list(table_prefix(self.prefix, dataset))
        )
