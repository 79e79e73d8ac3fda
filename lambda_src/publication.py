"""One run, one commit: a run's objects in S3, invisible until all of them are complete.

Each dataset is a multipart upload, which S3 shows to nobody before it is completed. S3 completes one upload at a time,
so the order makes the set whole for readers: ``conversations`` comes last, after the run's summary, and a run counts
as published only once its ``conversations`` object is there. If anything fails, open uploads are aborted and what is
already visible is deleted, the last made first.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol

from lambda_src.s3_objects import MultipartObject, SmallObject
from modules.contract import layout
from modules.contract.datasets import DATASETS, Dataset

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from mypy_boto3_s3 import S3Client

    from modules.contract.runs import RunSummary

_CSV: Final = "text/csv; charset=utf-8"
_JSON: Final = "application/json"

#: A child of the handler's logger, whose format and keys it takes over.
_logger = logging.getLogger("normalize.publication")


class Target(Protocol):
    """Where a run's files go: :class:`Publication`, or :class:`DryRun` in its place."""

    def begin(self) -> None:
        """Prepare to take parts of every dataset."""

    def upload_part(self, dataset: Dataset, part: bytes) -> None:
        """Take the next part of a dataset's file."""

    def commit(self, summary: RunSummary) -> None:
        """Make the run visible, as a whole."""

    def withdraw(self, cause: BaseException) -> None:
        """Leave nothing of the run; what cannot be removed becomes a note on ``cause``. Never raises an Exception."""


class DryRun:
    """Takes everything and keeps nothing."""

    def begin(self) -> None:
        """Prepare nothing."""

    def upload_part(self, dataset: Dataset, part: bytes) -> None:
        """Drop the part."""

    def commit(self, summary: RunSummary) -> None:
        """Publish nothing."""

    def withdraw(self, cause: BaseException) -> None:
        """Remove nothing, for nothing was made."""


class Publication:
    """The objects of one run in one bucket."""

    def __init__(self, client: S3Client, bucket: str, clean_prefix: str, day: date, run_id: str) -> None:
        """Name the run's objects; nothing is sent before :meth:`begin`."""
        self._summary = SmallObject(client, bucket, layout.run_summary_key(clean_prefix, day, run_id))
        self._uploads = {
            dataset.name: MultipartObject(client, bucket, layout.clean_key(clean_prefix, dataset, day, run_id))
            for dataset in DATASETS
        }

    def begin(self) -> None:
        """Open an upload for each dataset; a missing bucket or permission shows before the table is scanned.

        Raises:
            DestinationError: S3 does not answer, or refuses.
        """
        for upload in self._uploads.values():
            upload.begin(_CSV)

    def upload_part(self, dataset: Dataset, part: bytes) -> None:
        """Upload the next part of a dataset's file: 5 MiB or more, unless it is the last.

        Raises:
            DestinationError: S3 does not answer, or refuses.
        """
        self._uploads[dataset.name].upload_part(part)

    def commit(self, summary: RunSummary) -> None:
        """Complete the uploads in the contract's order, the summary put just before the last.

        Raises:
            DestinationError: S3 does not answer, or refuses; the caller must :meth:`withdraw`.
        """
        *first, last = self._uploads.values()
        for upload in first:
            upload.complete()
        self._summary.put(summary.to_json(), _JSON)
        last.complete()

    def withdraw(self, cause: BaseException) -> None:
        """Abort and delete whatever the run has made, the last made first; failures become notes on ``cause``."""
        *first, last = self._uploads.values()
        for made in (last, self._summary, *reversed(first)):
            for undo in made.undo_steps():
                _attempt(undo, cause)


def _attempt(undo: Callable[[], None], cause: BaseException) -> None:
    """Run one undo step. Its failure is logged and noted, and stops neither the other steps nor the run's own error."""
    try:
        undo()
    except Exception as error:
        _logger.warning("cleaning up failed", exc_info=error)
        cause.add_note(f"Cleaning up after this failure failed too: {error}")
