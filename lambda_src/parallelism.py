"""How many processes and scan segments a run is made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contract.units import MIB
from lambda_src.aws_errors import explained
from lambda_src.exceptions import SourceError
from lambda_src.scan import MOST_READERS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

#: What comes with one processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
_PROCESSOR_MEGABYTES: Final = 1769
#: Memory of a process, and what each of its reading threads adds: pages that wait or are on their way.
PROCESS_MEGABYTES: Final = 90
READER_MEGABYTES: Final = 6

#: About half a second of one processor's normalizing: less is done before another process or thread has got going.
_LEAST_PROCESS_BYTES: Final = 16 * MIB
#: A segment costs a connection and a page that is not full.
_LEAST_SEGMENT_BYTES: Final = 4 * MIB
#: A size that keeps every processor busy.
_LARGE_BYTES: Final = 1024 * MIB

_REMEDIES: Final = {
    "ResourceNotFoundException": "Create the table in this account and region, or correct dynamo_table_name.",
    "AccessDeniedException": "Allow the run's role dynamodb:DescribeTable on the table.",
}


@dataclass(frozen=True)
class Parallelism:
    """Processes, and the segments of the scan: each process reads some, up to MOST_READERS of them at a time."""

    processes: int
    segments: int


def table_size(client: DynamoDBClient, table: str) -> int:
    """Return the table's size in bytes as DynamoDB last measured it: up to six hours ago, and 0 for a new table.

    Raises:
        SourceError: DynamoDB does not answer, or refuses.
    """
    with explained(SourceError, f"describing table {table!r}", _REMEDIES):
        return client.describe_table(TableName=table)["Table"]["TableSizeBytes"]


def choose(table_bytes: int, memory_megabytes: int, processors: int, configured_segments: int | None) -> Parallelism:
    """Return the processes and segments for a table, in a Lambda function.

    Args:
        table_bytes: its size; 0 is taken for large: it is a new table's too, and where there is in fact little to
            read, the threads that find nothing cost less than one thread alone would in a large table.
        memory_megabytes: the function's memory.
        processors: as the operating system shows them, where a fraction of one counts as one.
        configured_segments: the number of segments to use; None for the one that suits.
    """
    size = table_bytes or _LARGE_BYTES
    processes = min(
        processors,
        _processors(memory_megabytes),
        max(1, size // _LEAST_PROCESS_BYTES),
        configured_segments or processors,
    )
    if configured_segments:
        return Parallelism(processes, configured_segments)
    if size < _LEAST_PROCESS_BYTES:
        return Parallelism(1, 1)
    readers = min(MOST_READERS, _readers(memory_megabytes // processes))
    return Parallelism(processes, min(processes * readers, size // _LEAST_SEGMENT_BYTES))


def _processors(memory_megabytes: int) -> int:
    """Return how many processes a function can keep busy; the last has half a processor to itself or more."""
    return max(1, round(memory_megabytes / _PROCESSOR_MEGABYTES))


def _readers(memory_megabytes: int) -> int:
    """Return how many threads a process of so much memory can have. Only a function of less than 1 GB has to care."""
    return max(1, (memory_megabytes - PROCESS_MEGABYTES) // READER_MEGABYTES)
