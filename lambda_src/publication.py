"""One run, one commit: a run's objects in S3, invisible until all of them are complete.

Each dataset is a multipart upload, which S3 shows to nobody before it is completed. S3 completes one upload at a time,
so the order makes the set whole for readers: ``conversations`` comes last, after the run's summary, and a run counts
as published only once its ``conversations`` object is there. If anything fails, open uploads are aborted and what is
already visible is deleted, the last made first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from contract import layout
from contract.runs import RunSummary
from lambda_src.s3_objects import MultipartObject, SmallObject, UploadedPart
from lambda_src.settings import Settings
from lambda_src.uploads import Uploads

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CSV: Final = "text/csv; charset=utf-8"
_JSON: Final = "application/json"

#: A child of the handler's logger, whose format and keys it takes over.
_logger = logging.getLogger("normalize.publication")


Parts = Mapping[str, Sequence[UploadedPart]]
"""The parts of each dataset's file, in the file's order, by the dataset's name."""


class Publication:
    """The objects of one run in one bucket. A dry run makes none."""

    def __init__(self, client: S3Client, settings: Settings, day: date, run_id: str, *, dry_run: bool = False) -> None:
        """Name the run's objects; nothing is sent before :meth:`begin`."""
        bucket, clean_prefix = settings.bucket, settings.clean_prefix
        self._client = client
        self._dry_run = dry_run
        self._summary = SmallObject(client, bucket, layout.run_summary_key(clean_prefix, day, run_id))
        self._objects = {
            dataset.name: MultipartObject(client, bucket, layout.clean_key(clean_prefix, dataset, day, run_id))
            for dataset in settings.contract.datasets
        }
        self._uploads = Uploads(None)

    def begin(self) -> Uploads:
        """Open an upload for each dataset; a missing bucket or permission shows before the table is scanned.

        Raises:
            DestinationError: S3 does not answer, or refuses.
        """
        if not self._dry_run:
            self._uploads = Uploads({name: made.begin(_CSV) for name, made in self._objects.items()})
        return self._uploads

    def upload(self, dataset: str, number: int, body: bytes) -> UploadedPart:
        """Take a part that the caller itself made, once it has begun, and return its receipt."""
        return self._uploads.by(self._client)(dataset, number, body)

    def commit(self, summary: RunSummary, parts: Parts) -> None:
        """Complete the uploads in the contract's order, the summary put just before the last.

        Raises:
            DestinationError: S3 does not answer, or refuses; the caller must :meth:`withdraw`.
        """
        if self._dry_run:
            return
        *first, last = self._objects
        for name in first:
            self._objects[name].complete(parts[name])
        self._summary.put(summary.to_json(), _JSON)
        self._objects[last].complete(parts[last])

    def withdraw(self, cause: BaseException) -> None:
        """Abort and delete whatever the run has made, the last made first; failures become notes on ``cause``."""
        *first, last = self._objects.values()
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
