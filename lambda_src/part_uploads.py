"""Uploads a share's parts beside its work."""

from __future__ import annotations

from collections import defaultdict, deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from lambda_src.exceptions import DestinationError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from lambda_src.s3_objects import UploadedPart
    from lambda_src.uploads import PartSink

#: Parts that travel at once: S3 takes one in less time than the next is made, and each is held in memory meanwhile.
_IN_FLIGHT: Final = 1


class PartUploads:
    """The parts of one share, each dataset's numbered in its order. To be used as a context manager."""

    def __init__(self, sink: PartSink, numbers: range) -> None:
        """Take the sink, and the part numbers that this share may use in each dataset's upload."""
        self._sink = sink
        self._numbers = numbers
        self._used: defaultdict[str, int] = defaultdict(int)
        self._threads = ThreadPoolExecutor(_IN_FLIGHT, thread_name_prefix="upload")
        self._in_flight: deque[Future[tuple[str, UploadedPart]]] = deque()
        self._uploaded: defaultdict[str, list[UploadedPart]] = defaultdict(list)

    def __enter__(self) -> Self:
        """Start with nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave no upload running: what travels is waited for."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def upload(self, dataset: str, body: bytes) -> None:
        """Upload a dataset's next part; wait while an earlier one travels.

        Raises:
            DestinationError: S3 refuses this part or an earlier one, or the share has used up its numbers.
        """
        number = self._next_number(dataset)
        while len(self._in_flight) >= _IN_FLIGHT:
            self._settle_first()
        self._in_flight.append(self._threads.submit(self._upload_one, dataset, number, body))

    def finish(self) -> dict[str, tuple[UploadedPart, ...]]:
        """Wait for all parts and return them by dataset, each in the order of its file.

        Raises:
            DestinationError: S3 refuses one of them.
        """
        while self._in_flight:
            self._settle_first()
        return {dataset: tuple(parts) for dataset, parts in self._uploaded.items()}

    def _upload_one(self, dataset: str, number: int, body: bytes) -> tuple[str, UploadedPart]:
        return dataset, self._sink.upload(dataset, number, body)

    def _settle_first(self) -> None:
        dataset, part = self._in_flight.popleft().result()
        self._uploaded[dataset].append(part)

    def _next_number(self, dataset: str) -> int:
        used = self._used[dataset]
        if used == len(self._numbers):
            message = (
                f"a share of {dataset} has used up its {used} part numbers: the table is far larger than DynamoDB's "
                "estimate of it. Run again in some hours, when the estimate has followed, or raise scan_segments."
            )
            raise DestinationError(message)
        self._used[dataset] = used + 1
        return self._numbers[used]
