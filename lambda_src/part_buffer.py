"""A work unit's records of one dataset, cut into parts while they come: memory holds parts, not the file."""

from __future__ import annotations

from collections.abc import Callable

from lambda_src.work_units import LEAST_PART_BYTES


class PartBuffer:
    """Records in order. ``upload`` gets each part; what :meth:`finish` returns follows the last of them.

    A part is cut between records, so that work units' parts and remainders may stand in any order. One part is held
    back until the records after it make a least part: a remainder is then never too small to be a part of its own.
    """

    def __init__(self, upload: Callable[[bytes], None], part_bytes: int, least_bytes: int = LEAST_PART_BYTES) -> None:
        """Start with nothing. ``part_bytes`` is what a part has at least, ``least_bytes`` what S3 asks of it."""
        self._upload = upload
        self._part_bytes = part_bytes
        self._least_bytes = least_bytes
        self._held = b""
        self._records: list[bytes] = []
        self._size = 0
        self.rows = 0

    def write(self, records: bytes) -> None:
        """Append whole records, each ended by a line feed: the contract has one record per line."""
        if not records:
            return
        self._records.append(records)
        self._size += len(records)
        self.rows += records.count(b"\n")
        if self._held and self._size >= self._least_bytes:
            part, self._held = self._held, b""
            self._upload(part)
        if not self._held and self._size >= self._part_bytes:
            self._held = self._take()

    def finish(self) -> bytes:
        """Return the bytes that were not uploaded: at least S3's least part, if anything was uploaded."""
        held, self._held = self._held, b""
        records = held + self._take()
        end_of_part = records.rfind(b"\n", 0, max(0, len(records) - self._least_bytes)) + 1
        if end_of_part < self._least_bytes:
            return records
        self._upload(records[:end_of_part])
        return records[end_of_part:]

    def _take(self) -> bytes:
        records, self._records, self._size = b"".join(self._records), [], 0
        return records
