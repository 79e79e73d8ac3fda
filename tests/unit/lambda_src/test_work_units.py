from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.parallelism import Parallelism
from lambda_src.work_units import LEAST_PART_BYTES, MOST_PARTS, PART_BYTES, divide, numbers_for_joined_remainders

GIB = 2**30


def test_one_share_reads_all_segments_and_may_use_nearly_all_numbers() -> None:
    (work_unit,) = divide(Parallelism(processes=1, segments=4), GIB, 100.0)

    assert work_unit.segments == (0, 1, 2, 3)
    assert work_unit.total_segments == 4
    assert work_unit.part_numbers == range(3, 10_001)
    assert work_unit.part_bytes == PART_BYTES
    assert work_unit.read_capacity_units == 100.0


def test_shares_divide_segments_numbers_and_capacity() -> None:
    first, second, third = divide(Parallelism(processes=3, segments=8), 0, 90)

    assert [work_unit.segments for work_unit in (first, second, third)] == [(0, 3, 6), (1, 4, 7), (2, 5)]
    assert [work_unit.index for work_unit in (first, second, third)] == [0, 1, 2]
    assert {work_unit.read_capacity_units for work_unit in (first, second, third)} == {30}
    assert (first.part_numbers, third.part_numbers.stop) == (range(5, 3337), 10_001)


def test_without_a_limit_no_share_has_one() -> None:
    assert {work_unit.read_capacity_units for work_unit in divide(Parallelism(2, 2), 0, None)} == {None}


@given(st.integers(1, 200), st.integers(0, 10_000), st.integers(0, 2 * 10**12))
def test_every_segment_is_read_once_and_no_number_is_given_twice(
    processes: int, more_segments: int, table_bytes: int
) -> None:
    parallelism = Parallelism(processes, min(processes + more_segments, 1000))
    work_units = divide(parallelism, table_bytes, None)

    assert sorted(segment for work_unit in work_units for segment in work_unit.segments) == list(
        range(parallelism.segments)
    )
    assert numbers_for_joined_remainders(processes) < work_units[0].part_numbers.start
    assert all(one.part_numbers.stop == other.part_numbers.start for one, other in pairwise(work_units))
    assert work_units[-1].part_numbers.stop <= MOST_PARTS + 1
    assert all(
        len(work_unit.part_numbers) * work_unit.part_bytes * processes >= 2 * table_bytes for work_unit in work_units
    )


@pytest.mark.parametrize("share_count", [1, 6, 200])
def test_parts_are_larger_where_numbers_are_scarce(share_count: int) -> None:
    (work_unit, *_) = divide(Parallelism(share_count, share_count), 200 * GIB, None)

    assert work_unit.part_bytes > PART_BYTES > LEAST_PART_BYTES
