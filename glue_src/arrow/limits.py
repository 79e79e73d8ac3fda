"""How much is held at a time, so that a run stays within the memory that its process is given."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from contract.units import MIB
from glue_src.exceptions import PartitionTooLargeError

#: Lambda tells a function its size by this variable, in MiB.
_LAMBDA_MEMORY: Final = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
#: The interpreter, the libraries and the clients.
_BASE_BYTES: Final = 224 * MIB
#: A partition's rows take so many times their own bytes while they are loaded, put together and written.
_FACTOR: Final = 2.5
#: Offsets of texts are 32-bit numbers: no column of a partition may have more bytes.
_LARGEST_COLUMN: Final = 2**31 - 64 * MIB

#: Chunks of CSV. Every partition gets a segment of each: with many partitions larger chunks are read, so that segments
#: stay worth their overhead.
_CHUNK_BYTES: Final = 8 * MIB
_LARGE_CHUNK_BYTES: Final = 64 * MIB
_SEGMENT_BYTES: Final = 16 * 1024


@dataclass(frozen=True)
class Limits:
    """The bytes of memory and the processors that a run may use."""

    memory: int
    workers: int

    @classmethod
    def of_this_process(cls) -> Limits:
        """Return what Lambda says, or else what the machine has."""
        mebibytes = os.environ.get(_LAMBDA_MEMORY)
        memory = int(mebibytes) * MIB if mebibytes else os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return cls(memory, len(os.sched_getaffinity(0)))

    @property
    def ahead(self) -> int:
        """One more than there are processors: while a thread takes a result none of them is without work."""
        return self.workers + 1

    def chunk_bytes(self, partitions: int) -> int:
        """Return how large the chunks of a CSV are whose rows go to so many partitions."""
        largest = min(_LARGE_CHUNK_BYTES, max(_CHUNK_BYTES, self._spare // (8 * self.ahead)))
        return max(_CHUNK_BYTES, min(largest, partitions * _SEGMENT_BYTES))

    @property
    def _spare(self) -> int:
        return max(self.memory - _BASE_BYTES, 0)

    def at_once(self, raw_bytes: int) -> bool:
        """Return whether partitions of so many bytes together can be written at a time."""
        return raw_bytes * _FACTOR <= self._spare

    def check(self, dataset_name: str, raw_bytes: int) -> None:
        """Return if a partition of so many bytes can be written.

        Raises:
            PartitionTooLargeError: it cannot.
        """
        if not self.at_once(raw_bytes) or raw_bytes > _LARGEST_COLUMN:
            available = min(self._spare, int(_LARGEST_COLUMN * _FACTOR))
            raise PartitionTooLargeError(dataset_name, int(raw_bytes * _FACTOR), available)
