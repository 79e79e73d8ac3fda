from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.units import MIB
from lambda_src.exceptions import SourceError
from lambda_src.parallelism import PROCESS_MEGABYTES, READER_MEGABYTES, Parallelism, choose, table_size
from lambda_src.scan import MOST_READERS
from tests.unit.lambda_src.scripted_dynamodb import TABLE, Answer, plain_client, refusal, scripted

GIB = 1024 * MIB
#: The smallest function, of 128 MB, has less; configured segments are then read by as many threads all the same.
LEAST_FOR_ALL_READERS = PROCESS_MEGABYTES + MOST_READERS * READER_MEGABYTES


@pytest.mark.parametrize(
    ("table_bytes", "memory", "processors", "configured", "processes", "segments"),
    [
        # A small table is read before a second thread has its connection.
        (1, 10240, 6, None, 1, 1),
        (16 * MIB - 1, 10240, 6, None, 1, 1),
        # From then on there is a segment for every 4 MiB, and a process for every 16 MiB.
        (16 * MIB, 10240, 6, None, 1, 4),
        (24 * MIB, 10240, 6, None, 1, 6),
        (32 * MIB, 10240, 6, None, 2, 8),
        (80 * MIB, 10240, 6, None, 5, 20),
        # A large one takes all that the function has.
        (GIB, 10240, 6, None, 6, 48),
        (10**15, 10240, 6, None, 6, 48),
        # A size that DynamoDB does not know yet is taken for large.
        (0, 10240, 6, None, 6, 48),
        (0, 1024, 2, None, 1, 8),
        # The last process has half a processor at the least, however many processors the system shows.
        (GIB, 1769, 2, None, 1, 8),
        (GIB, 2653, 2, None, 1, 8),
        (GIB, 2654, 2, None, 2, 16),
        (GIB, 3538, 3, None, 2, 16),
        # But no more than it shows.
        (GIB, 10240, 1, None, 1, 8),
        # Little memory has room for fewer threads.
        (GIB, 128, 2, None, 1, 6),
        (GIB, 137, 2, None, 1, 7),
        (GIB, 138, 2, None, 1, 8),
        # The configured number stays, whatever the size, and no process is without a segment.
        (GIB, 10240, 6, 1, 1, 1),
        (GIB, 10240, 6, 4, 4, 4),
        (GIB, 10240, 6, 1_000_000, 6, 1_000_000),
        (1, 10240, 6, 8, 1, 8),
        (0, 10240, 6, 8, 6, 8),
        (0, 1024, 2, 3, 1, 3),
    ],
)
def test_what_is_chosen(  # noqa: PLR0913, PLR0917 - a table's columns
    table_bytes: int, memory: int, processors: int, configured: int | None, processes: int, segments: int
) -> None:
    assert choose(table_bytes, memory, processors, configured) == Parallelism(processes, segments)


@given(
    st.one_of(st.integers(0, 10**14), st.integers(0, 200 * MIB)),
    st.integers(128, 10240),
    st.integers(1, 64),
    st.none() | st.integers(1, 1_000_000),
)
def test_what_holds_of_every_choice(table_bytes: int, memory: int, processors: int, configured: int | None) -> None:
    chosen = choose(table_bytes, memory, processors, configured)

    assert 1 <= chosen.processes <= chosen.segments
    assert chosen.processes <= processors
    if configured is not None:
        assert chosen.segments == configured
    if configured is None or memory >= LEAST_FOR_ALL_READERS:
        readers = min(MOST_READERS, -(-chosen.segments // chosen.processes))
        assert chosen.processes * (PROCESS_MEGABYTES + readers * READER_MEGABYTES) <= memory


@given(st.integers(1, 10**12), st.integers(128, 10240), st.integers(1, 6))
def test_a_larger_table_or_function_is_never_read_by_fewer(table_bytes: int, memory: int, processors: int) -> None:
    chosen = choose(table_bytes, memory, processors, None)

    for larger in (
        choose(table_bytes * 2, memory, processors, None),
        choose(table_bytes, memory + 500, processors, None),
    ):
        assert larger.processes >= chosen.processes
        assert larger.segments >= chosen.segments


def test_the_size_is_what_dynamodb_says() -> None:
    with scripted(lambda _: Answer(200, b'{"Table":{"TableSizeBytes":123456789012}}')) as server:
        assert table_size(plain_client(server.port), TABLE) == 123456789012

    assert server.requests == [{"TableName": TABLE}]
    assert server.headers[0]["X-Amz-Target"] == "DynamoDB_20120810.DescribeTable"


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("ResourceNotFoundException", "correct dynamo_table_name."),
        ("AccessDeniedException", "Allow the run's role dynamodb:DescribeTable on the table."),
        ("ExpiredTokenException", "Renew the credentials and run again."),
    ],
)
def test_refusals_tell_the_table_the_cause_and_the_remedy(code: str, remedy: str) -> None:
    with scripted(lambda _: refusal(code)) as server, pytest.raises(SourceError) as caught:
        table_size(plain_client(server.port), TABLE)

    assert str(caught.value).startswith(f"describing table '{TABLE}' failed: An error occurred ({code})")
    assert str(caught.value).endswith(remedy)
