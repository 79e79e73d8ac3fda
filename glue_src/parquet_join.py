"""Parquet objects one behind the other, as one: S3 copies their pages, and only footers and indexes are read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from glue_src.parquet_footer import END_BYTES, MAGIC, Footer, JoinedFooter, footer_begins, read_footer
from glue_src.upload_parts import Piece, Slice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glue_src.storage import Bucket, StoredObject

#: Of each part this is read first; footer and indexes seldom need more.
_READ_FIRST: Final = 1024 * 1024
_REQUESTS: Final = 16


def join(bucket: Bucket, parts: Sequence[StoredObject], key: str) -> None:
    """Make one Parquet object of several, at least one, of one schema: with their row groups, in their order.

    Nobody sees anything under ``key`` until the whole is there; the parts stay.

    Raises:
        ValueError: the parts are no Parquet files of one schema, or have bloom filters.
    """
    with ThreadPoolExecutor(_REQUESTS) as threads:
        tails = list(threads.map(lambda part: _read_tail(bucket, part), parts))
    joined, pieces, place = JoinedFooter(), list[Piece](), 0
    for part, tail in zip(parts, tails, strict=True):
        # The first brings the magic that a file begins with; the others leave theirs out.
        pages = Slice(part.key, len(MAGIC) if pieces else 0, tail.footer.pages_end)
        joined.add(tail.footer, tail.indexes, moved=place - pages.first)
        pieces.append(pages)
        place += len(pages)
    bucket.put_pieces([*pieces, joined.written(place)], key)


@dataclass(frozen=True)
class _Tail:
    """What lies behind the pages of a part."""

    footer: Footer
    indexes: bytes


def _read_tail(bucket: Bucket, part: StoredObject) -> _Tail:
    read = _End(bucket, part)
    begins = footer_begins(read.since(part.bytes - END_BYTES), part.bytes)
    footer = read_footer(read.since(begins), begins)
    return _Tail(footer, read.since(footer.pages_end)[: begins - footer.pages_end])


class _End:
    """The end of an object, of which more is read if more is asked for."""

    def __init__(self, bucket: Bucket, stored: StoredObject) -> None:
        self._bucket, self._stored = bucket, stored
        self._begins = max(0, stored.bytes - _READ_FIRST)
        self._content = bucket.read_range(stored.key, self._begins, stored.bytes)

    def since(self, place: int) -> bytes:
        """Return the object's bytes from that place to its end."""
        if place < self._begins:
            self._content = self._bucket.read_range(self._stored.key, place, self._begins) + self._content
            self._begins = place
        return self._content[place - self._begins :]
