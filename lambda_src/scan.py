"""The source table, page by page, read by several threads at once.

Reads are eventually consistent: half the price, and a snapshot of a living table is no sharper with strong ones.

The AWS SDK finds the endpoint, signs and sends the requests, checks the answers and repeats what failed. Only its
parser is passed by (:func:`prepare`): it would take longer than everything else together.
"""

from __future__ import annotations

import threading
import time
from binascii import crc32
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import msgspec

from lambda_src.aws_errors import explained
from lambda_src.exceptions import SourceError
from lambda_src.page_queue import PageQueue, StoppedError
from lambda_src.read_capacity import ReadLimit
from lambda_src.scan_answer import ScanAnswer, UnreadableAnswerError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ScanInputTypeDef

#: Threads that read for one process; further segments wait for their turn. More would only wait for its normalizing.
MOST_READERS: Final = 8
#: How long the end of a scan waits for its threads. Those that the SDK holds longer (it pauses for up to 20 s before a
#: retry, and waits for an answer as long as its client says) ask for nothing more and end when it lets them go.
_JOIN_SECONDS: Final = 2.0
#: The member of an answer that holds its JSON, unparsed.
_BODY: Final = "Body"
#: The errors that botocore takes for throttling (botocore.retries.standard.ThrottledRetryableChecker).
_THROTTLING: Final = frozenset(
    (
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    )
)
_LESS_BUSY: Final = (
    "Raise the table's read capacity, lower extract.max_read_capacity_units, or run when the table is less busy."
)
_REMEDIES: Final = {
    "ResourceNotFoundException": "Create the table in this account and region, or correct dynamo_table_name.",
    "AccessDeniedException": (
        "Allow the run's role dynamodb:Scan on the table, and kms:Decrypt on its key if it has one."
    ),
    **dict.fromkeys(_THROTTLING, _LESS_BUSY),
}


class Page(NamedTuple):
    """One page of a scan.

    ``items`` are JSON texts in wire format, ``scanned`` is DynamoDB's own count of them, ``capacity_units`` what the
    page consumed. It took ``retried`` requests more than one; ``throttled`` requests were refused for their rate.
    """

    items: list[msgspec.Raw]
    scanned: int
    capacity_units: float
    throttled: int
    retried: int


def prepare(client: DynamoDBClient) -> None:
    """Make ``client`` one for :func:`read_pages`: its ``scan`` then returns no items, but the answer's JSON text."""
    events = client.meta.events
    events.register("before-parse.dynamodb.Scan", _keep_body)
    # After the handler by which adaptive retries hold a request back.
    events.register_last("before-send", _before_request)
    events.register("needs-retry.dynamodb.Scan", _after_request)


def read_pages(  # noqa: PLR0913, PLR0917 - what is read, how fast, and who may stop it
    client: DynamoDBClient,
    table: str,
    segments: Sequence[int],
    total_segments: int,
    limit: ReadLimit,
    while_waiting: Callable[[], None] = lambda: None,
) -> Generator[Page, None, None]:
    """Yield the pages of some of the segments that ``table`` is divided into, as they come.

    Threads read ahead: for each, a page waits and another is on its way. Closing the generator ends them.

    Args:
        client: one that :func:`prepare` made ready.
        table: its name.
        segments: which to read, counted from 0.
        total_segments: how many there are.
        limit: on the read capacity of all these segments together.
        while_waiting: called about once a second while no page comes (by ``limit`` or the SDK's retries, one can take
            minutes); what it raises ends the scan.

    Raises:
        SourceError: DynamoDB does not answer, or refuses, or its answer cannot be read.
    """
    count = min(len(segments), MOST_READERS)
    scan = _Scan(client, table, total_segments, limit, deque(segments), PageQueue(most=count, writers=count))
    readers: list[_Reader] = []
    try:
        for _ in range(count):
            reader = _Reader(scan)
            reader.start()
            readers.append(reader)
        yield from scan.pages.read(while_waiting)
    finally:
        scan.pages.close()
        limit.wake()
        end = time.monotonic() + _JOIN_SECONDS
        for reader in readers:
            reader.join(max(0.0, end - time.monotonic()))


class _Scan(NamedTuple):
    """What the threads of a scan share. Each takes a segment that none has taken, and the next when it is read."""

    client: DynamoDBClient
    table: str
    total_segments: int
    limit: ReadLimit
    untaken: deque[int]
    pages: PageQueue[Page]


class _Reader(threading.Thread):
    """Reads segments until none is left. A daemon: a request that nobody waits for must not hold the process."""

    def __init__(self, scan: _Scan) -> None:
        super().__init__(name="scan", daemon=True)
        self.scan = scan
        self.throttled = 0

    def run(self) -> None:
        pages = self.scan.pages
        try:
            for segment in self._segments():
                for page in self._read(segment):
                    pages.put(page)
        except StoppedError:
            return
        except BaseException as error:  # noqa: BLE001 - raised where the pages are read
            pages.fail(error)
        else:
            pages.end()

    def _segments(self) -> Iterator[int]:
        while True:
            try:
                yield self.scan.untaken.popleft()
            except IndexError:
                return

    def _read(self, segment: int) -> Iterator[Page]:
        """Yield a segment's pages."""
        request: ScanInputTypeDef = {
            "TableName": self.scan.table,
            "ReturnConsumedCapacity": "TOTAL",
            "Segment": segment,
            "TotalSegments": self.scan.total_segments,
        }
        while True:
            page, next_key = self._ask(request)
            yield page
            if not next_key:
                return
            request["ExclusiveStartKey"] = next_key

    def _ask(self, request: ScanInputTypeDef) -> tuple[Page, Mapping[str, Any]]:
        """Return the page that a request asks for, and the key from which the next one starts."""
        self.scan.limit.acquire(self.scan.pages.is_closed)
        self.scan.pages.check()
        self.throttled = 0
        with explained(SourceError, f"scanning table {self.scan.table!r}", _REMEDIES):
            response = cast("Mapping[str, Any]", self.scan.client.scan(**request))
        if _BODY not in response:
            message = (
                "the SDK has parsed a page itself: prepare its client (lambda_src.scan.prepare), or install the "
                "version in lambda_src/requirements.txt, for older ones have no event before-parse."
            )
            raise SourceError(message)
        try:
            answer = ScanAnswer.of(_intact_body(response))
        except UnreadableAnswerError as error:
            message = (
                f"scanning table {self.scan.table!r} failed: the answer for segment {request['Segment']} of "
                f"{request['TotalSegments']} {error}. Nothing of the run stays published: run again, and if it comes "
                "again, find out what changes answers between DynamoDB and this program."
            )
            raise SourceError(message) from error
        self.scan.limit.settle(answer.capacity_units)
        retried = response["ResponseMetadata"]["RetryAttempts"]
        page = Page(answer.items, answer.scanned, answer.capacity_units, self.throttled, retried)
        return page, answer.next_key


def _intact_body(response: Mapping[str, Any]) -> bytes:
    """Return an answer's JSON text.

    The SDK asks again when a text does not match its checksum, but takes what has come when it may not ask again.

    Raises:
        UnreadableAnswerError: that has happened.
    """
    body: bytes = response[_BODY]
    metadata = response["ResponseMetadata"]
    checksum = metadata["HTTPHeaders"].get("x-amz-crc32")
    is_unchecked = "MaxAttemptsReached" in metadata or "RetryQuotaReached" in metadata
    if is_unchecked and checksum is not None and crc32(body) != int(checksum):
        message = f"does not match its checksum {checksum}"
        raise UnreadableAnswerError(message)
    return body


def _keep_body(
    response_dict: MutableMapping[str, Any], customized_response_dict: MutableMapping[str, Any], **_: object
) -> None:
    """Keep a good answer's body and give the SDK's parser an empty one. Errors are left to it."""
    if response_dict["status_code"] == 200:  # noqa: PLR2004 - HTTP's OK
        customized_response_dict[_BODY] = response_dict["body"]
        response_dict["body"] = b"{}"


def _before_request(**_: object) -> None:
    """Keep a thread from another attempt after the end of its scan."""
    reader = threading.current_thread()
    if isinstance(reader, _Reader):
        reader.scan.pages.check()


def _after_request(response: tuple[object, Mapping[str, Any]] | None, **_: object) -> None:
    """Count a refusal, and keep a thread from the pause that comes before the next attempt."""
    reader = threading.current_thread()
    if isinstance(reader, _Reader):
        if response is not None and response[1].get("Error", {}).get("Code") in _THROTTLING:
            reader.throttled += 1
        reader.scan.pages.check()
