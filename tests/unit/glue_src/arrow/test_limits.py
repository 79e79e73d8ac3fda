"""How much a run takes at a time follows from the memory that it is given."""

from __future__ import annotations

import os

import pytest

from contract.units import MIB
from glue_src.arrow.limits import Limits
from glue_src.exceptions import PartitionTooLargeError


def test_a_function_has_the_memory_that_lambda_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769")
    assert Limits.of_this_process().memory == 1769 * MIB
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    assert Limits.of_this_process().memory == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def test_a_partition_that_does_not_fit_is_refused_with_what_helps() -> None:
    limits = Limits(1024 * MIB, 2)
    limits.check("messages", 320 * MIB)
    with pytest.raises(PartitionTooLargeError, match=r"messages: .*memory_size.*narrower.*spark"):
        limits.check("messages", 321 * MIB)


def test_a_text_column_has_32_bit_offsets() -> None:
    limits = Limits(64 * 1024 * MIB, 2)
    limits.check("messages", 2**31 - 64 * MIB)
    with pytest.raises(PartitionTooLargeError):
        limits.check("messages", 2**31 - 63 * MIB)


@pytest.mark.parametrize(
    ("memory", "partitions", "mebibytes"), [(1769, 12, 8), (1769, 10_000, 64), (512, 10_000, 12), (128, 10_000, 8)]
)
def test_chunks_grow_with_partitions_as_far_as_there_is_memory(memory: int, partitions: int, mebibytes: int) -> None:
    assert Limits(memory * MIB, 2).chunk_bytes(partitions) == mebibytes * MIB
