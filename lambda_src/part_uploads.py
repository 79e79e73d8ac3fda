"""Uploads a work unit's parts beside its work."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from lambda_src.exceptions import DestinationError
from lambda_src.s3_objects import UploadedPart
from lambda_src.uploads import Upload


class PartUploads:
    """The parts of one work unit, each dataset's numbered in its order. To be used as a context manager.

    One part travels at a time: S3 takes it in less time than the next is made, and memory holds no more of them.
    """

    def __init__(self, upload: Upload, numbers: range) -> None:
        """Take what uploads a part, and the part numbers that this work unit may use in each dataset's upload."""
        self._upload = upload
        self._numbers = numbers
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="upload")
        self._travelling: tuple[str, Future[UploadedPart]] | None = None
        self._uploaded: defaultdict[str, list[UploadedPart]] = defaultdict(list)

    def __enter__(self) -> Self:
        """Start with nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave no upload running: what travels is waited for."""
        self._thread.shutdown(wait=True)

    def upload(self, dataset: str, body: bytes) -> None:
        """Upload a dataset's next part; wait while an earlier one travels.

        Raises:
            DestinationError: S3 refuses this part or an earlier one, or the work unit has used up its numbers.
        """
        self._settle()
        number = self._next_number(dataset)
        self._travelling = dataset, self._thread.submit(self._upload, dataset, number, body)

    def finish(self) -> dict[str, tuple[UploadedPart, ...]]:
        """Wait for all parts and return them by dataset, each in the order of its file.

        Raises:
            DestinationError: S3 refuses one of them.
        """
        self._settle()
        return {dataset: tuple(parts) for dataset, parts in self._uploaded.items()}

    def _settle(self) -> None:
        if self._travelling is not None:
            (dataset, part), self._travelling = self._travelling, None
            self._uploaded[dataset].append(part.result())

    def _next_number(self, dataset: str) -> int:
        used = len(self._uploaded[dataset])
        if used == len(self._numbers):
            message = (
                f"a work unit of {dataset} has used up its {used} part numbers: the table is far larger than "
                "DynamoDB's estimate of it. Run again in some hours, when the estimate has followed."
            )
            raise DestinationError(message)
        return self._numbers[used]
