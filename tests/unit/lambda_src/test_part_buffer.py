from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.joining import joined
from lambda_src.part_buffer import PartBuffer
from lambda_src.work_units import LEAST_PART_BYTES, PART_BYTES

RECORD = b"ab\n"


@given(
    st.lists(st.integers(min_value=0, max_value=60).map(lambda count: RECORD * count)),
    st.integers(min_value=1, max_value=50),
    st.integers(min_value=0, max_value=50),
)
def test_parts_and_the_rest_are_the_records_in_order(written: list[bytes], least: int, more: int) -> None:
    parts: list[bytes] = []
    buffer = PartBuffer(parts.append, least + more, least)
    for records in written:
        buffer.write(records)
    remainder = buffer.finish()

    assert b"".join([*parts, remainder]) == b"".join(written)
    assert buffer.rows == sum(records.count(b"\n") for records in written)
    assert all(len(part) >= least + more for part in parts[:-1])
    assert all(len(part) >= least for part in parts)
    assert len(remainder) < 2 * least + max(map(len, [RECORD, *written]))
    assert all(part.endswith(b"\n") for part in parts)
    assert not parts or len(remainder) >= least


def test_memory_holds_a_part_and_what_it_waits_for() -> None:
    parts: list[bytes] = []
    buffer = PartBuffer(parts.append, part_bytes=800, least_bytes=500)
    written = 0
    for _ in range(100):
        buffer.write(RECORD * 100)
        written += 300
        assert written - sum(map(len, parts)) < 800 + 500 + 300


def test_nothing_written_is_nothing_left() -> None:
    parts: list[bytes] = []
    buffer = PartBuffer(parts.append, part_bytes=800)
    buffer.write(b"")

    assert (buffer.finish(), buffer.rows, parts) == (b"", 0, [])


@pytest.mark.parametrize(
    ("remainders", "sizes"),
    [
        ([], [3]),
        ([0, 0], [3]),
        ([100], [103]),
        ([PART_BYTES], [3 + PART_BYTES]),
        ([PART_BYTES, 10], [3 + PART_BYTES + 10]),
        ([PART_BYTES, LEAST_PART_BYTES], [3 + PART_BYTES, LEAST_PART_BYTES]),
        ([LEAST_PART_BYTES] * 5, [3 + 2 * LEAST_PART_BYTES, 2 * LEAST_PART_BYTES, LEAST_PART_BYTES]),
        ([LEAST_PART_BYTES] * 4 + [1, 2], [3 + 2 * LEAST_PART_BYTES, 2 * LEAST_PART_BYTES + 3]),
    ],
)
def test_remainders_are_joined_behind_the_header(remainders: list[int], sizes: list[int]) -> None:
    bodies = list(joined(b"a,b", [bytes([number]) * size for number, size in enumerate(remainders)]))

    assert [len(body) for body in bodies] == sizes
    assert b"".join(bodies) == b"a,b" + b"".join(bytes([number]) * size for number, size in enumerate(remainders))
    # S3 numbers for joined remainders are one more than work units, and one work unit leaves one remainder.
    assert len(bodies) <= len(remainders) + 1
