"""A clean CSV in chunks of whole records, each by a ranged request of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

_LINE_FEED: Final = b"\n"


@dataclass(frozen=True)
class CsvChunk:
    """Whole records of a CSV: ``content`` from ``start`` to before ``end``, which begin at ``offset`` of the object."""

    content: bytes
    start: int
    end: int
    offset: int

    def buffer(self) -> pa.Buffer:
        """Return the records without a copy."""
        return pa.py_buffer(self.content).slice(self.start, self.end - self.start)


@dataclass(frozen=True)
class CsvChunkReader:
    """Cuts one object of ``size`` bytes: chunk ``n`` has the records that begin in its ``n``-th ``chunk_bytes``.

    So every chunk is found without the others. ``overlap`` bytes more are requested to reach the end of its last
    record; a longer record costs further requests. ``read_range`` returns the object's bytes from one place to before
    another.
    """

    read_range: Callable[[int, int], bytes]
    size: int
    chunk_bytes: int
    overlap: int = 32 * 1024

    @property
    def count(self) -> int:
        """How many chunks there are; some may hold no record."""
        return -(-self.size // self.chunk_bytes)

    def read(self, number: int) -> CsvChunk:
        """Return chunk ``number`` (from 0); the first one comes without the header line."""
        nominal_start, nominal_end = number * self.chunk_bytes, min((number + 1) * self.chunk_bytes, self.size)
        # One byte before tells whether a record begins at the very start.
        base = max(nominal_start - 1, 0)
        content = self.read_range(base, min(nominal_end + self.overlap, self.size))
        content = self._with_end_of_record(content, base, nominal_end)
        start = content.find(_LINE_FEED) + 1
        if start == 0:
            return CsvChunk(b"", 0, 0, base)
        # The same line feed, and so no record, where none begins before the nominal end.
        end = content.find(_LINE_FEED, nominal_end - 1 - base) + 1
        return CsvChunk(content, start, end or len(content), base + start)

    def _with_end_of_record(self, content: bytes, base: int, nominal_end: int) -> bytes:
        """Return the content with as much more as the record needs that goes on at the nominal end."""
        parts, sought_from, more = [content], nominal_end - 1 - base, self.overlap
        end = base + len(content)
        while parts[-1].find(_LINE_FEED, sought_from) < 0 and end < self.size:
            more *= 2
            parts.append(self.read_range(end, min(end + more, self.size)))
            end += len(parts[-1])
            sought_from = 0
        return content if len(parts) == 1 else b"".join(parts)
