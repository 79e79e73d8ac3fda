"""Data files on their way to S3, where nobody sees them before a commit; those of no commit are deleted again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from glue_src.arrow.s3_files import S3Files
from glue_src.exceptions import TableMovedError, UndeletedError

_AT_ONCE: Final = 8


class Uploads:
    """Uploads side by side, until the context is left."""

    def __init__(self, files: S3Files) -> None:
        self._files = files
        self._threads = ThreadPoolExecutor(_AT_ONCE)
        self._futures: list[Future[None]] = []
        self._locations: dict[str, list[str]] = {}
        # Tables whose files a snapshot may name.
        self._committed: set[str] = set()

    def start(self, table: str, path: Path, location: str) -> None:
        """Begin to upload a table's file."""
        self._locations.setdefault(table, []).append(location)
        self._futures.append(self._threads.submit(self._files.upload, path, location))

    def wait(self) -> None:
        """Return when all are there; the first error is raised."""
        for future in self._futures:
            future.result()

    @contextmanager
    def committing(self, table: str) -> Iterator[None]:
        """Keep a table's files, unless the commit within is known to be refused.

        What becomes of a commit whose answer never came nobody knows: files without a snapshot go with the next
        cleaning of such files, a snapshot without its files would be lost.
        """
        self._committed.add(table)
        try:
            yield
        except TableMovedError:
            self._committed.discard(table)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        unseen = [
            location
            for table, locations in self._locations.items()
            if table not in self._committed
            for location in locations
        ]
        # An error that is on its way says more than that it left files behind, which the next cleaning removes.
        with suppress(*([BotoCoreError, ClientError, UndeletedError] if error else [])):
            self._files.delete_all(unseen)
